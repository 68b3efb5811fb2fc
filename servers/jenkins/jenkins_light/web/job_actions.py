"""What jobs and folders do: config.xml, build, enable, rename, delete."""

import hmac
import re
import shutil
from typing import Any

from starlette.responses import Response

from jenkins_light import xmltree
from jenkins_light.errors import BadRequestError, ForbiddenError
from jenkins_light.model import causes
from jenkins_light.model.items import Folder, Item, Job
from jenkins_light.model.numbers import whole
from jenkins_light.model.parameters import FILES
from jenkins_light.web import pages
from jenkins_light.web.exchange import done, redirect, scheduled, submitted_form, xml_answer
from jenkins_light.web.routing import BOTH, GET, POST, Request, action

#: Java's int, which Jenkins counts builds with.
_LAST_NUMBER = 2**31 - 1


@action(Job, "config.xml", methods=BOTH)
@action(Folder, "config.xml", methods=BOTH)
def config_xml(request: Request, item: Item) -> Response:
    """Read or replace the configuration."""
    if request.exchange.method in GET:
        return xml_answer(item.config_xml)
    item.configure(xmltree.parse(request.exchange.body), as_given=True)
    return done()


@action(Job, "configSubmit", methods=POST)
def config_submit(request: Request, job: Job) -> Response:
    """Take the configuration from the page's form."""
    job.configure(xmltree.parse(request.exchange.parameter("config").encode()), as_given=True)
    return redirect("/" + job.url_path)


@action(Job, "doDelete", methods=POST)
@action(Folder, "doDelete", methods=POST)
def delete(request: Request, item: Item) -> Response:
    """Delete a job or folder."""
    request.controller.delete(item)
    parent = item.parent.url_path if item.parent else ""
    return redirect("/" + parent)


@action(Job, "", methods=("GET", "HEAD", "DELETE"))
def job_page_or_delete(request: Request, job: Job) -> Response:
    """The job's page; DELETE deletes it, as Jenkins has it since 2.0."""
    if request.exchange.method == "DELETE":
        request.controller.delete(job)
        return Response(status_code=204)
    return pages.job_page(request, job)


@action(Job, "doRename", "confirmRename", methods=POST)
@action(Folder, "doRename", "confirmRename", methods=POST)
def rename(request: Request, item: Item) -> Response:
    """Give another name."""
    if item.parent is None:
        raise BadRequestError("Jenkins itself can't be renamed")
    item.parent.rename(item, request.exchange.parameter("newName").strip())
    return redirect("/" + item.url_path)


@action(Job, "enable", methods=POST)
def enable(_request: Request, job: Job) -> Response:
    """Allow builds."""
    job.set_disabled(False)
    return redirect("/" + job.url_path)


@action(Job, "disable", methods=POST)
def disable(_request: Request, job: Job) -> Response:
    """Allow no builds."""
    job.set_disabled(True)
    return redirect("/" + job.url_path)


@action(Job, "description", "submitDescription", methods=BOTH)
@action(Folder, "description", "submitDescription", methods=BOTH)
def description(request: Request, item: Item) -> Response:
    """Read or set the description."""
    if request.exchange.method in GET:
        return Response(item.config.description, media_type="text/plain;charset=utf-8")
    document = xmltree.parse(xmltree.serialise(item.document))
    node = document.find("description")
    if node is None:
        node = xmltree.add(document, "description")
    node.text = request.exchange.parameter("description")
    item.configure(document)
    submitted = request.exchange.path[-1] == "submitDescription"
    return redirect("/" + item.url_path) if submitted else Response(status_code=204)


@action(Job, "nextbuildnumber/submit", methods=POST)
def next_build_number(request: Request, job: Job) -> Response:
    """Set the number of the next build (next-build-number plugin)."""
    number = whole(request.exchange.parameter("nextBuildNumber"))
    if number is None or number > _LAST_NUMBER:
        raise BadRequestError(f"A build number is at most {_LAST_NUMBER}")
    job.builds.set_next_number(number)
    return done()


@action(Job, "doWipeOutWorkspace", methods=POST)
def wipe_out_workspace(request: Request, job: Job) -> Response:
    """Empty the workspace."""
    shutil.rmtree(request.controller.workspaces.of(job.full_name), ignore_errors=True)
    return redirect("/" + job.url_path)


