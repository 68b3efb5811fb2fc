"""``milestone`` of pipeline-milestone-step."""

import threading
from collections import defaultdict

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, Interrupted, step

_LOCK = threading.Lock()
#: By job and ordinal: the newest build that passed.
_PASSED: dict[str, dict[int, int]] = defaultdict(dict)


@step("milestone", "ordinal")
def milestone(call: StepCall) -> None:
    """Let no older build pass a point that a newer one has passed, and stop older builds that have not come so far.

    Source: pipeline-milestone-step (ordinal, label).
    """
    last = call.run.state.get("milestone", 0)
    ordinal = int(last + 1 if call.args.get("ordinal") is None else call.args["ordinal"])
    if ordinal <= last and last:
        raise Abort(f"Invalid ordinal {ordinal}, as the previous one was {last}")
    call.run.state["milestone"] = ordinal
    call.log(f"Trying to pass milestone {ordinal}")
    job, number = call.build.job, call.build.number
    with _LOCK:
        passed = _PASSED[job.full_name]
        newest = max((build for point, build in passed.items() if point >= ordinal), default=0)
        if newest > number:
            call.log(f"Canceled since build #{newest} already got here")
            raise Interrupted("Superseded by a newer build", "NOT_BUILT")
        passed[ordinal] = number
    for run in call.controller.runs():
        older = run.build.job is job and run.build.number < number
        if older and 0 < run.state.get("milestone", 0) < ordinal:
            run.stop(f"Superseded by {job.full_name}#{number}")
