"""``validateDeclarativePipeline``."""

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import step


@step("validateDeclarativePipeline", "path")
def validate_declarative_pipeline(call: StepCall) -> bool:
    """Whether a file of the workspace is a sound Declarative pipeline; what is wrong with it is told.

    Source: pipeline-model-definition (ValidateDeclarativePipelineStep).
    """
    path = str(call.args.get("path") or "")
    if not path:
        call.log("No Declarative Pipeline file specified.")
        return False
    sound, said = _judged(call, path)
    call.log(said)
    return sound


def _judged(call: StepCall, path: str) -> tuple[bool, str]:
    file, named = call.path(path), f"Declarative Pipeline file '{path}'"
    if not file.is_file():
        return False, f"{named} does not exist."
    script = file.read_bytes().decode("utf-8", "replace")
    if not script:
        return False, f"{named} is empty."
    controller = call.controller
    answer = controller.runner.ask({"type": "validate", "script": script, "tools": controller.tools.names()})
    if answer.get("errors"):
        exception = "org.codehaus.groovy.control.MultipleCompilationErrorsException"
        return False, f"Error(s) validating {named} - {exception}: {answer['text']}"
    if answer.get("stages") is None:
        return False, f"{named} does not contain the 'pipeline' step."
    return True, f"{named} is valid."
