"""Users."""

from __future__ import annotations

import secrets
from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.project_lists import select_projects
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, conflict, forbidden, not_found
from gitlab_light.model.database import as_id, as_kept
from gitlab_light.model.users import User
from gitlab_light.params import Params

routes = Routes()
_STATES = {
    "block": "blocked", "unblock": "active", "deactivate": "deactivated", "activate": "active", "ban": "banned",
    "unban": "active",
}  # fmt: skip
_DONE = {"block": "blocked", "deactivate": "deactivated", "ban": "banned"}
_PROFILE = (
    "bio",
    "location",
    "website_url",
    "organization",
    "job_title",
    "public_email",
    "note",
    "avatar_url",
    "linkedin",
    "twitter",
    "discord",
    "pronouns",
)


@routes.get("/user", scopes=["read_user"])
def show_self(call: Call) -> Any:
    """Who the caller is."""
    return entities.full_user(call.instance, call.me)


@routes.get("/users", anonymous=True, scopes=["read_user"])
def list_users(call: Call) -> Any:
    """The users, searched by name; who is not signed in may only ask for one by the whole name."""
    params = call.params
    if call.user is None and not params.optional_text("username"):
        raise forbidden("Not authorized to access /api/v4/users")
    unwanted = ("exclude_internal", "humans", "without_project_bots")
    conditions = ["NOT (bot AND ?)"]
    values: list[Any] = [any(params.boolean(name) for name in unwanted)]
    if username := params.optional_text("username"):
        conditions.append("username = ? COLLATE NOCASE")
        values.append(username)
    if search := params.optional_text("search"):
        conditions.append("(instr(lower(username), ?) OR instr(lower(name), ?) OR lower(email) = ?)")
        values += [search.lower()] * 3
    for word, state in (("active", "active"), ("blocked", "blocked")):
        if params.boolean(word):
            conditions.append("state = ?")
            values.append(state)
    for word, condition in (("admins", "admin"), ("external", "external"), ("exclude_external", "NOT external")):
        if params.boolean(word):
            conditions.append(condition)
    if params.optional_text("extern_uid") or params.optional_text("provider"):
        conditions.append("0")  # accounts of other providers are absent here
    for bound, sign in (("created_after", ">="), ("created_before", "<=")):
        if time := params.moment(bound):
            conditions.append(f"created_at {sign} ?")
            values.append(as_kept(time))
    order = params.choice("order_by", ("id", "name", "username", "created_at", "updated_at"), default="id")
    sort = params.choice("sort", ("asc", "desc"), default="desc")
    users = call.instance.database.all(
        User,
        f"SELECT * FROM users WHERE {' AND '.join(conditions)} "  # noqa: S608  built from words of our own
        f"ORDER BY {'created_at' if order == 'updated_at' else order} {sort}",
        *values,
    )
    show = entities.full_user if call.user and call.user.admin else _public
    return [show(call.instance, user) for user in paginate(call, users)]


def _public(instance: Any, user: User) -> dict[str, Any]:
    return entities.public_user(instance.links, user)


@routes.get("/users/:user_id", anonymous=True, scopes=["read_user"])
def show_user(call: Call) -> Any:
    """One user."""
    if call.user is None:
        raise forbidden("Not authorized!")
    user = find_user(call)
    if call.me.admin or user.id == call.me.id:
        return entities.full_user(call.instance, user)
    return entities.public_user(call.instance.links, user)


@routes.post("/users")
def create_user(call: Call) -> Any:
    """Makes an account."""
    call.require_admin()
    params = call.params
    params.require("email", "name", "username")
    email, name, username = params.text("email"), params.text("name"), params.text("username")
    made_up = params.boolean("reset_password") or params.boolean("force_random_password")
    password = secrets.token_urlsafe(24) if made_up else params.optional_text("password")
    if password is None:
        raise bad_parameter("password, reset_password, force_random_password are missing, at least one parameter "
                            "must be provided")  # fmt: skip
    user = call.instance.users.create(
        username=username, name=name, email=email, password=password, admin=params.boolean("admin"),
        external=params.boolean("external"), can_create_group=params.boolean("can_create_group", default=True),
        projects_limit=_limit(params), profile=_profile(params, {}),
    )  # fmt: skip
    call.created()
    return entities.full_user(call.instance, user)


@routes.put("/users/:user_id")
def change_user(call: Call) -> Any:
    """Changes an account."""
    call.require_admin()
    user, params = find_user(call), call.params
    changes: dict[str, Any] = {"profile": _profile(params, user.profile)}
    for name in ("username", "name", "email"):
        if name in params:
            changes[name] = params.text(name)
    for name in ("admin", "external", "can_create_group"):
        if name in params:
            changes[name] = params.boolean(name)
    if "projects_limit" in params:
        changes["projects_limit"] = _limit(params)
    password = params.optional_text("password")
    changed = call.instance.users.update(user, password=password, **changes)
    if password is not None:
        call.instance.sessions.close_all_of(user.id)
    return entities.full_user(call.instance, changed)


@routes.delete("/users/:user_id")
def delete_user(call: Call) -> Any:
    """Removes an account."""
    call.require_admin()
    user = find_user(call)
    if user.id == call.me.id:
        raise bad_request("You cannot delete yourself")
    call.instance.users.delete(user)


@routes.post(*(f"/users/:user_id/{action}" for action in _STATES))
def change_state(call: Call) -> Any:
    """Blocks, unblocks, deactivates or activates an account."""
    action = call.path.rstrip("/").rsplit("/", 1)[-1]
    call.require_admin()
    user = find_user(call)
    if user.id == call.me.id and _STATES[action] != "active":
        raise forbidden(f"The API initiating user cannot be {_DONE[action]} by the API")
    call.instance.users.update(user, state=_STATES[action])
    call.instance.sessions.close_all_of(user.id)
    call.created()
    return True


@routes.post("/users/:user_id/approve", "/users/:user_id/reject")
def settle_request(call: Call) -> Any:
    """Nobody waits to be let in here: accounts are made by administrators alone."""
    call.require_admin()
    find_user(call)
    approves = call.path.endswith("approve")
    raise conflict(
        "The user you are trying to approve is not pending approval" if approves
        else "User does not have a pending request"
    )  # fmt: skip


@routes.get("/users/:user_id/projects")
def list_projects(call: Call) -> Any:
    """The projects in a user's own namespace that the caller may see."""
    user = call.instance.users.by_login(call.arguments["user_id"]) or find_user(call)
    namespace = call.instance.namespaces.of_user(user.id)
    return select_projects(call, "namespace_id = ?", [namespace.id if namespace else 0])


def find_user(call: Call) -> User:
    """The user that the path names by id.

    Raises:
        Refusal: 404.
    """
    user = call.instance.users.find(call.number("user_id", "User"))
    if user is None:
        raise not_found("User")
    return user


def find_named_user(call: Call) -> User:
    """The user that the path names by id or name.

    Raises:
        Refusal: 404.
    """
    name = call.arguments["user_id"].replace("\0", "")
    user_id = as_id(name)
    user = call.instance.users.by_login(name) if user_id is None else call.instance.users.find(user_id)
    if user is None:
        raise not_found("User")
    return user


def _limit(params: Params) -> int:
    limit = params.optional_integer("projects_limit")
    return 100000 if limit is None else max(0, min(limit, 2**31 - 1))


def _profile(params: Params, current: dict[str, Any]) -> dict[str, Any]:
    given = {name: params.optional_text(name) for name in _PROFILE if name in params}
    if any(len(value or "") > 4096 for value in given.values()):
        raise conflict("Profile is too long")
    return current | given
