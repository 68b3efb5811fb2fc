"""The pages of one build."""

from typing import Any

from starlette.responses import Response

from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.model import jobconfig, parameters, testresults
from jenkins_light.model.builds import Build, Stage
from jenkins_light.model.parameters import ParameterDefinition
from jenkins_light.steps.inputs import Question
from jenkins_light.web import build_beans, stageview_actions, templates
from jenkins_light.web.exchange import redirect
from jenkins_light.web.routing import Request, action
from jenkins_light.web.stage_matrix import matrix

_CONSOLE_BYTES = 150 * 1024
_STAGE_LOG_BYTES = 1024 * 1024


def _page(request: Request, build: Build, template: str, at: str = "", words: str = "", **values: Any) -> Response:
    """A page of a build; `at` is its address below the build's, `words` its place in the breadcrumbs."""
    here = [(words, f"/{build.url_path}{at}")] if words else []
    pipeline = build.job.config.kind == jobconfig.PIPELINE
    return templates.page(
        request,
        template,
        at=at.strip("/"),
        here=here,
        build=build,
        job=build.job,
        questions=_questions(request, build),
        has_tests=testresults.load(build) is not None,
        can_replay=pipeline and build.record.script is not None,
        **values,
    )


def _questions(request: Request, build: Build) -> list[tuple[Question, list[ParameterDefinition]]]:
    """The open questions, each with its parameters' definitions."""
    run = request.controller.run_of(build)
    open_now = list(run.state.get("inputs", {}).values()) if run else []
    return [(question, [_definition(entry) for entry in question.parameters]) for question in open_now]


def _definition(described: dict[str, Any]) -> ParameterDefinition:
    """A parameter as the pipeline describes it; kinds without a field of their own are asked for as text."""
    try:
        return parameters.from_describable(described)
    except BadRequestError:
        default = described.get("defaultValue")
        return ParameterDefinition("String", str(described.get("name") or ""), default=str(default or ""))


@action(Build, "")
def build_page(request: Request, build: Build) -> Response:
    """A build: why, what, stages, tests, artifacts."""
    if not request.exchange.raw_path.endswith("/"):
        return redirect(request.exchange.raw_path + "/")
    return _page(
        request,
        build,
        "build.html",
        matrix=matrix([build]),
        artifacts=build_beans.artifact_paths(build),
        tests=testresults.load(build),
    )


@action(Build, "console", "consoleFull")
def console_page(request: Request, build: Build) -> Response:
    """The console, of a long one the last part as in Jenkins; a script goes on reading while the build runs."""
    with build.log_path.open("rb") as log:
        size = log.seek(0, 2)
        skipped = max(0, size - _CONSOLE_BYTES) if request.exchange.path[-1] == "console" else 0
        log.seek(skipped)
        text = log.read(size - skipped).decode("utf-8", "replace")
    return _page(
        request, build, "console.html", "console", "Console Output", text=text, start=size, skipped=skipped // 1024
    )


@action(Build, "changes")
def changes_page(request: Request, build: Build) -> Response:
    """What has been committed since the build before."""
    return _page(request, build, "changes.html", "changes", "Changes", builds=[build])


@action(Build, "parameters")
def parameters_page(request: Request, build: Build) -> Response:
    """What the build was given."""
    return _page(request, build, "parameters.html", "parameters/", "Parameters")


@action(Build, "input")
def input_page(request: Request, build: Build) -> Response:
    """What the build waits for somebody to decide."""
    return _page(request, build, "input.html", "input/", "Input")


@action(Build, "replay")
def replay_page(request: Request, build: Build) -> Response:
    """The form to build again with another script.

    Raises:
        NotFoundError: the build never had a script.
    """
    if build.record.script is None:
        raise NotFoundError(f"{build.job.full_name} {build.display_name} has no script to replay")
    return _page(request, build, "replay.html", "replay/", "Replay", script=build.record.script)


@action(Build, "artifact")
def artifacts_page(request: Request, build: Build) -> Response:
    """What the build archived."""
    artifacts = build_beans.artifact_paths(build)
    return _page(request, build, "artifacts.html", "artifact/", "Artifacts", artifacts=artifacts)


@action(Build, "flowGraphTable")
def steps_page(request: Request, build: Build) -> Response:
    """The build's stages with their logs."""
    return _page(request, build, "steps.html", "flowGraphTable/", "Pipeline Steps")


@action(Build, "execution/node/")
def stage_log_page(request: Request, build: Build) -> Response:
    """What one stage wrote: `execution/node/<id>/log`.

    Raises:
        NotFoundError: the build has no such stage.
    """
    ident, _, what = request.rest.partition("/")
    if what.startswith("wfapi"):
        return stageview_actions.node(build, ident, what)
    stage = next((one for one in list(build.stages) if one.id == ident), None)
    if stage is None or what != "log":
        raise NotFoundError(f"No stage at {request.rest}")
    return _page(
        request, build, "stage_log.html", "flowGraphTable/", "Pipeline Steps", stage=stage, text=_log_of(build, stage)
    )


def _log_of(build: Build, stage: Stage) -> str:
    """The console from the stage's begin to its end, of a long one the last part."""
    with build.log_path.open("rb") as log:
        size = log.seek(0, 2)
        end = min(stage.log_end or size, size)
        start = max(min(stage.log_start, end), end - _STAGE_LOG_BYTES)
        log.seek(start)
        return log.read(end - start).decode("utf-8", "replace")


@action(Build, "testReport")
def tests_page(request: Request, build: Build) -> Response:
    """The JUnit results by package, failures first.

    Raises:
        NotFoundError: no `junit` step ran.
    """
    results = testresults.load(build)
    if results is None:
        raise NotFoundError(f"{build.job.full_name} {build.display_name} has no test report")
    return _page(
        request,
        build,
        "tests.html",
        "testReport/",
        "Test Result",
        tests=results,
        failures=[case for case in results.cases if case["status"] in testresults.FAILURES],
        packages=results.packages(),
        seconds=sum(case["duration"] for case in results.cases),
    )
