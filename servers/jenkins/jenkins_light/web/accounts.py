"""Accounts: made, changed and removed by any user (all of them administer), and their API tokens."""

import json
from typing import Any

from starlette.responses import Response

from jenkins_light.errors import BadRequestError, ForbiddenError, NotFoundError
from jenkins_light.model.items import Folder
from jenkins_light.model.users import User
from jenkins_light.web import api, other_beans, templates
from jenkins_light.web.exchange import json_answer, redirect, submitted_form
from jenkins_light.web.routing import GET, POST, RealmTarget, Request, WhoAmITarget, action

_TOKENS = "descriptorByName/jenkins.security.ApiTokenProperty"


@action(Folder, *(f"{place}/api/{form}" for place in ("asynchPeople", "people") for form in ("json", "xml", "python")))
def people(request: Request, _folder: Folder) -> Response:
    """Who has an account."""
    return api.export_bean(request, other_beans.people_bean(request.controller), request.exchange.path[-1])


@action(WhoAmITarget, "")
def who_am_i(request: Request, _target: WhoAmITarget) -> Response:
    """Who asks, also for those who have no account."""
    name = request.exchange.user or "anonymous"
    return templates.page(request, "facts.html", title="Who am I?", heads=["Name"], rows=[[name]])


@action(RealmTarget, "")
@action(Folder, "asynchPeople", "people")
def people_page(request: Request, _target: RealmTarget | Folder) -> Response:
    """The same for people."""
    rows = [[user.id, user.full_name, user.email] for user in request.controller.users]
    return templates.page(request, "facts.html", title="Users", heads=["User ID", "Name", "E-mail"], rows=rows)


@action(RealmTarget, "createAccountByAdmin", methods=POST)
def create(request: Request, _target: RealmTarget) -> Response:
    """Make an account from the form of HudsonPrivateSecurityRealm: username, password1, password2, fullname, email."""
    exchange = request.exchange
    if exchange.parameter("password1") != exchange.parameter("password2"):
        raise BadRequestError("Password didn't match")
    request.controller.users.create(
        exchange.parameter("username"),
        exchange.parameter("password1"),
        exchange.parameter("fullname"),
        exchange.parameter("email"),
    )
    return redirect("/securityRealm/")


@action(User, "doDelete", methods=POST)
def delete(request: Request, user: User) -> Response:
    """Remove an account; nobody removes the own one."""
    if request.exchange.user == user.id:
        raise BadRequestError("You can't delete your own account")
    request.controller.users.delete(user.id)
    request.controller.sessions.close_all(user.id)
    return redirect("/securityRealm/")


@action(User, "configSubmit", methods=POST)
def configure(request: Request, user: User) -> Response:
    """Change name, description, e-mail and password by the form's ``json``; a new password ends the user's sessions."""
    form = submitted_form(request.exchange.parameter("json"))
    changes = {name: str(form[field]) for field, name in _FIELDS.items() if isinstance(form.get(field), str)}
    changes |= _nested(form)
    request.controller.users.update(user.id, **changes)
    if "password" in changes:
        request.controller.sessions.close_all(user.id)
    return redirect(f"/user/{user.id}/")


_FIELDS = {"fullName": "full_name", "_.fullName": "full_name", "description": "description"}


def _nested(value: Any) -> dict[str, str]:
    """The e-mail address and the password, wherever in the form their properties stand.

    Raises:
        BadRequestError: the password and its repetition differ.
    """
    stack, found = [value], {}
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += part
        elif isinstance(part, dict):
            stack += part.values()
            if isinstance(part.get("address"), str):
                found["email"] = part["address"]
            first, second = part.get("password") or part.get("password1"), part.get("password2")
            if isinstance(first, str) and second is not None:
                if first != second:
                    raise BadRequestError("Please confirm the password by typing it twice")
                found["password"] = first
    return found


@action(User, "submitDescription", methods=POST)
def submit_description(request: Request, user: User) -> Response:
    """Set the description."""
    request.controller.users.update(user.id, description=request.exchange.parameter("description"))
    return redirect(f"/user/{user.id}/")


@action(User, "config.xml")
def config_xml(_request: Request, user: User) -> Response:
    """Jenkins gives none either."""
    raise NotFoundError(f"{user.id} has no config.xml")


@action(User, f"{_TOKENS}/generateNewToken", methods=POST)
def new_token(request: Request, user: User) -> Response:
    """A new API token; its value is told this once."""
    _only_self(request, user)
    name = request.exchange.parameter("newTokenName") or "Token"
    return json_answer({"status": "ok", "data": request.controller.users.new_token(user.id, name)})


@action(User, f"{_TOKENS}/rename", methods=POST)
def rename_token(request: Request, user: User) -> Response:
    """Give a token another name."""
    _only_self(request, user)
    exchange = request.exchange
    if not exchange.parameter("newName"):
        raise BadRequestError("The name cannot be empty")
    request.controller.users.rename_token(user.id, exchange.parameter("tokenUuid"), exchange.parameter("newName"))
    return json_answer({"status": "ok"})


@action(User, f"{_TOKENS}/revoke", f"{_TOKENS}/revokeAll", f"{_TOKENS}/revokeAllExcept", methods=POST)
def revoke_tokens(request: Request, user: User) -> Response:
    """Forget one API token, all of them, or all but one."""
    _only_self(request, user)
    verb, ident = request.exchange.path[-1], request.exchange.parameter("tokenUuid")
    if verb != "revokeAll" and not ident:
        raise BadRequestError("The tokenUuid cannot be empty")
    wanted = {"revoke": lambda u: u == ident, "revokeAllExcept": lambda u: u != ident}.get(verb, lambda _: True)
    request.controller.users.revoke_tokens(user.id, wanted)
    return json_answer({"status": "ok"})


def _only_self(request: Request, user: User) -> None:
    if request.exchange.user != user.id:
        raise ForbiddenError("Tokens are their user's own business")


@action(User, "my-views", "my-views/view/all")
def my_views(_request: Request, _user: User) -> Response:
    """People have no views of their own here: the dashboard's are for all."""
    return redirect("/")


@action(User, "my-views/api/json", "my-views/view/all/api/json", methods=GET)
def my_views_api(request: Request, _user: User) -> Response:
    """The one view that they have: all jobs."""
    root = request.controller.root.views.primary
    if "view" in request.exchange.path:
        return api.export_target(request, root, "json")
    url = request.controller.settings.url
    views = [{"_class": "hudson.model.AllView", "name": "all", "url": url}]
    return Response(
        json.dumps({"_class": "hudson.model.MyViewsProperty", "views": views}), media_type="application/json"
    )
