"""What holds an item of the queue back: the checks that Jenkins and its plugins make before a build starts."""

import time
from typing import TYPE_CHECKING

from jenkins_light.engine.executors import LABELS
from jenkins_light.engine.queue import Hindrance, QueueItem
from jenkins_light.model.items import Job

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller
    from jenkins_light.model.builds import Build

_BY_USER = "hudson.model.Cause$UserIdCause"


class Gates:
    """Asked for each item that could start, in the queue's thread."""

    def __init__(self, controller: "Controller") -> None:
        self._controller = controller
        self._gates = (self._shutting_down, self._one_at_a_time, self._throttled, self._too_early, self._too_many)

    def __call__(self, item: QueueItem) -> Hindrance | None:
        """The first thing that holds an item back, or None."""
        return next((found for gate in self._gates if (found := gate(item)) is not None), None)

    def _shutting_down(self, _item: QueueItem) -> Hindrance | None:
        return Hindrance("Jenkins is about to shut down") if self._controller.quieting_down else None

    def _one_at_a_time(self, item: QueueItem) -> Hindrance | None:
        """``disableConcurrentBuilds``, which may also end the build that runs."""
        job = item.job
        running = next((run for run in self._controller.runs() if run.build.job is job), None)
        if job.config.concurrent or running is None:
            return None
        if job.config.abort_previous:
            running.supersede(f"{job.full_name}#{job.builds.next_number}")
        return Hindrance(f"Build #{running.build.number} is already in progress (ETA: N/A)")

    def _throttled(self, item: QueueItem) -> Hindrance | None:
        """``ThrottleQueueTaskDispatcher.canRun`` and ``canTake`` of throttle-concurrents."""
        wanted = item.job.config.throttle
        if wanted is None:
            return None
        if wanted.one_of_a_kind and any(self._alike(item, build) for build in running(self._controller, item.job)):
            return Hindrance("A build with matching parameters is already running")
        if wanted.by_category:
            return of_categories(self._controller, wanted.categories)
        return _full(len(running(self._controller, item.job)), wanted.total, wanted.per_node)

    def _alike(self, item: QueueItem, build: "Build") -> bool:
        throttle = item.job.config.throttle
        names = [name for name in item.parameters if throttle and name in (throttle.compared or item.parameters)]
        shown = self._controller.secrets.decrypt

        def value(of: "QueueItem | Build", name: str) -> object:
            record = of if isinstance(of, QueueItem) else of.record
            found = record.parameters.get(name)
            return shown(str(found)) if name in record.sensitive else found

        return all(value(item, name) == value(build, name) for name in names)

    def _too_early(self, item: QueueItem) -> Hindrance | None:
        """``RateLimitBranchProperty.QueueTaskDispatcherImpl`` of branch-api: the starts of builds are spread evenly."""
        limit, last = item.job.config.rate_limit, item.job.builds.last
        if limit is None or (limit.user_boost and any(cause.cls == _BY_USER for cause in item.causes)):
            return None
        if last is not None and time.time() < (expiry := last.record.timestamp / 1000 + limit.between):
            return Hindrance(_expires(expiry), until=expiry)
        # They leave in the order in which they came.
        if any(other.job is item.job and other.since < item.since for other in self._controller.queue.items()):
            return Hindrance(_expires(time.time() + limit.between))
        return None

    def _too_many(self, _item: QueueItem) -> Hindrance | None:
        full = len(self._controller.runs()) >= self._controller.settings.live_builds
        return Hindrance("Waiting for next available executor", blocked=False) if full else None


def running(controller: "Controller", job: Job) -> "list[Build]":
    """The builds of a job that run."""
    return [run.build for run in controller.runs() if run.build.job is job]


def of_categories(controller: "Controller", names: tuple[str, ...]) -> Hindrance | None:
    """Whether one of these categories is full; one that is not configured holds nothing back."""
    categories = [category for name in names if (category := controller.throttle_categories.find(name)) is not None]
    found = [
        _full(_in_category(controller, category.name), category.total, category.on_node(LABELS))
        for category in categories
    ]
    # A limit in total comes first, since the node is only looked at for what may run at all.
    return next((f for blocked in (True, False) for f in found if f is not None and f.blocked is blocked), None)


def _in_category(controller: "Controller", name: str) -> int:
    """Builds of the category's jobs, and node blocks within ``throttle``."""
    jobs = sum(
        throttle is not None and name in throttle.categories
        for throttle in (run.build.job.config.throttle for run in controller.runs())
    )
    return jobs + controller.executors.in_category(name)


def _full(count: int, total: int, per_node: int) -> Hindrance | None:
    """There is one node, so both limits are for the same builds."""
    if 0 < total <= count:
        return Hindrance(f"Already running {count} builds across all nodes")
    return Hindrance(f"Already running {count} builds on node", blocked=False) if 0 < per_node <= count else None


def _expires(moment: float) -> str:
    """As Java 17 formats time and date."""
    at = time.localtime(moment)
    shown = f"{at.tm_hour % 12 or 12}{time.strftime(':%M:%S %p', at)} on {time.strftime('%b', at)} {at.tm_mday}"
    return f"Build throttle expires at {shown}, {at.tm_year}"
