"""Deploy tokens of projects and groups (https://docs.gitlab.com/api/deploy_tokens/)."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.places import managed_place
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, no_record
from gitlab_light.model.deploy_tokens import SCOPES, DeployToken
from gitlab_light.params import Params

routes = Routes()
_ALL = ("/projects/:id/deploy_tokens", "/groups/:id/deploy_tokens")
_ONE = tuple(f"{place}/:token_id" for place in _ALL)


@routes.get("/deploy_tokens")
def list_everywhere(call: Call) -> Any:
    """All of the server's; for administrators."""
    call.require_admin()
    return _list(call, call.instance.deploy_tokens.all())


@routes.get(*_ALL)
def list_tokens(call: Call) -> Any:
    """A project's or group's."""
    return _list(call, call.instance.deploy_tokens.of(*managed_place(call)))


@routes.get(*_ONE)
def show_token(call: Call) -> Any:
    """One of them."""
    return _entity(_find(call))


@routes.post(*_ALL)
def add_token(call: Call) -> Any:
    """Makes one."""
    place, params = managed_place(call), call.params
    name, scopes = params.text("name"), params.texts("scopes")
    if not scopes:
        raise bad_parameter("scopes is missing" if scopes is None else "scopes is empty")
    if not set(scopes) <= set(SCOPES):
        raise bad_parameter("scopes does not have a valid value")
    token, secret = call.instance.deploy_tokens.add(
        *place, name, list(dict.fromkeys(scopes)), username=params.optional_text("username"), expires_at=_until(params)
    )
    call.created()
    return _entity(token) | {"token": secret}


@routes.delete(*_ONE)
def remove_token(call: Call) -> Any:
    """Revokes one."""
    call.instance.deploy_tokens.revoke(_find(call))


def _find(call: Call) -> DeployToken:
    wanted = call.number("token_id")
    for token in call.instance.deploy_tokens.of(*managed_place(call)):
        if token.id == wanted:
            return token
    raise no_record()


def _list(call: Call, tokens: list[DeployToken]) -> Any:
    active = call.params.boolean("active")
    return [_entity(token) for token in paginate(call, [token for token in tokens if token.active or not active])]


def _until(params: Params) -> str | None:
    time = params.moment("expires_at")
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z") if time else None


def _entity(token: DeployToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "username": token.username,
        "expires_at": token.expires_at,
        "scopes": token.scopes,
        "revoked": token.revoked,
        "expired": token.expired,
    }
