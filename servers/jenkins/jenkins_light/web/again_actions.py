"""A build once more: replayed with another script, or a Declarative one restarted from one of its stages."""

from starlette.responses import Response

from jenkins_light.engine.queue import QueueItem
from jenkins_light.errors import BadRequestError, ForbiddenError
from jenkins_light.model import causes
from jenkins_light.model.builds import Build
from jenkins_light.model.causes import Cause
from jenkins_light.web import api, linter
from jenkins_light.web.exchange import json_answer, redirect, scheduled, submitted_form
from jenkins_light.web.export import bean
from jenkins_light.web.routing import BOTH, POST, Request, action

_RESTART = "org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction"


@action(Build, "replay/run", "replay/rebuild", methods=POST)
def replay(request: Request, build: Build) -> Response:
    """Build again with the same parameters and another script (``mainScript``), or the same."""
    script = request.exchange.parameter("mainScript") or build.record.script
    return scheduled(request.exchange, _again(request, build, causes.by_replay(build.number), script).id)


@action(Build, "restart/restart", methods=POST)
def restart(request: Request, build: Build) -> Response:
    """Restart from the stage of the form's ``json`` (RestartDeclarativePipelineAction.doRestart)."""
    stage = str(submitted_form(request.exchange.parameter("json")).get("stageName") or "")
    if (why := _refusal(request, build, stage)) is not None:
        raise why
    _restart(request, build, stage)
    return redirect("/" + build.job.url_path)


@action(Build, "restart/restartPipeline", methods=POST)
def restart_pipeline(request: Request, build: Build) -> Response:
    """The same by ``stageName``; the answer is JSON and says whether it went."""
    stage = request.exchange.parameter("stageName")
    why = _refusal(request, build, stage)
    if why is None:
        _restart(request, build, stage)
    data = {"success": "true" if why is None else "false", "message": "ok" if why is None else str(why)}
    return json_answer({"status": "ok", "data": data})


@action(Build, "restart/checkStageName", methods=BOTH)
def check_stage(request: Request, build: Build) -> Response:
    """Whether that is a stage to restart from, for the form."""
    known = request.exchange.parameter("value") in restartable(request, build)
    return Response("<div/>" if known else "<div class=error>No such stage</div>", media_type="text/html;charset=utf-8")


@action(Build, *(f"restart/api/{form}" for form in ("json", "xml", "python")))
def restart_api(request: Request, build: Build) -> Response:
    """Which stages the build can be restarted from."""
    stages = restartable(request, build)
    shown = bean(_RESTART, restartEnabled=bool(stages), restartableStages=stages)
    return api.export_bean(request, shown, request.exchange.path[-1])


def restartable(request: Request, build: Build) -> list[str]:
    """The pipeline's own stages that the build came to, whether it ran them or their ``when`` skipped them."""
    script = build.record.script
    if build.building or build.job.config.disabled or not script:
        return []
    names: list[str] = linter.check(request.controller, script).get("stages") or []
    reached = {stage.name: stage.status for stage in build.stages}
    broken = next((place for place, name in enumerate(names) if reached.get(name) in {"FAILED", "ABORTED"}), len(names))
    return [name for place, name in enumerate(names) if name in reached and place <= broken]


def _refusal(request: Request, build: Build, stage: str) -> BadRequestError | ForbiddenError | None:
    shown, stages = f"{build.job.full_name} {build.display_name}", restartable(request, build)
    if not stages:
        return ForbiddenError("not allowed to restart")
    if not stage:
        return BadRequestError("Failure restarting from stage: Stage name cannot be null or an empty string.")
    if stage not in stages:
        said = f"Stage {stage} is not present in the top-level stages for {shown}, so cannot be restarted."
        return BadRequestError(f"Failure restarting from stage: {said}")
    return None


def _restart(request: Request, build: Build, stage: str) -> None:
    _again(request, build, causes.by_restart(build.number, stage), build.record.script)


def _again(request: Request, build: Build, cause: Cause, script: str | None) -> QueueItem:
    record = build.record
    given = {name: str(v).lower() if isinstance(v, bool) else v for name, v in record.parameters.items()}
    return request.controller.schedule(
        build.job, cause, given, script=script, environment=record.environment, unique=True
    )
