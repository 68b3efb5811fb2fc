"""Logging in and out."""

from hashlib import sha256

import light_look
from starlette.responses import FileResponse, Response

from jenkins_light.errors import NotFoundError
from jenkins_light.model.items import Folder
from jenkins_light.web import templates
from jenkins_light.web.exchange import if_changed, is_own_path, redirect
from jenkins_light.web.routing import BOTH, POST, Request, action
from jenkins_light.web.templates import STATIC

# Pages link to them with a word that changes when they do.
_KEPT = {"Cache-Control": "max-age=3600"}


@action(Folder, "login", "loginError")
def login(request: Request, _folder: Folder) -> Response:
    """The form; also how to find out whether the server is up."""
    failed = request.exchange.path[-1] == "loginError"
    page = templates.page(request, "login.html", came_from=_own_path(request.exchange.parameter("from")), failed=failed)
    if failed:
        page.status_code = 401
    return page


@action(Folder, "j_spring_security_check", methods=POST)
def check(request: Request, _folder: Folder) -> Response:
    """Take the form: a right password opens a session."""
    controller, exchange = request.controller, request.exchange
    name = exchange.parameter("j_username")
    if not controller.users.check_password(name, exchange.parameter("j_password")):
        return redirect("/loginError")
    if exchange.session:
        controller.sessions.close(exchange.session)
    exchange.new_session = controller.sessions.open(name)
    return redirect(_own_path(exchange.parameter("from")))


@action(Folder, "logout", methods=BOTH)
def logout(request: Request, _folder: Folder) -> Response:
    """Close the session."""
    request.controller.sessions.close(request.exchange.session)
    return redirect("/login")


def _own_path(wanted: str) -> str:
    return wanted if is_own_path(wanted) else "/"


@action(Folder, "static/")
def static(request: Request, _folder: Folder) -> Response:
    """Style sheets and scripts, our own and those of the shared look."""
    if (shared := light_look.asset(request.rest)) is not None:
        tag = {"ETag": f'"{sha256(shared[0]).hexdigest()[:32]}"'}
        return if_changed(request.exchange, Response(shared[0], headers=_KEPT | tag, media_type=shared[1]))
    path = (STATIC / request.rest).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        raise NotFoundError(f"No file {request.rest}")
    return if_changed(request.exchange, FileResponse(path, headers=_KEPT, stat_result=path.stat()))


@action(Folder, "robots.txt")
def robots(_request: Request, _folder: Folder) -> Response:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")
