"""The pages that people see."""

import html
import re
from typing import Any
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from jenkins_light import xmltree
from jenkins_light.engine.controller import Controller
from jenkins_light.errors import JenkinsError, MethodNotAllowedError
from jenkins_light.model.items import Folder, Item, Job
from jenkins_light.model.views import View
from jenkins_light.web import beans, charts, templates
from jenkins_light.web.exchange import Exchange, redirect
from jenkins_light.web.routing import GET, Request, action
from jenkins_light.web.security import UnauthorizedError
from jenkins_light.web.stage_matrix import matrix

_RECENT = 30
_STAGE_VIEW_BUILDS = 10
_PERMALINKS = (
    ("lastBuild", "Last build"),
    ("lastStableBuild", "Last stable build"),
    ("lastSuccessfulBuild", "Last successful build"),
    ("lastFailedBuild", "Last failed build"),
    ("lastUnsuccessfulBuild", "Last unsuccessful build"),
    ("lastCompletedBuild", "Last completed build"),
)


def error(controller: Controller, exchange: Exchange, problem: JenkinsError) -> Response:
    """The page of a refused or failed request; ``X-Error`` carries the text for programs, as in Jenkins."""
    # Jetty writes headers in Latin-1, with spaces for what it has no letter for.
    first_line = re.sub(r"[^\x20-\x7e\xa1-\xff]", " ", (str(problem).splitlines() or [""])[0]).strip()
    headers = {"X-Error": first_line}
    if isinstance(problem, UnauthorizedError):
        headers["WWW-Authenticate"] = 'Basic realm="Jenkins"'
    allowed = problem.allowed if isinstance(problem, MethodNotAllowedError) else ()
    if allowed:
        headers["Allow"] = ", ".join(allowed)
    page = templates.page(
        Request(controller, exchange),
        "error.html",
        problem.status,
        message=str(problem),
        code=problem.status,
        retry="POST" in allowed and exchange.method in GET,
    )
    page.headers.update(headers)
    return page


def login_needed(exchange: Exchange) -> Response:
    """Jenkins' answer to nobody: 403 with a way to the login for browsers."""
    target = f"/login?from={quote(exchange.raw_path, safe='')}"
    body = (
        f"<html><head><meta http-equiv='refresh' content='1;url={html.escape(target)}'/></head>"
        "<body style='background-color:white; color:white;'>Authentication required</body></html>"
    )
    return HTMLResponse(
        body, 403, {"X-You-Are-Authenticated-As": "anonymous", "X-Required-Permission": "hudson.model.Hudson.Read"}
    )


@action(Folder, "")
def folder_page(request: Request, folder: Folder) -> Response:
    """The dashboard, or a folder's."""
    return _list(request, folder.views.primary)


@action(View, "")
def view_page(request: Request, view: View) -> Response:
    """A view."""
    return _list(request, view)


def _list(request: Request, view: View) -> Response:
    controller = request.controller
    return templates.page(
        request,
        "list.html",
        view=view,
        owner=view.owner,
        rows=[_row(view, item) for item in view.items],
        waiting=controller.queue.items(),
        executors=controller.executors.slots,
        busy=bool(controller.runs()),
    )


def _row(view: View, item: Item) -> dict[str, Any]:
    """A line of a view; links lead through the view, as Jenkins' do."""
    address = f"{view.url_path}job/{quote(item.name)}/"
    row = {"item": item, "address": address, "color": "", "score": None, "buildable": False}
    if not isinstance(item, Job):
        return row | dict.fromkeys(("last", "success", "failure"))
    health = beans.health(item)
    return row | {
        "color": beans.color(item),
        "score": health[0].values["score"][1]() if health else None,
        "buildable": not item.config.disabled,
        "last": item.builds.permalink("lastCompletedBuild"),
        "success": item.builds.permalink("lastSuccessfulBuild"),
        "failure": item.builds.permalink("lastFailedBuild"),
    }


@action(Folder, "newJob")
@action(View, "newJob")
def new_job_page(request: Request, place: Folder | View) -> Response:
    """The form for a new job."""
    return templates.page(request, "new.html", owner=place.owner if isinstance(place, View) else place)


def job_page(request: Request, job: Job) -> Response:
    """A job with its builds."""
    if not request.exchange.raw_path.endswith("/"):
        return redirect(request.exchange.raw_path + "/")
    builds = list(job.builds)[:_RECENT]
    return templates.page(
        request,
        "job.html",
        job=job,
        builds=builds,
        matrix=matrix([build for build in builds if build.stages][:_STAGE_VIEW_BUILDS]),
        tests=charts.test_trend(builds),
        waiting=[item for item in request.controller.queue.items() if item.job is job],
        health=beans.health(job),
        permalinks=[(words, name, build) for name, words in _PERMALINKS if (build := job.builds.permalink(name))],
    )


def build_form(request: Request, job: Job) -> Response:
    """The form that asks for a build's parameters, or whether to build at all; 405 as Jenkins', for it wants a POST."""
    delay = request.exchange.parameter("delay", "0sec")
    page = _job_page(request, job, "build_form.html", "build", "Build", delay=delay)
    page.status_code = 405
    page.headers["Allow"] = "POST"
    return page


@action(Job, "changes")
def changes_page(request: Request, job: Job) -> Response:
    """What has been committed, by build."""
    builds = list(job.builds)[:_RECENT]
    return _job_page(request, job, "changes.html", "changes", "Changes", builds=builds, build=None)


@action(Job, "buildTimeTrend")
def trend_page(request: Request, job: Job) -> Response:
    """How long builds took."""
    builds = [build for build in list(job.builds)[:_RECENT] if not build.building]
    return _job_page(
        request, job, "trend.html", "trend", "Build time trend", builds=builds, chart=charts.duration_trend(builds)
    )


def _job_page(request: Request, job: Job, template: str, at: str, words: str, **values: Any) -> Response:
    return templates.page(request, template, job=job, at=at, here=[(words, "")], **values)


@action(Job, "configure")
def configure_page(request: Request, job: Job) -> Response:
    """The configuration as config.xml, and in words what it means."""
    text = xmltree.serialise(job.document).decode()
    return _job_page(
        request, job, "configure.html", "configure", "Configure", text=text, definition=job.config.definition
    )
