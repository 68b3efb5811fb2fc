"""``lock`` (lockable-resources) and ``milestone``."""

import threading
from collections import defaultdict
from collections.abc import Iterator

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Interrupted, Variables, block_step, step

_CONDITION = threading.Condition()
_HELD: dict[str, str] = {}
_MILESTONES: dict[str, dict[int, int]] = defaultdict(dict)


@block_step("lock", "resource")
def lock(call: StepCall) -> Iterator[Variables]:
    """Hold a named resource during the block; other builds wait."""
    resource = call.text("resource")
    call.log(f"Trying to acquire lock on [Resource: {resource}]")
    with _CONDITION:
        told = False
        while resource in _HELD:
            if not told:
                call.log(f"[Resource: {resource}] is not free, waiting for execution ... locked by {_HELD[resource]}")
                told = True
            _CONDITION.wait(0.2)
            call.check_cancelled()
        _HELD[resource] = f"{call.build.job.full_name} {call.build.display_name}"
    call.log(f"Lock acquired on [Resource: {resource}]")
    try:
        variable = call.args.get("variable")
        yield {str(variable): resource} if variable else {}
    finally:
        with _CONDITION:
            _HELD.pop(resource, None)
            _CONDITION.notify_all()
        call.log(f"Lock released on resource [Resource: {resource}]")


@step("milestone", "ordinal")
def milestone(call: StepCall) -> None:
    """Let no older build pass a point that a newer one has passed."""
    passed = call.run.state["milestones"] = call.run.state.get("milestones", 0) + 1
    ordinal = int(call.args.get("ordinal") or passed)
    with _CONDITION:
        newest = _MILESTONES[call.build.job.full_name].get(ordinal, 0)
        if newest > call.build.number:
            raise Interrupted(f"Canceled since build #{newest} already got here", "NOT_BUILT")
        _MILESTONES[call.build.job.full_name][ordinal] = call.build.number
    call.log(f"Trying to pass milestone {ordinal}")
