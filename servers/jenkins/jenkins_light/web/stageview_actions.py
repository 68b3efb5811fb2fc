"""wfapi's addresses: stage view, open inputs, artifacts, changes, a stage's log."""

from starlette.responses import Response

from jenkins_light.errors import NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Job
from jenkins_light.web import build_actions, stageview
from jenkins_light.web.exchange import json_answer
from jenkins_light.web.routing import POST, Request, action

_RUNS = 10


@action(Build, "wfapi", "wfapi/describe")
def describe(request: Request, build: Build) -> Response:
    """The stage view of one build."""
    whole = request.exchange.parameter("fullStages") == "true"
    return json_answer(stageview.run(request.controller, build, whole))


@action(Build, "wfapi/changesets")
def changesets(_request: Request, build: Build) -> Response:
    """The commits since the build before."""
    return json_answer(stageview.changesets(build))


@action(Build, "wfapi/artifacts")
def artifacts(_request: Request, build: Build) -> Response:
    """What was archived."""
    return json_answer(stageview.artifacts(build))


@action(Build, "wfapi/pendingInputActions")
def pending(request: Request, build: Build) -> Response:
    """Every open input."""
    return json_answer([stageview.pending(build, q) for q in stageview.questions(request.controller, build)])


@action(Build, "wfapi/nextPendingInputAction")
def next_pending(request: Request, build: Build) -> Response:
    """The first open input, or null."""
    found = stageview.questions(request.controller, build)
    return json_answer(stageview.pending(build, found[0]) if found else None)


@action(Build, "wfapi/inputSubmit", methods=POST)
def input_submit(request: Request, build: Build) -> Response:
    """Answer an input with its parameters (the form's ``json``)."""
    build_actions.answer(request, build, request.exchange.parameter("inputId"), proceed=True)
    return json_answer(None)


@action(Job, "wfapi", "wfapi/describe")
def describe_job(_request: Request, job: Job) -> Response:
    """The job."""
    return json_answer(stageview.job(job))


@action(Job, "wfapi/runs")
def runs(request: Request, job: Job) -> Response:
    """The stage view of the last ten builds, or of those since the build of a name (``since=#5``)."""
    whole, since = request.exchange.parameter("fullStages") == "true", request.exchange.parameter("since")
    found = []
    for build in job.builds:
        found.append(stageview.run(request.controller, build, whole))
        if len(found) == _RUNS or (since and build.display_name == since):
            break
    return json_answer(found)


def node(build: Build, ident: str, what: str) -> Response:
    """``execution/node/<id>/wfapi/…``.

    Raises:
        NotFoundError: the build has no such stage, or nothing of that name.
    """
    stage = next((found for found in list(build.stages) if found.id == ident), None)
    if stage is None:
        raise NotFoundError(f"{build.job.full_name} {build.display_name} has no node {ident}")
    if what in {"wfapi", "wfapi/describe"}:
        return json_answer(stageview.node(build, stage, whole=True))
    if what == "wfapi/log":
        return json_answer(stageview.log(build, stage))
    raise NotFoundError(f"Nothing is at {what}")
