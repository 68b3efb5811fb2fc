"""What builds do: logs, stop, artifacts, test results, stage view."""

import html
import os
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

from jenkins_light.errors import BadRequestError, ConflictError, ForbiddenError, NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.numbers import whole
from jenkins_light.model.parameters import as_text
from jenkins_light.web import api, job_actions
from jenkins_light.web.exchange import redirect, submitted_form, text_answer
from jenkins_light.web.export import bean
from jenkins_light.web.java_dates import in_pattern
from jenkins_light.web.routing import BOTH, POST, Request, action

_CHUNK = 1 << 20
#: The most that one answer carries of a long console; clients come back for the rest.
_PART = 16 << 20
_URL = re.compile(r"https?://[^\s<>&\"']+")


@action(Build, "consoleText", "logText/consoleText")
def console_text(_request: Request, build: Build) -> Response:
    """The whole console as text."""
    # Opened now: who deletes the build while it is read does not cut the answer off.
    log = build.log_path.open("rb")
    return StreamingResponse(_first(log, os.fstat(log.fileno()).st_size), media_type="text/plain;charset=utf-8")


def _first(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The first ``size`` bytes of a file that may be growing; it is closed after them."""
    with file:
        while size > 0 and (chunk := file.read(min(size, _CHUNK))):
            size -= len(chunk)
            yield chunk


@action(Build, "logText/progressiveText", methods=BOTH)
def progressive_text(request: Request, build: Build) -> Response:
    """The console from byte ``start`` on; headers tell where it ends and whether more may come."""
    data, headers = _part(request, build)
    return text_answer(data, headers=headers)


@action(Build, "logText/progressiveHtml", methods=BOTH)
def progressive_html(request: Request, build: Build) -> Response:
    """The same as HTML: escaped, with links."""
    data, headers = _part(request, build)
    escaped = html.escape(data.decode("utf-8", "replace"), quote=False)
    linked = _URL.sub(lambda match: f"<a href='{match.group()}'>{match.group()}</a>", escaped)
    return Response(linked, headers=headers, media_type="text/html;charset=utf-8")


def _part(request: Request, build: Build) -> tuple[bytes, dict[str, str]]:
    start = request.exchange.parameter("start", "0")
    begin = whole(start)
    if begin is None:
        raise BadRequestError(f"Not an offset: {start[:40]}")
    # Whether it still runs is asked first: what is written in between comes with the next request.
    more = build.building
    with build.log_path.open("rb") as log:
        size = log.seek(0, 2)
        offset = begin if begin <= size else 0
        log.seek(offset)
        data = log.read(min(size - offset, _PART))
    more = more or offset + len(data) < size
    headers = {"X-Text-Size": str(offset + len(data))}
    return data, headers | ({"X-More-Data": "true"} if more else {})


@action(Build, "stop", methods=POST)
def stop(request: Request, build: Build) -> Response:
    """Interrupt the build."""
    return _stop(request, build, hard=False)


@action(Build, "term", "kill", methods=POST)
def kill(request: Request, build: Build) -> Response:
    """End the build at once, whatever it does."""
    return _stop(request, build, hard=True)


def _stop(request: Request, build: Build, hard: bool) -> Response:
    run = request.controller.run_of(build)
    if run is not None:
        run.stop(f"Aborted by {request.controller.users.get(request.exchange.user).full_name}", hard)
    return redirect("/" + build.url_path)


@action(Build, "input/", methods=POST)
def answer_input(request: Request, build: Build) -> Response:
    """Answer an ``input``: ``input/<id>/proceedEmpty``, ``…/proceed``, ``…/abort``, or the page's ``…/submit``.

    Source: InputStepExecution.doSubmit, which goes on to the console, and its kin, which say nothing.

    Raises:
        NotFoundError: the build waits for no such input, or there is no such answer to it.
    """
    ident, _, verb = request.rest.partition("/")
    if verb not in {"proceedEmpty", "proceed", "abort", "submit"}:
        raise NotFoundError(f"No {verb} of an input")
    answer(request, build, ident, "proceed" in request.exchange.parameters() if verb == "submit" else verb != "abort")
    return redirect(f"/{build.url_path}console") if verb == "submit" else Response(status_code=200)


def answer(request: Request, build: Build, ident: str, proceed: bool) -> None:
    """Answer an open input with the request's parameters.

    Raises:
        NotFoundError: the build waits for no such input.
        BadRequestError: the form names a parameter that the input does not have.
    """
    run = request.controller.run_of(build)
    question = run.state.get("inputs", {}).get(ident) if run else None
    if question is None:
        raise NotFoundError(f"No input {ident} is open")
    if not question.allows(request.exchange.user, request.controller.settings.admin_user):
        raise ForbiddenError(f"You need to be {', '.join(sorted(question.submitters))} to submit this.")
    given = {name: values[0] for name, values in request.exchange.parameters().items()}
    if submitted := request.exchange.parameter("json"):
        named = job_actions.submitted_parameters(submitted)
        if unknown := [name for name in named if name not in {entry.get("name") for entry in question.parameters}]:
            raise BadRequestError(f"No such parameter definition: {unknown[0]}")
        given |= named
    if not question.answer(request.exchange.user, proceed, given):
        raise NotFoundError(f"No input {ident} is open")


@action(Build, "doDelete", methods=POST)
def delete(_request: Request, build: Build) -> Response:
    """Delete a build that is over."""
    if build.building:
        raise ConflictError(f"{build.job.full_name} {build.display_name} still runs")
    if build.record.keep_log:
        why = "This record is explicitly marked to be kept."
        raise BadRequestError(f"Unable to delete {build.job.full_name} {build.display_name}: {why}")
    build.job.builds.delete(build)
    return redirect("/" + build.job.url_path)


@action(Build, "toggleLogKeep", methods=POST)
def toggle_log_keep(_request: Request, build: Build) -> Response:
    """Keep the build forever, or no longer."""
    build.record.keep_log = not build.record.keep_log
    build.save()
    return redirect("/" + build.url_path)


@action(Build, "submitDescription", methods=POST)
def submit_description(request: Request, build: Build) -> Response:
    """Set the description."""
    build.record.description = request.exchange.parameter("description") or None
    build.save()
    return redirect("/" + build.url_path)


@action(Build, "injectedEnvVars/api/json", "injectedEnvVars/api/python")
def injected_variables(request: Request, build: Build) -> Response:
    """The variables that trigger and parameters gave (EnvInject's address)."""
    record = build.record
    shown = {**record.environment, **{n: as_text(v) for n, v in record.parameters.items() if n not in record.sensitive}}
    return api.export_bean(
        request, bean("org.jenkinsci.lib.envinject.EnvInjectAction", envMap=shown), request.exchange.path[-1]
    )


@action(Build, "configSubmit", methods=POST)
def configure(request: Request, build: Build) -> Response:
    """Set display name and description by the form's ``json``."""
    form = submitted_form(request.exchange.parameter("json"))
    name, described = form.get("displayName"), form.get("description")
    if isinstance(name, str):
        build.record.display_name = "" if name == f"#{build.number}" else name
    if isinstance(described, str):
        build.record.description = described or None
    build.save()
    return redirect("/" + build.url_path)


@action(Build, "buildNumber")
def build_number(_request: Request, build: Build) -> Response:
    """The number, which a permalink's address does not tell."""
    return text_answer(str(build.number))


@action(Build, "buildTimestamp")
def build_timestamp(request: Request, build: Build) -> Response:
    """When it started, in the server's time, in Java's short form for English or in the pattern ``format``."""
    began = datetime.fromtimestamp(build.record.timestamp / 1000).astimezone()
    return text_answer(in_pattern(began, request.exchange.parameter("format") or "M/d/yy, h:mm a"))
