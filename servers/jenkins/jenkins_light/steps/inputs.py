"""``input``: ask a person."""

import threading
from dataclasses import dataclass, field
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.parameters import ParameterDefinition, Value, from_describable
from jenkins_light.steps.registry import Interrupted, step

_POLL_SECONDS = 0.1


@dataclass
class Question:
    """An open ``input``."""

    id: str
    message: str
    ok: str
    parameters: list[dict[str, Any]]
    submitters: frozenset[str] = frozenset()
    answered: threading.Event = field(default_factory=threading.Event)
    proceed: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    by: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self, user: str, administrator: str) -> bool:
        """Whether this user may decide; without ``submitter`` everybody may, and the administrator always."""
        return not self.submitters or user in self.submitters or user == administrator

    def answer(self, by: str, proceed: bool, values: dict[str, Any]) -> bool:
        """Somebody decides; whether they are the first, whose word counts."""
        with self._lock:
            if self.answered.is_set():
                return False
            self.by, self.proceed, self.values = by, proceed, values
            self.answered.set()
            return True


@step("input", "message", resumable=True)
def input_step(call: StepCall) -> Any:
    """Wait until somebody proceeds or aborts, on the build's page or by its address.

    Source: pipeline-input-step (message, id, ok, cancel, parameters, submitter, submitterParameter).

    Returns:
        None, the value of the only parameter, or a map of all.
    """
    message = str(call.args.get("message") or "Proceed?")
    ident = str(call.args.get("id") or "") or f"{call.id:x}".rjust(8, "0")
    ident = ident[:1].upper() + ident[1:]
    parameters = [entry for entry in call.args.get("parameters") or () if isinstance(entry, dict)]
    submitters = frozenset(filter(None, (name.strip() for name in str(call.args.get("submitter") or "").split(","))))
    question = Question(ident, message, str(call.args.get("ok") or "Proceed"), parameters, submitters)
    questions = call.run.state.setdefault("inputs", {})
    questions[ident] = question
    if not call.resumed:
        call.log(message)
        call.log("Input requested" if parameters else f"{question.ok} or {call.args.get('cancel') or 'Abort'}")
    try:
        while not question.answered.wait(_POLL_SECONDS):
            call.check_cancelled()
    finally:
        questions.pop(ident, None)
    if not question.proceed:
        raise Interrupted(f"Rejected by {question.by}")
    call.log(f"Approved by {question.by}")
    return _answer(call, question, str(call.args.get("submitterParameter") or ""))


def _answer(call: StepCall, question: Question, submitter_parameter: str) -> Any:
    definitions = [from_describable(entry) for entry in question.parameters]
    values: dict[str, Any] = {each.name: _value(each, question.values.get(each.name)) for each in definitions}
    for each in definitions:
        if each.kind == "Password" and values[each.name]:
            call.run.log.mask(str(values[each.name]))
    if submitter_parameter:
        values[submitter_parameter] = question.by
    if not values:
        return None
    return next(iter(values.values())) if len(values) == 1 else values


def _value(definition: ParameterDefinition, given: Any) -> Value:
    return definition.default_value if given is None else definition.convert(str(given))
