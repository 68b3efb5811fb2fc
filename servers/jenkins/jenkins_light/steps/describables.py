"""``step([$class: …])``: build steps of plugins by their class, as older pipelines call them."""

from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.model.describable import symbol_of
from jenkins_light.steps.registry import DEFAULT_ARGUMENTS, STEPS, no_implementation, step

_BY_CLASS = {
    "ArtifactArchiver": "archiveArtifacts",
    "Fingerprinter": "fingerprint",
    "JUnitResultArchiver": "junit",
    "Mailer": "mailer",
    "WsCleanup": "cleanWs",
    "HtmlPublisher": "publishHTML",
}


@step("step", "delegate")
def general_step(call: StepCall) -> Any:
    """Run the step that stands for the class."""
    described = call.args.get("delegate") or call.args
    name = symbol_of(described)
    if name not in _BY_CLASS:
        raise no_implementation("interface jenkins.tasks.SimpleBuildStep", name)
    call.name = _BY_CLASS[name]
    unnamed = described.get("$args") or []
    call.args = {key: value for key, value in described.items() if not key.startswith("$") and key != "delegate"}
    if unnamed:
        call.args[DEFAULT_ARGUMENTS[call.name]] = unnamed[0]
    return STEPS[call.name](call)
