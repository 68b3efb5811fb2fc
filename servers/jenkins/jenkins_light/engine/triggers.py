"""What makes builds start by themselves: the clock, new commits, other jobs."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from jenkins_light.engine.polling import Poller
from jenkins_light.errors import JenkinsError
from jenkins_light.model import causes, crontab, parameterized_timer
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Folder, Job

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller

_log = logging.getLogger(__name__)
_MINUTE = timedelta(minutes=1)
#: How far back missed minutes are made up for, such as those of a suspended machine.
_CATCH_UP = timedelta(hours=1)
#: As many repositories are polled at once as Jenkins does.
_POLLERS = 10


class Triggers:
    """Looks at every job's crontabs once a minute, and at downstream jobs when a build ends."""

    def __init__(self, controller: "Controller") -> None:
        self._controller = controller
        self._closed = threading.Event()
        self._pool = ThreadPoolExecutor(_POLLERS, "polling")
        self._lock = threading.Lock()
        #: Jobs for which a look is due, and those that are looked at.
        self._due: set[str] = set()
        self._polled: set[str] = set()
        self._poller = Poller(controller)

    def start(self) -> None:
        """Begin with the next minute."""
        threading.Thread(target=self._keep_time, name="cron", daemon=True).start()

    def close(self) -> None:
        """Start nothing more."""
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _keep_time(self) -> None:
        due = datetime.now(UTC).replace(second=0, microsecond=0) + _MINUTE
        while not self._closed.wait(max(0.0, (due - datetime.now(UTC)).total_seconds())):
            due = max(due, datetime.now(UTC).replace(second=0, microsecond=0) - _CATCH_UP)
            self.tick(due)
            due += _MINUTE

    def tick(self, moment: datetime) -> None:
        """Start what this minute means; ``moment`` knows its time zone."""
        for job in self._controller.root.walk():
            wanted = job.config.triggers
            try:
                if job.config.disabled:
                    continue
                if wanted.timer is not None and crontab.parse(wanted.timer, job.full_name).matches(moment):
                    self._controller.schedule(job, causes.by_timer())
                if wanted.parameterized is not None:
                    for given in parameterized_timer.due(wanted.parameterized, job.full_name, moment):
                        self._controller.schedule(job, causes.by_parameterized_timer(given), given)
                if wanted.poll is not None and crontab.parse(wanted.poll, job.full_name).matches(moment):
                    self.poll(job)
            except JenkinsError as error:
                _log.warning("%s: its trigger does nothing: %s", job.full_name, error)
            except Exception:
                _log.exception("%s: its trigger stumbled", job.full_name)

    def poll(self, job: Job) -> None:
        """Look for new commits in the background; a job that is being looked at is looked at once more afterwards.

        So a push is not missed that came after its repository was asked (Jenkins: SequentialExecutionQueue).
        """
        with self._lock:
            if self._closed.is_set():
                return
            self._due.add(job.full_name)
            if job.full_name in self._polled:
                return
            self._polled.add(job.full_name)
        self._pool.submit(self._poll, job)

    def _poll(self, job: Job) -> None:
        while self._take_due(job):
            self._look(job)

    def _take_due(self, job: Job) -> bool:
        with self._lock:
            if job.full_name in self._due and not self._closed.is_set():
                self._due.discard(job.full_name)
                return True
            self._polled.discard(job.full_name)
            return False

    def _look(self, job: Job) -> None:
        try:
            if self._poller.changed(job):
                self._controller.schedule(job, causes.by_scm_change())
        except JenkinsError as error:
            _log.warning("%s was polled and could not be scheduled: %s", job.full_name, error)
        except Exception:
            _log.exception("%s could not be polled", job.full_name)

    def completed(self, build: Build, result: str) -> list[str]:
        """Start the jobs that wait for this one; what its console says about them, in Jenkins' words."""
        said = []
        for job in self._downstream(build.job):
            upstream = job.config.triggers.upstream
            if upstream is None or not upstream.satisfied_by(result):
                continue
            if job.config.disabled:
                said.append(f"{job.full_name} is disabled. Triggering skipped")
                continue
            said.append(f"Triggering a new build of {job.full_name} #{job.builds.next_number}")
            try:
                self._controller.schedule(job, causes.by_upstream_job(build))
            except JenkinsError as error:
                said.append(f"{job.full_name} could not be triggered: {error}")
        return said

    def _downstream(self, job: Job) -> Iterator[Job]:
        for candidate in self._controller.root.walk():
            upstream = candidate.config.triggers.upstream
            if upstream is not None and any(find_relative(candidate, name) is job for name in upstream.jobs):
                yield candidate


def find_relative(job: Job, name: str) -> Job | None:
    """The job of a name as seen from another's folder: ``sibling``, ``../other/job``, or ``/absolute``."""
    folder: Folder | None = job.parent
    while name.startswith("/") and folder is not None and folder.parent is not None:
        folder = folder.parent
    parts = name.strip("/").split("/")
    while parts[:1] == [".."] and folder is not None:
        folder, parts = folder.parent, parts[1:]
    return folder.find_job("/".join(parts)) if folder is not None else None
