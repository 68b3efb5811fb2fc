"""Polling of git repositories: has any that the last build took moved on since?"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jenkins_light.engine import git, scripts
from jenkins_light.errors import JenkinsError
from jenkins_light.files import write_bytes
from jenkins_light.model.builds import Build
from jenkins_light.model.definitions import GitScm, ScmDefinition
from jenkins_light.model.items import Job
from jenkins_light.steps.registry import Abort

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller


@dataclass(frozen=True)
class _Baseline:
    """A repository as a build took it."""

    scm: GitScm
    branch: str
    commit: str
    build: int


def log_path(job: Job) -> Path:
    """Where the job's last polling log is, as in Jenkins."""
    return job.folder / "scm-polling.log"


class Poller:
    """Compares what builds took with what the repositories hold now."""

    def __init__(self, controller: "Controller") -> None:
        self._controller = controller
        #: The newest commit that polling saw, so that one change starts one build.
        self._seen: dict[tuple[str, str, str], str] = {}

    def changed(self, job: Job) -> bool:
        """Poll a job's repositories and keep the log; whether a build is due."""
        began = time.monotonic()
        lines = [f"Started on {datetime.now().astimezone():%b %d, %Y, %I:%M:%S %p}"]
        found = self._look(job, lines)
        lines += [f"Done. Took {time.monotonic() - began:.2f} sec", "Changes found" if found else "No changes", ""]
        write_bytes(log_path(job), "\n".join(lines).encode())
        return found

    def _look(self, job: Job, lines: list[str]) -> bool:
        whole = job.builds.permalink("lastSuccessfulBuild") or job.builds.last
        if whole is None:
            # There is nothing to compare with; the first build brings it (WorkflowJob.poll: BUILD_NOW).
            lines.append("no previous build to compare to")
            return True
        moved = [self._asked(job, taken, lines) for taken in _baselines(job, whole)]
        return True in moved

    def _asked(self, job: Job, taken: _Baseline, lines: list[str]) -> bool:
        """Whether one repository has moved; one that can't be asked keeps no other from being asked."""
        try:
            return self._moved(job, taken, lines)
        except (Abort, JenkinsError) as error:
            lines.append(f"ERROR: polling failed: {error}")
            return False

    def _moved(self, job: Job, taken: _Baseline, lines: list[str]) -> bool:
        home = self._controller.settings.home
        lines.append("Using strategy: Default")
        lines.append(f"[poll] Last Built Revision: Revision {taken.commit} (refs/remotes/{taken.branch})")
        credential = scripts.credential_of(self._controller, job, taken.scm)
        lines.append(f"using credential {taken.scm.credentials_id}" if credential else "No credentials specified")
        # The repository lies elsewhere, so no folder of its own is needed.
        remote = git.Git(home, home, credential, lines.append)
        heads = _heads(remote.run("ls-remote", "-h", "--", taken.scm.url))
        lines.append(f"Found {len(heads)} remote heads on {taken.scm.url}")
        head = f"refs/heads/{taken.branch.removeprefix(taken.scm.remote + '/')}"
        newest = heads.get(head)
        if newest is None:
            lines.append(f"[poll] There is no {head} any more")
            return False
        key = (job.full_name, taken.scm.url, taken.branch)
        known = newest in {taken.commit, self._seen.get(key)}
        self._seen[key] = newest
        lines.append(
            f"[poll] Latest remote head revision on {head} is: {newest}"
            + (f" - already built by {taken.build}" if newest == taken.commit else "")
        )
        return not known


def _baselines(job: Job, whole: Build) -> Iterator[_Baseline]:
    """What is compared: each repository and branch of the last whole build, once; without ``poll: false`` ones.

    A build that failed may have come to some of them only, so it brings no fewer; what it took is known all the same.
    Source: WorkflowJob.poll.
    """
    newest: dict[tuple[str, str], tuple[str, int]] = {}
    for build in job.builds:
        for entry in build.record.scm:
            newest.setdefault((entry["url"], entry["branch"]), (entry["commit"], build.number))
        if build is whole:
            break
    definition = job.config.definition
    own = definition.scm if isinstance(definition, ScmDefinition) else None
    for key, taken in {(entry["url"], entry["branch"]): entry for entry in whole.record.scm}.items():
        if taken.get("poll") == "false":
            continue
        credentials = taken.get("credentialsId", "")
        if not credentials and own is not None and own.url == taken["url"]:
            credentials = own.credentials_id
        remote = taken["branch"].split("/", 1)[0] if "/" in taken["branch"] else "origin"
        yield _Baseline(GitScm(taken["url"], credentials, remote=remote), taken["branch"], *newest[key])


def _heads(listed: str) -> dict[str, str]:
    return {ref: commit for commit, _, ref in (line.partition("\t") for line in listed.splitlines())}
