"""The build queue: quiet period, folding of identical items, reasons to wait; kept on disk over a restart."""

import itertools
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jenkins_light.files import read_json, write_json
from jenkins_light.model.builds import Build
from jenkins_light.model.causes import Cause, from_record
from jenkins_light.model.items import Folder, Job
from jenkins_light.model.parameters import Value

_log = logging.getLogger(__name__)
_KEPT_LEFT_ITEMS = 2000
#: How often what is held back is looked at again, as Jenkins does (Queue.MaintainTask).
_AGAIN_SECONDS = 5.0


@dataclass
class QueueItem:
    """A build that shall be.

    Attributes:
        parameters: the build's parameters; passwords encrypted, their names in ``sensitive``.
        environment: variables from a trigger.
        uploads: files of parameters, by name: where they are kept below ``uploads/``.
        unique: never folded into another item.
        ready_at: the end of the quiet period, in seconds since 1970.
        why: what it waits for, in Jenkins' words; None when it left.
        build: the build that it became.
    """

    id: int
    job: Job
    causes: list[Cause]
    parameters: dict[str, Value] = field(default_factory=dict)
    sensitive: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    unique: bool = False
    script: str | None = None
    preamble: str = ""
    uploads: dict[str, str] = field(default_factory=dict)
    since: float = 0.0
    ready_at: float = 0.0
    why: str | None = None
    blocked: bool = False
    buildable: bool = False
    cancelled: bool = False
    build: Build | None = None

    def to_record(self) -> dict[str, Any]:
        """For queue.json."""
        return {
            "id": self.id,
            "job": self.job.full_name,
            "causes": [cause.to_record() for cause in self.causes],
            "parameters": self.parameters,
            "sensitive": self.sensitive,
            "environment": self.environment,
            "unique": self.unique,
            "script": self.script,
            "preamble": self.preamble,
            "uploads": self.uploads,
            "since": self.since,
            "ready_at": self.ready_at,
        }


@dataclass(frozen=True)
class Hindrance:
    """Why an item may not start now.

    Attributes:
        why: in Jenkins' words.
        blocked: it is held back by something else than the want of an executor.
        until: when it ends, in seconds since 1970, or None when nobody knows.
    """

    why: str
    blocked: bool = True
    until: float | None = None


#: Whether an item may start now: None, or why not.
Gate = Callable[[QueueItem], Hindrance | None]


class Queue:
    """Items wait here; a thread starts those that may."""

    def __init__(self, home: Path, root: Folder, gate: Gate, launch: Callable[[QueueItem], Build]) -> None:
        self._path = home / "queue.json"
        self._gate, self._launch = gate, launch
        self._changed = threading.Condition(threading.RLock())
        self._waiting: OrderedDict[int, QueueItem] = OrderedDict()
        self._left: OrderedDict[int, QueueItem] = OrderedDict()
        self._closed = False
        stored = read_json(self._path, {"next": 1, "items": []})
        self._ids = itertools.count(stored["next"])
        self._next = stored["next"]
        for record in stored["items"]:
            job = root.find_job(record.pop("job"))
            # A crash between a build's first record and this file's must not make two builds of one item.
            if job is not None and not any(build.record.queue_id == record["id"] for build in job.builds):
                causes = [from_record(cause) for cause in record.pop("causes")]
                self._waiting[record["id"]] = QueueItem(job=job, causes=causes, **record)

    def start(self) -> None:
        """Start what may start, from now on."""
        threading.Thread(target=self._work, name="queue", daemon=True).start()

    def close(self) -> None:
        """Start nothing more; what waits stays on disk."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def schedule(self, job: Job, causes: list[Cause], quiet: float, **details: Any) -> QueueItem:
        """Put a build in the queue, or fold it into an item that waits with the same parameters (the causes join)."""
        now = time.time()
        with self._changed:
            new = QueueItem(0, job, causes, since=now, ready_at=now + quiet, **details)
            for item in self._waiting.values():
                if _same(item, new):
                    item.causes.extend(cause for cause in causes if cause not in item.causes)
                    item.ready_at = min(item.ready_at, new.ready_at)
                    self._save()
                    self._changed.notify_all()
                    return item
            new.id = next(self._ids)
            self._next = new.id + 1
            new.why = f"In the quiet period. Expires in {quiet:.0f} sec" if quiet >= 1 else "Finished waiting"
            self._waiting[new.id] = new
            self._save()
            self._changed.notify_all()
            return new

    def items(self) -> list[QueueItem]:
        """What waits, newest first as Jenkins lists it."""
        with self._changed:
            return list(reversed(self._waiting.values()))

    def find(self, number: int) -> QueueItem | None:
        """An item that waits or left lately."""
        with self._changed:
            return self._waiting.get(number) or self._left.get(number)

    def cancel(self, number: int) -> bool:
        """Take an item out; whether there was one."""
        with self._changed:
            item = self._waiting.pop(number, None)
            if item is None:
                return False
            item.cancelled, item.why = True, None
            for kept in item.uploads.values():
                (self._path.parent / "uploads" / kept).unlink(missing_ok=True)
            self._keep(item)
            return True

    def cancel_job(self, job: Job) -> None:
        """Take out every item of a job that goes away."""
        for item in self.items():
            if item.job is job:
                self.cancel(item.id)

    def wake(self) -> None:
        """Something changed that items may wait for."""
        with self._changed:
            self._changed.notify_all()

    def _work(self) -> None:
        with self._changed:
            while not self._closed:
                try:
                    self._changed.wait(self._start_ready())
                except Exception:
                    _log.exception("The queue stumbled")
                    self._changed.wait(1)

    def _start_ready(self) -> float | None:
        """Start every item that may, and say in how many seconds to look again."""
        now = time.time()
        moments: list[float] = []
        for item in list(self._waiting.values()):
            if item.ready_at > now:
                moments.append(item.ready_at)
                continue
            hindrance = self._gate(item)
            item.buildable = True
            if hindrance is not None:
                item.why, item.blocked = hindrance.why, hindrance.blocked
                moments.append(min(hindrance.until or now + _AGAIN_SECONDS, now + _AGAIN_SECONDS))
                continue
            try:
                item.build = self._launch(item)
            except OSError as error:  # the disk is full, say: what waits is not lost
                _log.warning("%s cannot be started: %s", item.job.full_name, error)
                item.why, item.blocked = f"It cannot be started: {error}", True
                moments.append(now + _AGAIN_SECONDS)
                continue
            del self._waiting[item.id]
            item.why, item.blocked = None, False
            self._keep(item)
        return max(0.0, min(moments) - now) if moments else None

    def _keep(self, item: QueueItem) -> None:
        self._left[item.id] = item
        while len(self._left) > _KEPT_LEFT_ITEMS:
            self._left.popitem(last=False)
        self._save()

    def _save(self) -> None:
        items = [item.to_record() for item in self._waiting.values()]
        write_json(self._path, {"next": self._next, "items": items}, 0o600)


def _same(old: QueueItem, new: QueueItem) -> bool:
    if old.unique or new.unique or old.job is not new.job:
        return False
    # A trigger's variables don't count: in Jenkins they belong to the cause and not to the build's parameters.
    return old.parameters == new.parameters and old.script == new.script
