"""``properties([...])``: the pipeline sets its job's parameters, triggers and options."""

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps.registry import Abort, step, symbols

symbols(
    "parameters", "string", "text", "booleanParam", "choice", "password", "pipelineTriggers", "GenericTrigger",
    "cron", "parameterizedCron", "pollSCM", "upstream", "disableConcurrentBuilds", "buildDiscarder", "logRotator",
    "disableResume", "durabilityHint", "gitLabConnection", "preserveStashes", "throttleJobProperty", "rateLimitBuilds",
    "rateLimit", "overrideIndexTriggers", "githubProjectProperty", "disableRestartFromStage", "stringParam",
    "textParam", "choiceParam", "file", "fileParam", "base64File", "runParam",
)  # fmt: skip


@step("properties", "properties")
def properties(call: StepCall) -> None:
    """Set the properties; they hold from the next build on, as in Jenkins."""
    described = call.args.get("properties")
    if not isinstance(described, list):
        raise Abort("properties needs a list")
    call.controller.job_properties.apply(call.build.job, [entry for entry in described if isinstance(entry, dict)])
