"""A build once more: replayed with another script, or a Declarative one restarted from one of its stages."""

import html

from starlette.responses import Response

from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model import causes
from jenkins_light.model.builds import Build
from jenkins_light.model.causes import Cause
from jenkins_light.model.parameters import as_text
from jenkins_light.web import api, linter
from jenkins_light.web.exchange import json_answer, redirect, submitted_form
from jenkins_light.web.export import bean
from jenkins_light.web.routing import BOTH, POST, Request, action

_RESTART = "org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction"
_FAILURE = "Failure restarting from stage: java.lang.IllegalStateException: "


@action(Build, "replay/run", methods=POST)
def replay(request: Request, build: Build) -> Response:
    """Build again with the same parameters and another script: ``mainScript`` of the form's ``json``, or by itself.

    Source: ReplayAction.doRun, which goes back to the job's page.

    Raises:
        BadRequestError: there is no script, or the build has passwords.
    """
    _check_no_passwords(build)
    submitted = request.exchange.parameter("json")
    script = submitted_form(submitted).get("mainScript") if submitted else request.exchange.parameter("mainScript")
    if not script:
        raise BadRequestError("Nothing is submitted: the form has no mainScript")
    _again(request, build, causes.by_replay(build.number), str(script))
    return redirect("/" + build.job.url_path)


@action(Build, "replay/rebuild", methods=POST)
def rebuild(request: Request, build: Build) -> Response:
    """Build again with the same parameters and the same script (ReplayAction.doRebuild)."""
    _check_no_passwords(build)
    _again(request, build, causes.by_replay(build.number, rebuilt=True), build.record.script)
    return redirect("/" + build.job.url_path)


def _check_no_passwords(build: Build) -> None:
    """Let a build pass that may be replayed; another script could tell its passwords (SECURITY-2443).

    Raises:
        BadRequestError: it has passwords.
    """
    if build.record.sensitive:
        raise BadRequestError("Replay is not allowed when password parameters are used.")


@action(Build, "restart/restart", methods=POST)
def restart(request: Request, build: Build) -> Response:
    """Restart from the stage of the form's ``json`` (RestartDeclarativePipelineAction.doRestart)."""
    _check_enabled(request, build)
    stage = str(submitted_form(request.exchange.parameter("json")).get("stageName") or "")
    if (why := _refusal(request, build, stage)) is not None:
        raise BadRequestError(_FAILURE + why)
    _restart(request, build, stage)
    return redirect("/" + build.job.url_path)


@action(Build, "restart/restartPipeline", methods=POST)
def restart_pipeline(request: Request, build: Build) -> Response:
    """The same by ``stageName``; the answer is JSON and says whether it went."""
    _check_enabled(request, build)
    stage = request.exchange.parameter("stageName")
    why = _refusal(request, build, stage)
    if why is None:
        _restart(request, build, stage)
    data = {"success": "true" if why is None else "false", "message": "ok" if why is None else _FAILURE + why}
    return json_answer({"status": "ok", "data": data})


@action(Build, "restart/checkStageName", methods=BOTH)
def check_stage(request: Request, build: Build) -> Response:
    """Whether that is a stage to restart from, for the form."""
    _check_enabled(request, build)
    wrong = _refusal(request, build, request.exchange.parameter("value").strip())
    shown = "<div/>" if wrong is None else f"<div class=error>{html.escape(wrong)}</div>"
    return Response(shown, media_type="text/html;charset=utf-8")


@action(Build, *(f"restart/api/{form}" for form in ("json", "xml", "python")))
def restart_api(request: Request, build: Build) -> Response:
    """Which stages the build can be restarted from."""
    _check_enabled(request, build)
    shown = bean(_RESTART, restartEnabled=True, restartableStages=restartable(request, build))
    return api.export_bean(request, shown, request.exchange.path[-1])


def _check_enabled(request: Request, build: Build) -> None:
    """Let a build pass that can be restarted from a stage: a Declarative one that is over, unless the job forbids it.

    Raises:
        NotFoundError: it can't be; the plugin's action has no address then.
    """
    if _stages(request, build) is None:
        raise NotFoundError(f"{build.job.full_name} {build.display_name} can't be restarted from a stage")


def _stages(request: Request, build: Build) -> list[str] | None:
    """The pipeline's own stages, or None when the build can't be restarted from any."""
    script, config = build.record.script, build.job.config
    if build.building or config.disabled or not config.restartable or not script:
        return None
    names: list[str] | None = linter.check(request.controller, script).get("stages")
    return names


def restartable(request: Request, build: Build) -> list[str]:
    """The pipeline's own stages that the build came to, whether it ran them or their ``when`` skipped them."""
    names = _stages(request, build) or []
    reached = {stage.name: stage.status for stage in build.stages}
    broken = next((place for place, name in enumerate(names) if reached.get(name) in {"FAILED", "ABORTED"}), len(names))
    return [name for place, name in enumerate(names) if name in reached and place <= broken]


def _refusal(request: Request, build: Build, stage: str) -> str | None:
    """Why the build can't be restarted from this stage."""
    shown = f"{build.job.full_name} {build.display_name}"
    if not stage:
        return "Stage name cannot be null or an empty string."
    if stage not in restartable(request, build):
        return f"Stage {stage} is not present in the top-level stages for {shown}, so cannot be restarted."
    return None


def _restart(request: Request, build: Build, stage: str) -> None:
    _again(request, build, causes.by_restart(build.number, stage), build.record.script)


def _again(request: Request, build: Build, cause: Cause, script: str | None) -> None:
    """Put the build in the queue again; its causes are the user and what the user did."""
    record, user = build.record, request.controller.users.get(request.exchange.user)
    given = {name: as_text(v) for name, v in record.parameters.items()}
    request.controller.schedule(
        build.job,
        causes.by_user(request.exchange.user, user.full_name),
        given,
        further=[cause],
        script=script,
        environment=record.environment,
        unique=True,
    )
