"""``build``: start another job and wait for it; ``input``: ask a person."""

import threading
from dataclasses import dataclass, field
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
    """Build another job (pipeline-build-step: job, parameters, wait, propagate, quietPeriod).

    Returns:
        The finished build, or None with ``wait: false``.
    """
    name = call.text("job")
    job = _find(call, name)
    call.log(f"Scheduling project: {job.full_name}")
    given = {str(p["name"]): _text(p.get("value", "")) for p in call.args.get("parameters") or ()}
    own = call.build
    cause = causes.by_upstream(own.job.full_name, own.number, own.job.url_path)
    quiet = call.args.get("quietPeriod")
    item = call.controller.schedule(job, cause, given, quiet=None if quiet is None else float(quiet))
    if not call.flag("wait", True):
        return None
    while item.build is None:
        if item.cancelled:
            raise Abort("Queue task was cancelled")
        call.wait(_POLL_SECONDS)
    started = item.build
    call.log(f"Starting building: {job.full_name} {started.display_name}")
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


@dataclass
class Question:
    """An open ``input``."""

    id: str
    message: str
    ok: str
    parameters: list[dict[str, Any]]
    answered: threading.Event = field(default_factory=threading.Event)
    proceed: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    by: str = ""

    def answer(self, by: str, proceed: bool, values: dict[str, Any]) -> None:
        """Somebody decided."""
        self.by, self.proceed, self.values = by, proceed, values
        self.answered.set()


@step("input", "message")
def input_step(call: StepCall) -> Any:
    """Wait until somebody proceeds or aborts, on the build's page or by its address.

    Source: pipeline-input-step (message, id, ok, parameters, submitterParameter).

    Returns:
        None, the value of the only parameter, or a map of all.
    """
    message = str(call.args.get("message") or "Proceed?")
    ident = str(call.args.get("id") or "") or f"{call.id:x}".rjust(8, "0")
    ident = ident[:1].upper() + ident[1:]
    parameters = [entry for entry in call.args.get("parameters") or () if isinstance(entry, dict)]
    question = Question(ident, message, str(call.args.get("ok") or "Proceed"), parameters)
    questions = call.run.state.setdefault("inputs", {})
    questions[ident] = question
    call.log(message)
    call.log(f"{question.ok} or Abort")
    try:
        while not question.answered.wait(_POLL_SECONDS):
            call.check_cancelled()
    finally:
        questions.pop(ident, None)
    if not question.proceed:
        raise Interrupted(f"Rejected by {question.by}")
    call.log(f"Approved by {question.by}")
    return _answer(question, str(call.args.get("submitterParameter") or ""))


def _answer(question: Question, submitter_parameter: str) -> Any:
    names = [str(entry.get("name")) for entry in question.parameters]
    values = {n: question.values.get(n, e.get("defaultValue")) for n, e in zip(names, question.parameters, strict=True)}
    if submitter_parameter:
        values[submitter_parameter] = question.by
    if not values:
        return None
    return next(iter(values.values())) if len(values) == 1 else values