@action(Job, "build", methods=BOTH)
def build(request: Request, job: Job) -> Response:
    """Put a build in the queue; a job with parameters wants them in the form's ``json``.

    GET is the form for people, unless the job's own token comes with it ("Trigger builds remotely").
    """
    if request.exchange.method in GET and (job.config.parameters or not _shows_token(request, job)):
        return pages.build_form(request, job)
    given = None
    request.controller.check_buildable(job)
    if job.config.parameters:
        submitted = request.exchange.parameter("json")
        if not submitted:
            raise BadRequestError("Nothing is submitted: the job has parameters; use buildWithParameters")
        given = submitted_parameters(submitted)
        known = {definition.name for definition in job.config.parameters}
        if unknown := [name for name in given if name not in known]:
            raise BadRequestError(f"No such parameter definition: {unknown[0]}")
    return _schedule(request, job, given)


@action(Job, "buildWithParameters", methods=BOTH)
def build_with_parameters(request: Request, job: Job) -> Response:
    """Put a build with parameters in the queue; those not given have their defaults.

    GET is the form for people, unless the job's own token comes with it.
    """
    if request.exchange.method in GET and not _shows_token(request, job):
        return pages.build_form(request, job)
    if not job.config.parameters:
        raise BadRequestError(f"{job.full_name} is not parameterized")
    given = {name: values[0] for name, values in request.exchange.parameters().items()}
    if request.exchange.parameter("statusCode"):
        # The page's form does not hold a password's default; left empty, it means that.
        for definition in job.config.parameters:
            if definition.kind == "Password" and not given.get(definition.name):
                given.pop(definition.name, None)
    if request.exchange.parameter("json"):
        given |= submitted_parameters(request.exchange.parameter("json"))
    return _schedule(request, job, given)


def _schedule(request: Request, job: Job, given: dict[str, str] | None) -> Response:
    controller, exchange = request.controller, request.exchange
    item = controller.schedule(
        job,
        _cause(request, job),
        given,
        quiet=_delay(exchange.parameter("delay")),
        files=_uploads(request, job),
    )
    return scheduled(exchange, item.id)


def _cause(request: Request, job: Job) -> causes.Cause:
    """Who starts the build: the user, or whoever shows the job's own token."""
    exchange = request.exchange
    if _shows_token(request, job):
        return causes.by_remote(exchange.client, exchange.parameter("cause"))
    return causes.by_user(exchange.user, request.controller.users.get(exchange.user).full_name)


def _shows_token(request: Request, job: Job) -> bool:
    """Whether the request has the job's own token (BuildAuthorizationToken).

    Raises:
        ForbiddenError: the token is not the job's.
    """
    token = request.exchange.parameter("token")
    if not job.config.token or not token:
        return False
    if not hmac.compare_digest(job.config.token.encode(), token.encode()):
        raise ForbiddenError("Invalid token provided.")
    return True


def _uploads(request: Request, job: Job) -> dict[str, tuple[str, bytes]]:
    """The files of the job's file parameters: by the parameter's name, or as the form's ``json`` points to them."""
    exchange = request.exchange
    fields = {definition.name: definition.name for definition in job.config.parameters if definition.kind in FILES}
    if submitted := exchange.parameter("json"):
        fields |= {name: file for name, file in submitted_files(submitted).items() if name in fields}
    return {
        name: (exchange.file_names[part], exchange.files[part])
        for name, part in fields.items()
        if part in exchange.files
    }


def _delay(text: str) -> float | None:
    """Seconds of a TimeDuration: ``5sec``, or milliseconds without a unit.

    Raises:
        BadRequestError: it is neither.
    """
    if not text:
        return None
    match = re.fullmatch(r"([0-9]{1,9})\s*(secs?)?", text.strip())
    if match is None:
        raise BadRequestError(f"Invalid time duration value: {text[:40]}")
    return float(match.group(1)) * (1 if match.group(2) else 0.001)


def submitted_parameters(text: str) -> dict[str, str]:
    """The parameters of a submitted form: ``{"parameter": [{"name": …, "value": …}]}``.

    Raises:
        BadRequestError: it is not that.
    """
    try:
        entries = submitted_form(text).get("parameter") or []
        listed = entries if isinstance(entries, list) else [entries]
        return {str(e["name"]): _text(e.get("value", "")) for e in listed}
    except (KeyError, TypeError) as error:
        raise BadRequestError(f"Malformed form: {error}") from error


def submitted_files(text: str) -> dict[str, str]:
    """Which part of a multipart post holds a parameter's file: ``{"parameter": [{"name": …, "file": "file0"}]}``."""
    entries = submitted_form(text).get("parameter") or []
    listed = entries if isinstance(entries, list) else [entries]
    return {str(e.get("name")): str(e["file"]) for e in listed if isinstance(e, dict) and "file" in e}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
