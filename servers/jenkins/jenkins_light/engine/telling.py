"""What a pipeline says of its own build while it runs: stages, fields of ``currentBuild``, properties of the job."""

import time
from typing import TYPE_CHECKING

from jenkins_light.engine.runner import Message
from jenkins_light.model.builds import Stage
from jenkins_light.model.describable import symbol_of

if TYPE_CHECKING:
    from jenkins_light.engine.run import PipelineRun

_STATUS = {"SUCCESS": "SUCCESS", "UNSTABLE": "UNSTABLE", "FAILURE": "FAILED", "ABORTED": "ABORTED"}


def stage(run: "PipelineRun", message: Message) -> None:
    """A stage begins or ends."""
    now = int(time.time() * 1000)
    if message["event"] == "start":
        run.build.stages.append(Stage(str(message["id"]), str(message["name"]), now, log_start=run.log.size))
    else:
        for known in run.build.stages:
            if known.id == str(message["id"]):
                status = str(message.get("status") or "SUCCESS")
                known.status, known.duration = _STATUS.get(status, status), now - known.started
                known.log_end = run.log.size
    run.build.save()


def properties(run: "PipelineRun", message: Message) -> None:
    """Parameters, triggers and options of a Declarative pipeline."""
    for parameter in message.get("parameters") or ():
        if symbol_of(parameter) == "password" and parameter.get("defaultValue"):
            run.log.mask(str(parameter["defaultValue"]))
    run.controller.job_properties.declare(run.build.job, message)


def field(run: "PipelineRun", message: Message) -> None:
    """A change of ``currentBuild``."""
    record, name, value = run.build.record, message["field"], message["value"]
    if name == "result" and value:
        run.build.worsen(str(value))
    elif name == "displayName":
        record.display_name = str(value or "")
    elif name == "description":
        record.description = None if value is None else str(value)
    elif name == "keepLog":
        record.keep_log = bool(value)
    run.build.save()
