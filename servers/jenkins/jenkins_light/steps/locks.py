"""``lock`` of lockable-resources."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.lockables import PACKAGE, Lockables
from jenkins_light.steps.registry import SkippedBlock, StepError, Variables, block_step

_POLL_SECONDS = 0.2
_ILLEGAL = "java.lang.IllegalArgumentException"


@dataclass
class Wanted:
    """One resource by name, or some of a label's (0: all)."""

    resource: str
    label: str
    quantity: int

    def __str__(self) -> str:
        if self.label:
            return f"Label: {self.label}" + (f", Quantity: {self.quantity}" if self.quantity else "")
        return f"Resource: {self.resource}"


@dataclass(eq=False)
class _Waiting:
    wanted: list[Wanted]
    priority: int
    newest_first: bool


class Locks:
    """Who holds which resource, and who waits for some; resources with labels are declared in the plugin's own file."""

    def __init__(self, home: Path) -> None:
        self.declared = Lockables(home)
        self.condition = threading.Condition()
        self.holders: dict[str, str] = {}
        self.since: dict[str, float] = {}
        self.waiting: list[_Waiting] = []

    def labelled(self, label: str) -> list[str]:
        """The resources that have a label."""
        return [resource.name for resource in self.declared.all() if label in resource.labels]

    def exists(self, name: str) -> bool:
        """Whether a resource is declared, or made by those who hold it now; it goes with them."""
        return name in self.holders or any(name == resource.name for resource in self.declared.all())

    def free(self, wanted: list[Wanted]) -> list[str] | None:
        """The resources that fulfil all wishes now, or None."""
        taken: list[str] = []
        held = {*self.holders, *(resource.name for resource in self.declared.all() if resource.reserved_by)}
        for wish in wanted:
            names = self.labelled(wish.label) if wish.label else [wish.resource]
            free = [name for name in names if name not in held and name not in taken]
            count = (wish.quantity or len(names)) if wish.label else 1
            if len(free) < count:
                return None
            taken += free[:count]
        return taken

    def hold(self, name: str, call: StepCall) -> None:
        """Give a build a resource."""
        self.holders[name] = call.build.full_display_name
        self.since[name] = time.time()

    def next(self) -> _Waiting | None:
        """Who gets resources next: the highest priority, then whoever is first, or last with inversePrecedence."""
        able = [w for w in self.waiting if self.free(w.wanted) is not None]
        if not able:
            return None
        top = max(w.priority for w in able)
        able = [w for w in able if w.priority == top]
        return able[-1] if able[-1].newest_first else able[0]


@block_step("lock", "resource")
def lock(call: StepCall) -> Iterator[Variables]:
    """Hold resources during the block; other builds wait.

    Source: lockable-resources' LockStep (resource, label, quantity, variable, extra, inversePrecedence, priority,
    skipIfLocked, timeoutForAllocateResource, timeoutUnit).
    """
    locks = call.controller.locks
    wanted = _wanted(call)
    shown = "[" + ", ".join(f"{{{w}}}" if len(wanted) > 1 else str(w) for w in wanted) + "]"
    call.log(f"Trying to acquire lock on {shown}")
    for wish in wanted:
        if wish.resource and not call.saved and not locks.exists(wish.resource):
            call.log(f"Resource [{wish.resource}] did not exist. Created.")
    taken = _take_back(call, locks) if call.saved else _acquire(call, locks, wanted, shown)
    if taken is None:
        raise SkippedBlock
    try:
        call.save(taken=taken)
        call.log(f"Lock acquired on {shown}")
        yield _variables(str(call.args.get("variable") or ""), taken)
    finally:
        with locks.condition:
            for name in taken:
                locks.holders.pop(name, None)
            locks.condition.notify_all()
        call.log(f"Lock released on resource {shown}")


def _take_back(call: StepCall, locks: Locks) -> list[str]:
    """Hold what the build held before the server was restarted."""
    taken = [str(name) for name in call.saved["taken"]]
    with locks.condition:
        for name in taken:
            locks.hold(name, call)
    return taken


def _wanted(call: StepCall) -> list[Wanted]:
    entries: list[dict[str, Any]] = [call.args, *(call.args.get("extra") or ())]
    wanted = [
        Wanted(str(e.get("resource") or ""), str(e.get("label") or ""), int(e.get("quantity") or 0))
        for e in entries
        if e.get("resource") or e.get("label")
    ]
    if not wanted:
        raise StepError(_ILLEGAL, "Either resource label or resource name must be specified.")
    for wish in wanted:
        if wish.label and wish.resource:
            raise StepError(_ILLEGAL, "Label and resource name cannot be specified simultaneously.")
        if wish.label and not call.controller.locks.labelled(wish.label):
            raise StepError(_ILLEGAL, f"The label does not exist: {wish.label}.")
    return wanted


def _acquire(call: StepCall, locks: Locks, wanted: list[Wanted], shown: str) -> list[str] | None:
    """Wait for the resources and take them; None when they are not free and the step says to skip then."""
    ticket = _Waiting(wanted, int(call.args.get("priority") or 0), call.flag("inversePrecedence"))
    limit = _limit(call)
    with locks.condition:
        locks.waiting.append(ticket)
        try:
            told = False
            while locks.next() is not ticket:
                if not told:
                    told = True
                    _tell(call, locks, wanted)
                    skip = call.flag("skipIfLocked")
                    patience = "" if skip or limit is None else f" (timeout: {_patience(call)})"
                    call.log(f"{shown} is not free, {'skipping' if skip else 'waiting for'} execution ...{patience}")
                    if skip:
                        return None
                locks.condition.wait(_POLL_SECONDS)
                call.check_cancelled()
                if limit is not None and time.monotonic() > limit:
                    late = f"{shown} timed out waiting for resource allocation after {_patience(call)}"
                    call.log(late)
                    raise StepError(f"{PACKAGE}.queue.LockWaitTimeoutException", late)
            taken = locks.free(wanted) or []
            for name in taken:
                locks.hold(name, call)
            return taken
        finally:
            locks.waiting.remove(ticket)
            locks.condition.notify_all()


def _patience(call: StepCall) -> str:
    """How long to wait at most, as the plugin writes it."""
    return f"{call.args['timeoutForAllocateResource']} {str(call.args.get('timeoutUnit') or 'MINUTES').lower()}"


def _limit(call: StepCall) -> float | None:
    units = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86400}
    count = float(call.args.get("timeoutForAllocateResource") or 0)
    unit = str(call.args.get("timeoutUnit") or "MINUTES").upper()
    return time.monotonic() + count * units.get(unit, 60) if count else None


def _tell(call: StepCall, locks: Locks, wanted: list[Wanted]) -> None:
    for wish in wanted:
        if wish.resource in locks.holders:
            since = time.strftime("%b %d, %Y, %I:%M %p", time.localtime(locks.since[wish.resource]))
            holder = locks.holders[wish.resource]
            call.log(f"The resource [{wish.resource}] is locked by build {holder} since {since}.")


def _variables(name: str, taken: list[str]) -> Variables:
    numbered = {f"{name}{index}": resource for index, resource in enumerate(taken)}
    return {name: ",".join(taken), **numbered} if name else {}
