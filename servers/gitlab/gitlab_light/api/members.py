"""Members of projects and groups."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_parameter, conflict, forbidden, no_record, not_found
from gitlab_light.model.database import as_id
from gitlab_light.model.members import LEVELS, MAINTAINER, MINIMAL, OWNER, Member
from gitlab_light.model.users import User

routes = Routes()
_PROJECT, _GROUP = "/projects/:id/members", "/groups/:id/members"


def _place(call: Call, level: int = 0) -> tuple[str, int, int, int]:
    """The kind and id of whose members these are, the namespace to inherit from, and the caller's level there."""
    members = call.instance.members
    if call.path.startswith("/projects/"):
        project = call.project(level or 1)
        return "project", project.id, project.namespace_id, members.project_level(call.user, project)
    group = call.group(level)
    return "group", group.id, group.id, members.group_level(call.user, group)


@routes.get(_PROJECT, _GROUP)
def list_direct(call: Call) -> Any:
    """The direct members."""
    source, source_id, _, _ = _place(call)
    return _list(call, call.instance.members.direct(source, source_id))


@routes.get(_PROJECT + "/all", _GROUP + "/all")
def list_all(call: Call) -> Any:
    """The members, those of groups above included."""
    source, source_id, namespace_id, _ = _place(call)
    return _list(call, call.instance.members.all_of(source, source_id, namespace_id))


def _list(call: Call, members: list[Member]) -> Any:
    query = (call.params.optional_text("query") or "").lower()
    if (ids := call.params.texts("user_ids")) is not None:
        members = [member for member in members if str(member.user_id) in ids]
    shown = [entities.member(call.instance, member) for member in members]
    return paginate(call, [one for one in shown if query in one["username"].lower() or query in one["name"].lower()])


@routes.get(_PROJECT + "/:user_id", _GROUP + "/:user_id")
def show_direct(call: Call) -> Any:
    """One direct member."""
    source, source_id, _, _ = _place(call)
    return entities.member(call.instance, _member(call, source, source_id))


@routes.get(_PROJECT + "/all/:user_id", _GROUP + "/all/:user_id")
def show_any(call: Call) -> Any:
    """One member, also one of a group above."""
    source, source_id, namespace_id, _ = _place(call)
    wanted = call.number("user_id")
    for member in call.instance.members.all_of(source, source_id, namespace_id):
        if member.user_id == wanted:
            return entities.member(call.instance, member)
    raise no_record()


@routes.post(_PROJECT, _GROUP)
def add(call: Call) -> Any:
    """Makes a user a member, or several whose ids are joined by commas."""
    source, source_id, _, level = _place(call, _managing(call))
    wanted = _level(call, level)
    username, user_id = call.params.optional_text("username"), call.params.optional_text("user_id")
    if username is None and user_id is None:
        raise bad_parameter("user_id, username are missing, exactly one parameter must be provided")
    if username is None and "," in str(user_id):
        return _add_several(call, source, source_id, wanted)
    users = call.instance.users
    user = users.by_login(username) if username is not None else users.find(call.params.integer("user_id"))
    if user is None:
        raise not_found("User")
    member = _add(call, source, source_id, user, wanted)
    call.created()
    return entities.member(call.instance, member)


def _add_several(call: Call, source: str, source_id: int, level: int) -> dict[str, Any]:
    """Adds whom it can, and tells of the others why not, as GitLab does for a list of ids."""
    problems = {}
    for name in call.params.texts("user_id") or []:
        user = call.instance.users.find(as_id(name) or 0)
        if user is None:
            problems[name] = "User not found"
            continue
        try:
            _add(call, source, source_id, user, level)
        except Refusal as refusal:
            problems[user.username] = str(refusal.body["message"])
    call.created()
    return {"status": "error", "message": problems} if problems else {"status": "success"}


def _add(call: Call, source: str, source_id: int, user: User, level: int) -> Member:
    day = call.params.day("expires_at")
    with call.instance.database.transaction():
        if call.instance.members.find(source, source_id, user.id):
            raise conflict("Member already exists")
        member = call.instance.members.add(
            source, source_id, user.id, level, expires_at=day.isoformat() if day else None, created_by_id=call.me.id
        )
        call.instance.chronicle.member(source, source_id, user.id, "joined")
    return member


@routes.put(_PROJECT + "/:user_id", _GROUP + "/:user_id")
def change(call: Call) -> Any:
    """Changes a member's level or last day."""
    source, source_id, _, level = _place(call, _managing(call))
    member = _member(call, source, source_id)
    wanted = _level(call, level)
    if member.access_level > level:
        raise forbidden()
    changes: dict[str, Any] = {"access_level": wanted}
    if "expires_at" in call.params:
        day = call.params.day("expires_at")
        changes["expires_at"] = day.isoformat() if day else None
    call.instance.database.update("members", member.id, **changes)
    return entities.member(call.instance, _member(call, source, source_id))


@routes.delete(_PROJECT + "/:user_id", _GROUP + "/:user_id")
def remove(call: Call) -> Any:
    """Ends a membership; everybody may end their own."""
    own = call.arguments["user_id"] == str(call.me.id)
    source, source_id, _, level = _place(call, 0 if own else _managing(call))
    member = _member(call, source, source_id)
    owners = [one for one in call.instance.members.direct(source, source_id) if one.access_level >= OWNER]
    if source == "group" and [one.id for one in owners] == [member.id]:
        raise forbidden()
    if member.access_level > level or _is_holder(call, source, member):
        raise forbidden()
    with call.instance.database.transaction():
        call.instance.members.remove(member)
        call.instance.chronicle.member(source, source_id, member.user_id, "left")


def _is_holder(call: Call, source: str, member: Member) -> bool:
    """Whether a project lies in this member's own namespace."""
    namespace = call.instance.namespaces.find(call.project().namespace_id) if source == "project" else None
    return namespace is not None and namespace.owner_id == member.user_id


def _managing(call: Call) -> int:
    return MAINTAINER if call.path.startswith("/projects/") else OWNER


def _member(call: Call, source: str, source_id: int) -> Member:
    member = call.instance.members.find(source, source_id, call.number("user_id"))
    if member is None:
        raise no_record()
    return member


def _level(call: Call, own: int) -> int:
    level = call.params.integer("access_level")
    if level not in LEVELS and level != MINIMAL:
        raise bad_parameter("access_level does not have a valid value")
    if level > own:
        raise forbidden()
    return level
