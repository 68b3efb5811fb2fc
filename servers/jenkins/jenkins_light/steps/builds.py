"""``build``: start another job and wait for it."""

from typing import Any

from jenkins_light.engine import environment
from jenkins_light.engine.calls import StepCall
from jenkins_light.model import causes
from jenkins_light.model.builds import RESULTS, Build
from jenkins_light.model.items import Job
from jenkins_light.steps.registry import Abort, Interrupted, step, symbols

symbols("run", "credentials")
_POLL_SECONDS = 0.1


@step("build", "job", resumable=True)
def build(call: StepCall) -> dict[str, Any] | None:
    """Build another job (pipeline-build-step: job, parameters, wait, waitForStart, propagate, quietPeriod).

    Returns:
        The finished build, with ``waitForStart`` the one that began, or None with ``wait: false``.
    """
    name = call.text("job")
    job = _find(call, name)
    if "item" not in call.saved:
        call.log(f"Scheduling project: {job.full_name}")
        call.save(item=_schedule(call, job))
    if not call.flag("wait", True) and not call.flag("waitForStart"):
        return None
    while (started := _started(call, job)) is None:
        call.wait(_POLL_SECONDS)
    if "build" not in call.saved:
        call.log(f"Starting building: {job.full_name} {started.display_name}")
        call.save(build=started.number)
    if call.flag("waitForStart"):
        return _run(call, started)
    _await(call, started, abort=True)
    result = str(started.result)
    call.log(f"Build {job.full_name} {started.display_name} completed: {result}")
    if call.flag("propagate", True):
        _hold_against(started)
    return _run(call, started)


@step("waitForBuild", "runId", resumable=True)
def wait_for_build(call: StepCall) -> dict[str, Any]:
    """Wait until a build is over (pipeline-build-step: runId, propagate, propagateAbort).

    Returns:
        The finished build.
    """
    run_id = call.text("runId")
    name, _, number = run_id.rpartition("#")
    job = call.controller.root.find_job(name)
    build = job.builds.find(int(number)) if job and number.isdecimal() else None
    if build is None:
        raise Abort(f"No build exists with runId {run_id}")
    shown = f"{build.job.full_name} {build.display_name}"
    if build.building:
        if not call.resumed:
            call.log(f"Waiting for {shown} to complete")
        _await(call, build, abort=call.flag("propagateAbort"))
        call.log(f"Build {shown} completed: {build.result}")
    else:
        call.log(f"{shown} already completed: {build.result}")
    if call.flag("propagate"):
        _hold_against(build)
    return _run(call, build)


def _await(call: StepCall, build: Build, *, abort: bool) -> None:
    """Wait for the build's end, and with ``abort`` stop it when the step is."""
    if abort:
        call.on_cancel(lambda: _stop(call, build))
    while not build.finished.wait(_POLL_SECONDS):
        if not abort:
            call.check_cancelled()
    call.check_cancelled()


def _hold_against(build: Build) -> None:
    """Raise what a build that did not end well does to the one that waited for it."""
    result = str(build.result)
    if result != "SUCCESS":
        shown = f"{build.job.full_name} {build.display_name}"
        worst = result if result in RESULTS else "FAILURE"
        raise Interrupted(f"{shown} completed with status {result} (propagate: false to ignore)", worst, actual=False)


def _schedule(call: StepCall, job: Job) -> int:
    """The number of the new queue item."""
    given = {str(p["name"]): _text(p.get("value", "")) for p in call.args.get("parameters") or ()}
    own = call.build
    cause = causes.by_upstream(own.job.full_name, own.number, own.job.url_path)
    quiet = call.args.get("quietPeriod")
    return call.controller.schedule(job, cause, given, quiet=None if quiet is None else float(quiet)).id


def _started(call: StepCall, job: Job) -> Build | None:
    """The build that the queue item became, or None while it waits.

    Raises:
        Abort: it was taken out of the queue.
    """
    item = call.controller.queue.find(call.saved["item"])
    if item is not None and not item.cancelled:
        return item.build
    # An item that left before a restart is known by its build only.
    build = next((build for build in job.builds if build.record.queue_id == call.saved["item"]), None)
    if build is None:
        raise Abort("Queue task was cancelled")
    return build


def _find(call: StepCall, name: str) -> Job:
    root = call.controller.root
    above = call.build.job.parent
    candidates = [name] if name.startswith("/") or above is None else [f"{above.full_name}/{name}", name]
    job = next((found for path in candidates if (found := root.find_job(path))), None)
    if job is None:
        raise Abort(f"No item named {name} found")
    return job


def _stop(call: StepCall, build: Build) -> None:
    run = call.controller.run_of(build)
    if run is not None:
        run.stop(f"Calling Pipeline was cancelled: {call.build.job.full_name} {call.build.display_name}")


def _run(call: StepCall, build: Build) -> dict[str, Any]:
    return {"@type": "run", "currentResult": build.result, **environment.facts_of(call.controller, build)}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
