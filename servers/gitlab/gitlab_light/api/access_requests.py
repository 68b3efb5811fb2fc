"""Requests of users to become members (https://docs.gitlab.com/api/access_requests/)."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.places import managed_place
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, forbidden, no_record
from gitlab_light.model.database import kept, now
from gitlab_light.model.members import DEVELOPER, LEVELS

routes = Routes()
_ALL = ("/projects/:id/access_requests", "/groups/:id/access_requests")
_ONE = tuple(f"{place}/:user_id" for place in _ALL)


@routes.get(*_ALL)
def list_requests(call: Call) -> Any:
    """Who waits to be let in."""
    place = managed_place(call)
    rows = call.instance.database.rows(
        "SELECT * FROM access_requests WHERE source = ? AND source_id = ? ORDER BY requested_at", *place
    )
    return [_entity(call, row["user_id"], row["requested_at"]) for row in paginate(call, rows)]


@routes.post(*_ALL)
def ask(call: Call) -> Any:
    """Asks to be let in."""
    source, source_id = _open_place(call)
    if call.instance.members.find(source, source_id, call.me.id):
        raise bad_request({"user_id": ["already exists in source"]})
    since = now()
    if not call.instance.database.execute(
        "INSERT OR IGNORE INTO access_requests VALUES (?, ?, ?, ?)", source, source_id, call.me.id, since
    ):
        raise bad_request({"user_id": ["already exists in source"]})
    call.created()
    return _entity(call, call.me.id, since)


@routes.put(*(f"{one}/approve" for one in _ONE))
def approve(call: Call) -> Any:
    """Lets somebody in."""
    source, source_id = managed_place(call)
    user_id, level = call.number("user_id"), call.params.optional_integer("access_level") or DEVELOPER
    if level not in LEVELS:
        raise bad_parameter("access_level does not have a valid value")
    with call.instance.database.transaction():
        _take(call, source, source_id, user_id)
        if known := call.instance.members.find(source, source_id, user_id):
            return entities.member(call.instance, known)
        member = call.instance.members.add(source, source_id, user_id, level, created_by_id=call.me.id)
        call.instance.chronicle.member(source, source_id, user_id, "joined")
    call.created()
    return entities.member(call.instance, member)


@routes.delete(*_ONE)
def deny(call: Call) -> Any:
    """Lets somebody not in; one's own request can be taken back."""
    user_id = call.number("user_id")
    place = _open_place(call) if user_id == call.me.id else managed_place(call)
    _take(call, *place, user_id)


def _take(call: Call, source: str, source_id: int, user_id: int) -> None:
    if not call.instance.database.execute(
        "DELETE FROM access_requests WHERE source = ? AND source_id = ? AND user_id = ?", source, source_id, user_id
    ):
        raise no_record()


def _open_place(call: Call) -> tuple[str, int]:
    """The kind and id of the place that the path names, if it lets itself be asked."""
    if call.path.startswith("/projects/"):
        project = call.project(0)
        if not project.features.get("request_access_enabled", True):
            raise forbidden()
        return "project", project.id
    return "group", call.group().id


def _entity(call: Call, user_id: int, since: str) -> dict[str, Any]:
    user = kept(call.instance.users.find(user_id))
    return entities.basic_user(call.instance.links, user) | {"requested_at": since}
