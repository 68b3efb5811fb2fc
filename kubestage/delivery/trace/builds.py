"""The builds that concern a commit, and the one that made an image."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubestage.delivery.jenkins import Jenkins
from kubestage.delivery.trace.link import utc

_TREE = (
    "number,url,result,building,timestamp,duration,queueId,"
    "actions[_class,causes[shortDescription],lastBuiltRevision[SHA1],remoteUrls]"
)
_CLOCKS_SECONDS = 2.0  # the image's time is the engine's, the build's is Jenkins'

# What sonar-maven-plugin prints when the server has taken its report, and what Jenkins' waitForQualityGate prints.
_TASK = re.compile(r"report processing at (\S+/api/ce/task\?id=(\S+))")
_DASHBOARD = re.compile(r"(?:results at:|you can (?:browse|find the results at:?)) (http\S+)")
_GATE = re.compile(r"[Qq]uality gate (?:is|status:?) '?([A-Z_]+)'?")


@dataclass(frozen=True)
class PastBuild:
    """A build as Jenkins keeps it.

    Attributes:
        number: its number in the job.
        url: its page.
        result: SUCCESS, FAILURE, …; empty while it runs.
        started: milliseconds since the epoch.
        seconds: how long it took.
        queue_item: the queue item that it was.
        causes: Jenkins' words for why it ran.
        commits: by the repository's address, what its checkouts took.
    """

    job: str
    number: int
    url: str
    result: str
    started: int
    seconds: float
    queue_item: int
    causes: tuple[str, ...]
    commits: Mapping[str, str]

    @classmethod
    def of(cls, job: str, given: Mapping[str, Any]) -> PastBuild:
        """Reads it from Jenkins' API."""
        actions = given.get("actions") or []
        causes = [cause["shortDescription"] for action in actions for cause in action.get("causes") or []]
        commits = {
            str(url): str(action["lastBuiltRevision"]["SHA1"])
            for action in actions
            if action.get("lastBuiltRevision")
            for url in action.get("remoteUrls") or []
        }
        return cls(
            job=job,
            number=int(given["number"]),
            url=str(given["url"]),
            result="" if given.get("building") else str(given.get("result") or ""),
            started=int(given["timestamp"]),
            seconds=float(given.get("duration") or 0) / 1000,
            queue_item=int(given.get("queueId") or 0),
            causes=tuple(causes),
            commits=commits,
        )

    def commit(self, repository: str) -> str:
        """The commit that it took from a repository (group and name); empty if none."""
        for url, sha in self.commits.items():
            if url.removesuffix(".git").endswith(f"/{repository}"):
                return sha
        return ""

    def covers(self, moment: str) -> bool:
        """Whether a moment (ISO 8601) lies within the build."""
        try:
            seconds = datetime.fromisoformat(moment).timestamp() - self.started / 1000
        except ValueError:
            return False
        return -_CLOCKS_SECONDS <= seconds <= self.seconds + _CLOCKS_SECONDS

    def said(self) -> str:
        """A few words about it."""
        how = f"{self.result} in {self.seconds:.1f} s" if self.result else "is running"
        return f"{self.job} #{self.number} {how}"

    def record(self) -> dict[str, Any]:
        """It as plain data."""
        return {
            "job": self.job,
            "number": self.number,
            "url": self.url,
            "result": self.result,
            "started": utc(self.started),
            "seconds": self.seconds,
            "queue_item": self.queue_item,
            "causes": list(self.causes),
            "commits": dict(self.commits),
        }


@dataclass(frozen=True)
class Analysis:
    """A static analysis that ran in a build.

    Attributes:
        task: SonarQube's number of the background task; empty when none is told.
        gate: the quality gate's word (OK, ERROR, …); empty when nobody waited for it.
        url: the project's page in SonarQube; empty when none is told.
    """

    task: str
    gate: str
    url: str


def past_builds(jenkins: Jenkins, jobs: Iterable[str]) -> list[PastBuild]:
    """The jobs' builds that Jenkins still has, latest first.

    Raises:
        PartError: Jenkins does not answer, or has no such job.
    """
    every = [PastBuild.of(job, given) for job in jobs for given in jenkins.builds(job, _TREE)]
    return sorted(every, key=lambda build: build.started, reverse=True)


def concerning(
    builds: Iterable[PastBuild], repository: str, commit: str, queue_items: Collection[int]
) -> list[PastBuild]:
    """The builds that took the commit, or that a delivery started, latest first."""
    return [
        build
        for build in builds
        if build.queue_item in queue_items or (commit and build.commit(repository) == commit)
    ]  # fmt: skip


def maker(builds: Iterable[PastBuild], created: str) -> PastBuild | None:
    """The build that made an image.

    It is the one during which the image came to be; where the image is older than all of them (its layers were in the
    engine's cache), the first that succeeded.

    Args:
        builds: those that may be it, latest first.
        created: the image's time, ISO 8601; empty when there is no image.
    """
    succeeded = [build for build in builds if build.result == "SUCCESS"]
    during = [build for build in succeeded if build.covers(created)]
    return next(iter([*during, *reversed(succeeded)]), None)


def analysis_in(console: str) -> Analysis | None:
    """The analysis that a build's console text tells of; None when it tells of none."""
    task, page, gate = (pattern.search(console) for pattern in (_TASK, _DASHBOARD, _GATE))
    if not (task or page or gate):
        return None
    return Analysis(task[2] if task else "", gate[1] if gate else "", page[1] if page else "")
