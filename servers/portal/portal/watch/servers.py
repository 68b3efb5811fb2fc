"""What Jenkins, GitLab, the registry and SonarQube have just now, by looking again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from portal.clients.gitlab import Commit, GitLab
from portal.clients.http import Caller
from portal.clients.jenkins import Build, Jenkins, JobState
from portal.clients.registry import ImageFacts, Registry
from portal.settings import Settings
from portal.watch.pace import Pace, Poller

_DETAILED_VERSIONS = 30
_OTHER_COMMITS = 20
# A tag that stays may come to stand for another image; after a build, and at least this often, each is asked for.
_DIGESTS_SECONDS = 10.0


@dataclass
class JenkinsSeen:
    """Jenkins' jobs by name, and the stage of each build that runs."""

    jobs: dict[str, JobState] = field(default_factory=dict)
    stages: dict[tuple[str, int], str] = field(default_factory=dict)

    def builds(self, job: str) -> tuple[Build, ...]:
        """A job's builds, latest first."""
        return self.jobs[job].builds if job in self.jobs else ()


class JenkinsWatch(Poller):
    """Looks at the two jobs.

    Args:
        jenkins: whom to ask.
        settings: tells the jobs' names.
        busy: whether to look often.
        expecting: whether a build is about to begin.
        changed: called after a change.
        ended: called for each build of the image job that has just ended.
    """

    def __init__(
        self,
        jenkins: Jenkins,
        settings: Settings,
        busy: Callable[[], bool],
        expecting: Callable[[], bool],
        changed: Callable[[], None],
        ended: Callable[[], None],
    ) -> None:
        pace = Pace(busy, quick=0.2, slow=5.0, eager=lambda: self._moves or expecting(), eager_quick=0.1)
        super().__init__(self._one_look, pace, changed)
        self.seen = JenkinsSeen()
        self._jenkins = jenkins
        self._jobs = (settings.image_job, settings.runner_job)
        self._image_job = settings.image_job
        self._tell = changed
        self._ended = ended
        self._moves = False

    async def _one_look(self) -> None:
        jobs = dict(zip(self._jobs, await asyncio.gather(*map(self._jenkins.job, self._jobs)), strict=True))
        running = [(job, build.number) for job, state in jobs.items() for build in state.builds if build.running]
        found = await asyncio.gather(*(self._jenkins.stage(job, number) for job, number in running))
        stages = dict(zip(running, found, strict=True))
        self._moves = bool(running) or any(state.waiting for state in jobs.values())
        before = _running(self.seen, self._image_job)
        if (jobs, stages) != (self.seen.jobs, self.seen.stages):
            self.seen.jobs, self.seen.stages = jobs, stages
            self._tell()
        if before - _running(self.seen, self._image_job):
            self._ended()


def _running(seen: JenkinsSeen, job: str) -> set[int]:
    return {build.number for build in seen.builds(job) if build.running}


class GitLabWatch(Poller):
    """Looks at the project's branches and tags, and at the commits that builds took."""

    def __init__(
        self, gitlab: GitLab, busy: Callable[[], bool], changed: Callable[[], None], wanted: Callable[[], set[str]]
    ) -> None:
        super().__init__(self._one_look, Pace(busy, quick=5.0, slow=30.0), changed)
        self.refs: dict[str, Commit] = {}
        self.commits: dict[str, Commit] = {}
        self._gitlab = gitlab
        self._tell = changed
        self._wanted = wanted
        self._unknown: set[str] = set()

    async def _one_look(self) -> None:
        refs = await self._gitlab.refs()
        commits = {commit.sha: commit for commit in refs.values()}
        for sha in sorted(self._wanted() - commits.keys() - self._unknown)[:_OTHER_COMMITS]:
            known: Commit | None = self.commits.get(sha) or await self._gitlab.commit(sha)
            if known is None:
                self._unknown.add(sha)
            else:
                commits[sha] = known
        if (refs, commits) != (self.refs, self.commits):
            self.refs, self.commits = refs, commits
            self._tell()


class RegistryWatch(Poller):
    """Looks at the tags of the service's repository, and what each stands for."""

    def __init__(self, registry: Registry, busy: Callable[[], bool], changed: Callable[[], None]) -> None:
        super().__init__(self._one_look, Pace(busy, quick=2.0, slow=15.0), changed)
        self.digests: dict[str, str] = {}
        self.facts: dict[str, ImageFacts] = {}
        self.complete = False
        self._registry = registry
        self._tell = changed
        self._tags: list[str] = []
        self._digests_due = 0.0
        self._builds = self._builds_regarded = 0

    def built(self) -> None:
        """A build has ended, which may have pushed an image: look now, at everything."""
        self._builds += 1
        self.pace.poke()

    async def _one_look(self) -> None:
        tags = await self._registry.tags()
        builds, at = self._builds, time.monotonic()
        if tags == self._tags and builds == self._builds_regarded and at < self._digests_due:
            return
        digests = {tag: digest for tag in tags if (digest := await self._registry.digest(tag))}
        for tag in tags[-_DETAILED_VERSIONS:]:
            if (known := digests.get(tag)) and known not in self.facts:
                self.facts[known] = await self._registry.facts(known)
        if digests != self.digests or not self.complete:
            self.digests, self.complete = digests, True
            self._tell()
        # A build that ended while this was asked may have pushed after it: that one has a look of its own.
        self._tags, self._builds_regarded, self._digests_due = tags, builds, at + _DIGESTS_SECONDS


class SonarQubeWatch(Poller):
    """Asks SonarQube whether it is up, where there is one."""

    def __init__(
        self,
        settings: Settings,
        busy: Callable[[], bool],
        changed: Callable[[], None],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(self._one_look, Pace(busy, quick=5.0, slow=30.0), changed)
        self.status = ""
        self._caller = Caller("SonarQube", settings.sonarqube.url, settings.fix_for("sonarqube"), transport=transport)
        self._tell = changed

    async def close(self) -> None:
        """Closes its connections."""
        await self._caller.close()

    async def _one_look(self) -> None:
        status = str((await self._caller.send("GET", "/api/system/status")).json().get("status") or "")
        if status != self.status:
            self.status = status
            self._tell()
