"""Groups, and the list of namespaces."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.project_lists import select_projects
from gitlab_light.api.projects import remove_project
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_request, forbidden, not_found
from gitlab_light.model.database import as_id
from gitlab_light.model.group_settings import GROUP_DEFAULTS, given_group_settings
from gitlab_light.model.members import MAINTAINER, OWNER
from gitlab_light.model.namespaces import LEVELS, Namespace

routes = Routes()


@routes.get("/groups", anonymous=True)
def list_groups(call: Call) -> Any:
    """The groups that the caller may see."""
    groups = _all(call)
    if call.params.boolean("top_level_only"):
        groups = [group for group in groups if group.parent_id is None]
    return [entities.group(call.instance, group) for group in paginate(call, groups)]


@routes.get("/groups/:id/subgroups", anonymous=True)
def list_subgroups(call: Call) -> Any:
    """The groups right below a group."""
    parent = call.group()
    groups = [group for group in _all(call) if group.parent_id == parent.id]
    return [entities.group(call.instance, group) for group in paginate(call, groups)]


@routes.get("/groups/:id/descendant_groups", anonymous=True)
def list_descendants(call: Call) -> Any:
    """All groups below a group."""
    above = call.group().full_path.lower() + "/"
    groups = [group for group in _all(call) if group.full_path.lower().startswith(above)]
    return [entities.group(call.instance, group) for group in paginate(call, groups)]


def _all(call: Call) -> list[Namespace]:
    params, namespaces = call.params, call.instance.namespaces
    order = params.choice("order_by", ("name", "path", "id", "similarity"), default="name")
    sort = params.choice("sort", ("asc", "desc"), default="asc")
    search = (params.optional_text("search") or "").lower()
    groups = call.instance.database.all(
        Namespace,
        f"SELECT * FROM namespaces WHERE kind = 'group' AND (instr(lower(name), ?) OR instr(lower(full_path), ?)) "  # noqa: S608
        f"ORDER BY {'id' if order == 'similarity' else order} {sort}, id",
        search, search,
    )  # fmt: skip
    members = call.instance.members
    groups = [group for group in groups if members.can_see_group(call.user, group)]
    if skipped := params.texts("skip_groups"):
        groups = [group for group in groups if str(group.id) not in skipped]
    if visibility := params.choice("visibility", ("", *LEVELS), default=""):
        groups = [group for group in groups if group.visibility == visibility]
    if call.user and not params.boolean("all_available", default=True):
        rows = call.instance.database.rows(
            "SELECT source_id FROM members WHERE source = 'group' AND user_id = ?", call.user.id
        )
        mine = {row["source_id"] for row in rows}
        groups = [group for group in groups if mine & {one.id for one in namespaces.with_ancestors(group.id)}]
    if params.boolean("owned"):
        groups = [group for group in groups if members.group_level(call.user, group) >= OWNER]
    least = params.optional_integer("min_access_level")
    if least:
        groups = [group for group in groups if members.group_level(call.user, group) >= least]
    return groups


@routes.post("/groups")
def create_group(call: Call) -> Any:
    """Makes a group."""
    params, instance = call.params, call.instance
    name, path = params.text("name"), params.text("path")
    parent_id = params.optional_integer("parent_id")
    parent = instance.namespaces.find(parent_id) if parent_id is not None else None
    if parent_id is not None and (parent is None or parent.kind != "group"):
        raise not_found("Group")
    if parent and instance.members.group_level(call.user, parent) < MAINTAINER:
        raise forbidden()
    if parent is None and not (call.me.can_create_group or call.me.admin):
        raise forbidden()
    with instance.database.transaction():
        group = instance.namespaces.create_group(
            name=name, path=path, parent=parent,
            visibility=params.choice("visibility", LEVELS, default=_default_visibility(call, parent)),
            description=params.optional_text("description") or "", settings=given_group_settings(params),
        )  # fmt: skip
        instance.members.add("group", group.id, call.me.id, OWNER)
    call.created()
    return _detail(call, group)


@routes.get("/groups/:id", anonymous=True)
def show_group(call: Call) -> Any:
    """One group, with its projects unless they are not wanted."""
    group = call.group()
    answer = _detail(call, group)
    if call.params.boolean("with_projects", default=True):
        projects = [
            project for project in call.instance.projects.in_namespace(group.id)
            if call.instance.members.can_see_project(call.user, project)
        ]  # fmt: skip
        answer["projects"] = [entities.project(call.instance, project, call.user) for project in projects[:100]]
        shared = [
            call.instance.projects.find(one.source_id) for one in call.instance.shares.with_group("project", group.id)
        ]
        answer["shared_projects"] = [
            entities.project(call.instance, project, call.user) for project in shared
            if project and call.instance.members.can_see_project(call.user, project)
        ]  # fmt: skip
    return answer


@routes.put("/groups/:id")
def change_group(call: Call) -> Any:
    """Changes a group."""
    group, params = call.group(OWNER), call.params
    changes: dict[str, Any] = {name: params.text(name) for name in ("name", "path") if params.optional_text(name)}
    if "description" in params:
        changes["description"] = params.optional_text("description") or ""
    if "visibility" in params:
        changes["visibility"] = visibility = params.choice("visibility", LEVELS, default=group.visibility)
        _check_narrower(call, group, visibility)
    changes["settings"] = group.settings | given_group_settings(params)
    return _detail(call, call.instance.namespaces.update_group(group, **changes))


def _detail(call: Call, group: Namespace) -> dict[str, Any]:
    """A group alone, with what lists of groups do not show (GitLab's API::Entities::GroupDetail)."""
    settings = GROUP_DEFAULTS | group.settings
    shown = entities.group(call.instance, group)
    shown["shared_with_groups"] = entities.shares(call.instance, "group", group.id)
    manages = call.instance.members.group_level(call.user, group) >= OWNER
    if manages:
        shown["runners_token"] = None
    if group.parent_id is None:
        names = ("prevent_sharing_groups_outside_hierarchy", *(("enabled_git_access_protocol",) if manages else ()))
        shown |= {name: settings[name] for name in names}
    return shown


def _default_visibility(call: Call, parent: Namespace | None) -> str:
    return parent.visibility if parent else str(call.instance.application_settings.all()["default_group_visibility"])


def _check_narrower(call: Call, group: Namespace, visibility: str) -> None:
    wider = [
        project for project in call.instance.projects.in_namespace(group.id)
        if LEVELS[project.visibility] > LEVELS[visibility]
    ]  # fmt: skip
    if wider:
        raise bad_request({"visibility_level": [f"{visibility} is not allowed since this group contains projects with "
                                                "higher visibility."]})  # fmt: skip


@routes.delete("/groups/:id")
def delete_group(call: Call) -> Any:
    """Removes a group with all that is below it."""
    group = call.group(OWNER)
    instance = call.instance
    below = [space for space in _descendants(call, group) if space.id != group.id]
    for space in [*reversed(below), group]:
        for project in instance.projects.in_namespace(space.id):
            remove_project(call, project)
        with instance.database.transaction():
            for table in ("hooks", "members", "shares", "deploy_tokens", "badges"):
                instance.database.execute(f"DELETE FROM {table} WHERE source = 'group' AND source_id = ?", space.id)  # noqa: S608
            instance.database.execute(
                "DELETE FROM users WHERE bot AND id IN "
                "(SELECT user_id FROM tokens WHERE source = 'group' AND source_id = ?)", space.id,
            )  # fmt: skip
            instance.database.execute("DELETE FROM namespaces WHERE id = ?", space.id)
    call.status = 202
    return {"message": "202 Accepted"}


def _descendants(call: Call, group: Namespace) -> list[Namespace]:
    return call.instance.database.all(
        Namespace,
        "SELECT * FROM namespaces WHERE substr(full_path, 1, ?) = ? COLLATE NOCASE ORDER BY length(full_path)",
        len(group.full_path) + 1, group.full_path + "/",
    )  # fmt: skip


@routes.get("/groups/:id/projects", anonymous=True)
def list_projects(call: Call) -> Any:
    """The projects of a group, those of its subgroups too if asked for."""
    group = call.group()
    below = _descendants(call, group) if call.params.boolean("include_subgroups") else []
    spaces = [group.id, *(space.id for space in below)]
    condition = f"namespace_id IN ({', '.join('?' for _ in spaces)})"
    if call.params.boolean("with_shared", default=True):
        shared = "SELECT source_id FROM shares WHERE source = 'project' AND group_id = ?"
        condition = f"({condition} OR id IN ({shared}))"
        spaces.append(group.id)
    return select_projects(call, condition, spaces)


@routes.post("/groups/:id/projects/:project_id")
def take_project(call: Call) -> Any:
    """Moves a project into a group; for administrators."""
    call.require_admin()
    group, name = call.group(), call.arguments["project_id"]
    projects, project_id = call.instance.projects, as_id(name)
    project = projects.by_path(name.replace("\0", "")) if project_id is None else projects.find(project_id)
    if project is None:
        raise not_found("Project")
    projects.update(project, namespace_id=group.id)
    call.created()
    return entities.group(call.instance, group)


@routes.post("/groups/:id/transfer")
def transfer_group(call: Call) -> Any:
    """Moves a group below another one, or without `group_id` to the top."""
    group, parent_id = call.group(OWNER), call.params.optional_integer("group_id")
    parent = call.instance.namespaces.find(parent_id) if parent_id is not None else None
    if parent_id is not None and (
        parent is None or parent.kind != "group" or call.instance.members.group_level(call.user, parent) < OWNER
    ):
        raise not_found("Group")
    if parent_id == group.parent_id:
        raise bad_request("Transfer failed: Group is already associated to the parent group.")
    if parent and group.id in {space.id for space in call.instance.namespaces.with_ancestors(parent.id)}:
        raise bad_request("Transfer failed: Cannot transfer group to one of its subgroup.")
    changed = call.instance.namespaces.update_group(group, parent_id=parent_id)
    call.created()
    return entities.group(call.instance, changed)


@routes.get("/namespaces")
def list_namespaces(call: Call) -> Any:
    """The namespaces in which the caller may make projects, or all for administrators."""
    search = (call.params.optional_text("search") or "").lower()
    spaces = call.instance.database.all(
        Namespace, "SELECT * FROM namespaces WHERE instr(lower(full_path), ?) ORDER BY id", search
    )
    members = call.instance.members
    spaces = [space for space in spaces if members.group_level(call.user, space) > 0]
    return [entities.namespace(call.instance, space) for space in paginate(call, spaces)]


@routes.get("/namespaces/:id")
def show_namespace(call: Call) -> Any:
    """One namespace, by id or path."""
    name = call.arguments["id"].replace("\0", "")
    namespaces, number = call.instance.namespaces, as_id(name)
    space = namespaces.by_path(name) if number is None else namespaces.find(number)
    if space is None or call.instance.members.group_level(call.user, space) == 0:
        raise not_found("Namespace")
    return entities.namespace(call.instance, space)
