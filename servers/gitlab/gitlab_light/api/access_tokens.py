"""Personal, project and group access tokens."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.places import place_of
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_parameter, bad_request, forbidden, not_found, unauthorized
from gitlab_light.model.members import GUEST, LEVELS, MAINTAINER, OWNER
from gitlab_light.model.tokens import PROJECT_SCOPES, SCOPES, Token, default_expiry, today

routes = Routes()
_PROJECT, _GROUP = "/projects/:id/access_tokens", "/groups/:id/access_tokens"
_OWN_SCOPES = ("k8s_proxy", "self_rotate")
_ROTATED_DAYS = 7  # a token that is rotated without an end gets a week, as in GitLab


@routes.get("/personal_access_tokens", scopes=["self_rotate"])
def list_tokens(call: Call) -> Any:
    """The caller's tokens; for administrators everybody's."""
    conditions, values = ["source = 'user'"], []
    user_id = call.params.optional_integer("user_id")
    if not call.me.admin:
        if user_id not in (None, call.me.id):
            raise unauthorized()
        user_id = call.me.id
    if user_id is not None:
        conditions.append("user_id = ?")
        values.append(user_id)
    tokens = call.instance.database.all(
        Token,
        f"SELECT * FROM tokens WHERE {' AND '.join(conditions)} ORDER BY id",  # noqa: S608  words of our own
        *values,
    )
    state = call.params.choice("state", ("active", "inactive", ""), default="")
    if state:
        tokens = [token for token in tokens if token.active == (state == "active")]
    if "revoked" in call.params:
        wanted = call.params.boolean("revoked")
        tokens = [token for token in tokens if token.revoked == wanted]
    if search := call.params.optional_text("search"):
        tokens = [token for token in tokens if search.lower() in token.name.lower()]
    return [entities.token(token) for token in paginate(call, tokens)]


@routes.get("/personal_access_tokens/self", scopes=SCOPES)
def show_self(call: Call) -> Any:
    """The token that the call is made with; every token may look at itself, whatever its scopes."""
    return entities.token(_own(call))


@routes.delete("/personal_access_tokens/self", scopes=SCOPES)
def revoke_self(call: Call) -> Any:
    """Revokes the token that the call is made with."""
    call.instance.tokens.revoke(_own(call))


@routes.get("/personal_access_tokens/:token_id", scopes=["self_rotate", "read_user"])
def show_token(call: Call) -> Any:
    """One token."""
    return entities.token(_personal(call))


@routes.delete("/personal_access_tokens/:token_id", scopes=["self_rotate"])
def revoke_token(call: Call) -> Any:
    """Revokes a token."""
    call.instance.tokens.revoke(_personal(call))


@routes.post("/personal_access_tokens/:token_id/rotate", scopes=["self_rotate"])
def rotate_token(call: Call) -> Any:
    """Revokes a token and makes its successor."""
    token, secret = call.instance.tokens.rotate(_active(_personal(call)), _rotated_until(call))
    return entities.token(token, secret=secret)


@routes.post("/users/:user_id/personal_access_tokens")
def create_token(call: Call) -> Any:
    """Makes a token for a user."""
    call.require_admin()
    user = call.instance.users.find(call.number("user_id", "User"))
    if user is None:
        raise not_found("User")
    token, secret = call.instance.tokens.create(
        user.id, call.params.text("name"), scopes_of(call, SCOPES), expires_at=until_of(call),
        description=call.params.optional_text("description") or "",
    )  # fmt: skip
    call.created()
    return entities.token(token, secret=secret)


@routes.post("/user/personal_access_tokens")
def create_own_token(call: Call) -> Any:
    """Makes a token for the caller, who can give it little: GitLab lets through these two scopes alone."""
    token, secret = call.instance.tokens.create(
        call.me.id, call.params.text("name"), scopes_of(call, _OWN_SCOPES), expires_at=until_of(call),
        description=call.params.optional_text("description") or "",
    )  # fmt: skip
    call.created()
    return entities.token(token, secret=secret)


@routes.get(_PROJECT, _GROUP)
def list_source_tokens(call: Call) -> Any:
    """A project's or group's tokens."""
    source, source_id, _ = _source(call)
    tokens = call.instance.database.all(
        Token, "SELECT * FROM tokens WHERE source = ? AND source_id = ? ORDER BY id", source, source_id
    )
    state = call.params.choice("state", ("active", "inactive", ""), default="")
    tokens = [token for token in tokens if (token.active if state != "inactive" else not token.active)]
    return [_entity(call, token) for token in paginate(call, tokens)]


@routes.post(_PROJECT, _GROUP)
def create_source_token(call: Call) -> Any:
    """Makes a token for a project or group: a bot that is a member of it."""
    source, source_id, mine = _source(call)
    instance = call.instance
    level = call.params.optional_integer("access_level") or MAINTAINER
    if level not in LEVELS:
        raise bad_parameter("access_level does not have a valid value")
    if level > mine:
        raise _not_to_be_made(source)
    name, scopes, until = call.params.text("name"), scopes_of(call, PROJECT_SCOPES), until_of(call)
    with instance.database.transaction():
        username = f"{source}_{source_id}_bot_{secrets.token_hex(4)}"
        bot = instance.users.create(
            username=username, name=name[:255], email=f"{username}@noreply.{instance.settings.host_name}",
            password=None, bot=True,
        )  # fmt: skip
        instance.members.add(source, source_id, bot.id, level, created_by_id=call.me.id)
        token, secret = instance.tokens.create(
            bot.id, name, scopes, expires_at=until, source=source, source_id=source_id,
            description=call.params.optional_text("description") or "",
        )  # fmt: skip
    call.created()
    return entities.token(token, access_level=level, secret=secret)


@routes.get(_PROJECT + "/:token_id", _GROUP + "/:token_id")
def show_source_token(call: Call) -> Any:
    """One of a project's or group's tokens."""
    return _entity(call, _of_source(call))


@routes.delete(_PROJECT + "/:token_id", _GROUP + "/:token_id")
def revoke_source_token(call: Call) -> Any:
    """Revokes a project's or group's token."""
    call.instance.tokens.revoke(_of_source(call))


@routes.post(_PROJECT + "/:token_id/rotate", _GROUP + "/:token_id/rotate")
def rotate_source_token(call: Call) -> Any:
    """Revokes a project's or group's token and makes its successor."""
    token, secret = call.instance.tokens.rotate(_active(_of_source(call)), _rotated_until(call))
    return _entity(call, token) | {"token": secret}


def _source(call: Call) -> tuple[str, int, int]:
    """What the path names ("project" or "group", and its id), and what the caller is there.

    Raises:
        Refusal: 401, as GitLab answers here to those who may not; 400 to who would make a token.
    """
    members = call.instance.members
    if call.path.startswith("/projects/"):
        project = call.project()
        source, source_id, least, level = "project", project.id, MAINTAINER, members.project_level(call.user, project)
    else:
        group = call.group()
        source, source_id, least, level = "group", group.id, OWNER, members.group_level(call.user, group)
    if level < least:
        raise unauthorized() if call.reads or "token_id" in call.arguments else _not_to_be_made(source)
    return source, source_id, level


def _not_to_be_made(source: str) -> Refusal:
    return bad_request(f"400 Bad request - User does not have permission to create {source} access token")


def _entity(call: Call, token: Token) -> dict[str, Any]:
    member = call.instance.members.find(token.source, token.source_id or 0, token.user_id)
    return entities.token(token, access_level=member.access_level if member else GUEST)


def _own(call: Call) -> Token:
    if call.token is None:
        raise bad_request("400 Bad request - This endpoint requires token type to be a personal access token")
    return call.token


def _personal(call: Call) -> Token:
    if call.arguments["token_id"] == "self":  # noqa: S105  a word of the path
        return _own(call)
    token = call.instance.tokens.find(call.number("token_id"))
    if token is None or not (call.me.admin or token.user_id == call.me.id):
        raise not_found() if call.me.admin else unauthorized()
    return token


@routes.post(_PROJECT + "/self/rotate", _GROUP + "/self/rotate", scopes=["self_rotate"])
def rotate_source_self(call: Call) -> Any:
    """Revokes the project's or group's token that the call is made with, and makes its successor."""
    token = _own(call)
    if (token.source, token.source_id) != place_of(call).own:
        raise unauthorized()
    successor, secret = call.instance.tokens.rotate(token, _rotated_until(call))
    return _entity(call, successor) | {"token": secret}


def _of_source(call: Call) -> Token:
    source, source_id, _ = _source(call)
    token = call.instance.tokens.find(call.number("token_id"))
    if token is None or (token.source, token.source_id) != (source, source_id):
        raise not_found(f"Could not find {source} access token with token_id: {call.arguments['token_id']}")
    return token


def _active(token: Token) -> Token:
    if not token.active:
        raise bad_request("400 Bad request - token already revoked")
    return token


def scopes_of(call: Call, allowed: tuple[str, ...]) -> list[str]:
    """The scopes that are asked for.

    Raises:
        Refusal: 400 for unknown ones, 403 for an administrator's where the caller is none.
    """
    scopes = call.params.texts("scopes")
    if not scopes:
        raise bad_parameter("scopes is missing" if scopes is None else "scopes is empty")
    if not set(scopes) <= set(allowed):
        raise bad_parameter("scopes does not have a valid value")
    if {"sudo", "admin_mode"} & set(scopes) and not call.me.admin:
        raise forbidden()
    return list(dict.fromkeys(scopes))


def until_of(call: Call) -> date:
    """The last day that is asked for, or the one that goes without saying.

    Raises:
        Refusal: 400, it is past or too far off.
    """
    until = call.params.day("expires_at") or default_expiry()
    if until <= today():
        raise bad_request("Expiration date must be in the future")
    if until > today() + timedelta(days=400):
        raise bad_request(f"Expiration date must be before {today() + timedelta(days=400)}")
    return until


def _rotated_until(call: Call) -> date:
    return until_of(call) if call.params.day("expires_at") else today() + timedelta(days=_ROTATED_DAYS)
