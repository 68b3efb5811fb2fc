"""The pages that people see."""

import html
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from jenkins_light import xmltree
from jenkins_light.engine.controller import Controller
from jenkins_light.errors import JenkinsError
from jenkins_light.model import testresults
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Folder, Item, Job
from jenkins_light.model.views import View
from jenkins_light.web import beans, build_beans, templates
from jenkins_light.web.exchange import Exchange, redirect
from jenkins_light.web.routing import Request, action
from jenkins_light.web.security import UnauthorizedError

_RECENT = 30
_CONSOLE_BYTES = 150 * 1024


def error(controller: Controller, exchange: Exchange, problem: JenkinsError) -> Response:
    """The page of a refused or failed request; ``X-Error`` carries the text for programs, as in Jenkins."""
    first_line = re.sub(r"[^\x20-\x7e]", "?", (str(problem).splitlines() or [""])[0]).strip()
    headers = {"X-Error": first_line}
    if isinstance(problem, UnauthorizedError):
        headers["WWW-Authenticate"] = 'Basic realm="Jenkins"'
    page = templates.page(
        Request(controller, exchange), "error.html", problem.status, message=str(problem), code=problem.status
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
    rows = [_row(item) for item in view.items]
    waiting = request.controller.queue.items()
    executors = request.controller.executors.slots
    return templates.page(
        request, "list.html", view=view, owner=view.owner, rows=rows, waiting=waiting, executors=executors, when=_when
    )


def _row(item: Item) -> dict[str, Any]:
    job = item if isinstance(item, Job) else None
    return {"item": item, "color": beans.color(job) if job else "", "last": job.builds.last if job else None}


@action(Folder, "view/all/newJob", "newJob")
def new_job_page(request: Request, folder: Folder) -> Response:
    """The form for a new job."""
    return templates.page(request, "new.html", owner=folder)


def job_page(request: Request, job: Job) -> Response:
    """A job with its builds."""
    if not request.exchange.raw_path.endswith("/"):
        return redirect(request.exchange.raw_path + "/")
    builds = list(job.builds)[:_RECENT]
    waiting = [item for item in request.controller.queue.items() if item.job is job]
    return templates.page(
        request,
        "job.html",
        job=job,
        builds=builds,
        waiting=waiting,
        when=_when,
        lasted=_lasted,
        health=beans.health(job),
    )


@action(Job, "configure")
def configure_page(request: Request, job: Job) -> Response:
    """The configuration as config.xml, and in words what it means."""
    text = xmltree.serialise(job.document).decode()
    return templates.page(request, "configure.html", job=job, text=text, definition=job.config.definition)


@action(Build, "")
def build_page(request: Request, build: Build) -> Response:
    """A build: why, what, stages, tests, artifacts."""
    if not request.exchange.raw_path.endswith("/"):
        return redirect(request.exchange.raw_path + "/")
    artifacts = build_beans.artifact_paths(build)
    run = request.controller.run_of(build)
    questions = list(run.state.get("inputs", {}).values()) if run else []
    return templates.page(
        request,
        "build.html",
        build=build,
        job=build.job,
        artifacts=artifacts,
        questions=questions,
        tests=testresults.load(build),
        when=_when,
        lasted=_lasted,
    )


@action(Build, "console", "consoleFull")
def console_page(request: Request, build: Build) -> Response:
    """The console, of a long one the last part as in Jenkins; a script goes on reading while the build runs."""
    with build.log_path.open("rb") as log:
        size = log.seek(0, 2)
        skipped = max(0, size - _CONSOLE_BYTES) if request.exchange.path[-1] == "console" else 0
        log.seek(skipped)
        text = log.read(size - skipped).decode("utf-8", "replace")
    return templates.page(
        request, "console.html", build=build, job=build.job, text=text, start=size, skipped=skipped // 1024
    )


def _when(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _lasted(milliseconds: int) -> str:
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
