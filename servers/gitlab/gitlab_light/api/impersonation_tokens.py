"""Tokens by which administrators act as a user (https://docs.gitlab.com/api/user_tokens/)."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.access_tokens import scopes_of, until_of
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.api.users import find_user
from gitlab_light.errors import not_found
from gitlab_light.model.tokens import SCOPES, Token

routes = Routes()
_ALL = "/users/:user_id/impersonation_tokens"
_SOURCE = "impersonation"


@routes.get(_ALL)
def list_tokens(call: Call) -> Any:
    """A user's impersonation tokens."""
    state = call.params.choice("state", ("all", "active", "inactive"), default="all")
    found = [token for token in _tokens(call) if state == "all" or token.active == (state == "active")]
    return [_entity(token) for token in paginate(call, found)]


@routes.get(_ALL + "/:token_id")
def show_token(call: Call) -> Any:
    """One of them."""
    return _entity(_find(call))


@routes.post(_ALL)
def create_token(call: Call) -> Any:
    """Makes one."""
    call.require_admin()
    user = find_user(call)
    token, secret = call.instance.tokens.create(
        user.id, call.params.text("name"), scopes_of(call, SCOPES), expires_at=until_of(call), source=_SOURCE,
        description=call.params.optional_text("description") or "",
    )  # fmt: skip
    call.created()
    return _entity(token) | {"token": secret}


@routes.delete(_ALL + "/:token_id")
def revoke_token(call: Call) -> Any:
    """Revokes one."""
    call.instance.tokens.revoke(_find(call))


def _tokens(call: Call) -> list[Token]:
    call.require_admin()
    return call.instance.database.all(
        Token, "SELECT * FROM tokens WHERE user_id = ? AND source = ? ORDER BY id", find_user(call).id, _SOURCE
    )


def _find(call: Call) -> Token:
    wanted = call.number("token_id", "Impersonation Token")
    for token in _tokens(call):
        if token.id == wanted:
            return token
    raise not_found("Impersonation Token")


def _entity(token: Token) -> dict[str, Any]:
    return entities.token(token) | {"impersonation": True}
