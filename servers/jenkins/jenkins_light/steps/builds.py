"""``build``: start another job and wait for it."""

from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.model import causes
from jenkins_light.model.builds import RESULTS, Build
from jenkins_light.model.items import Job
from jenkins_light.steps.registry import Abort, Interrupted, step, symbols

symbols("run", "credentials")
_POLL_SECONDS = 0.1


@step("build", "job")
def build(call: StepCall) -> dict[str, Any] | None:
    """Build another job (pipeline-build-step: job, parameters, wait, waitForStart, propagate, quietPeriod).

    Returns:
        The finished build, with ``waitForStart`` the one that began, or None with ``wait: false``.
    """
    name = call.text("job")
    job = _find(call, name)
    call.log(f"Scheduling project: {job.full_name}")
    given = {str(p["name"]): _text(p.get("value", "")) for p in call.args.get("parameters") or ()}
    own = call.build
    cause = causes.by_upstream(own.job.full_name, own.number, own.job.url_path)
    quiet = call.args.get("quietPeriod")
    item = call.controller.schedule(job, cause, given, quiet=None if quiet is None else float(quiet))
    if not call.flag("wait", True) and not call.flag("waitForStart"):
        return None
    while item.build is None:
        if item.cancelled:
            raise Abort("Queue task was cancelled")
        call.wait(_POLL_SECONDS)
    started = item.build
    call.log(f"Starting building: {job.full_name} {started.display_name}")
    if call.flag("waitForStart"):
        return _run(call, started)
    call.on_cancel(lambda: _stop(call, started))
    started.finished.wait()
    call.check_cancelled()
    result = str(started.result)
    call.log(f"Build {job.full_name} {started.display_name} completed: {result}")
    if call.flag("propagate", True) and result != "SUCCESS":
        worst = result if result in RESULTS else "FAILURE"
        raise Interrupted(
            f"{job.full_name} {started.display_name} completed with status {result} (propagate: false to ignore)", worst
        )
    return _run(call, started)


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
    record = build.record
    return {
        "@type": "run",
        "number": record.number,
        "result": record.result,
        "currentResult": record.result,
        "displayName": build.display_name,
        "fullDisplayName": f"{build.job.full_name} {build.display_name}",
        "projectName": build.job.name,
        "fullProjectName": build.job.full_name,
        "absoluteUrl": call.controller.settings.url + build.url_path,
        "duration": record.duration,
        "startTimeInMillis": record.timestamp,
        "timeInMillis": record.timestamp,
        "description": record.description,
        "buildVariables": {
            name: _text(value) for name, value in record.parameters.items() if name not in record.sensitive
        },
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
