"""Projects and groups shared with groups."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.project_lists import select_projects
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, conflict, not_found
from gitlab_light.model.members import LEVELS, MAINTAINER, OWNER
from gitlab_light.model.namespaces import Namespace

routes = Routes()


@routes.post("/projects/:id/share")
def share_project(call: Call) -> Any:
    """Lets a group's members into a project."""
    project = call.project(MAINTAINER)
    group, level, until = _wanted(call)
    above = {space.id for space in call.instance.namespaces.with_ancestors(project.namespace_id)}
    if group.id in above:
        raise conflict("Project cannot be shared with the group it is in or one of its ancestors.")
    with call.instance.database.transaction():
        if call.instance.shares.find("project", project.id, group.id):
            raise conflict("The project has already been shared with this group")
        share = call.instance.shares.add("project", project.id, group.id, level, until)
    call.created()
    return {
        "id": share.id, "project_id": project.id, "group_id": group.id, "group_access": level, "expires_at": until
    }  # fmt: skip


@routes.delete("/projects/:id/share/:group_id")
def unshare_project(call: Call) -> Any:
    """Ends that."""
    _end(call, "project", call.project(MAINTAINER).id)


@routes.post("/groups/:id/share")
def share_group(call: Call) -> Any:
    """Lets a group's members into another group and its projects."""
    shared = call.group(OWNER)
    group, level, until = _wanted(call)
    if group.id == shared.id:
        raise not_found()
    with call.instance.database.transaction():
        if call.instance.shares.find("group", shared.id, group.id):
            raise conflict("Shared group The group has already been shared with this group")
        call.instance.shares.add("group", shared.id, group.id, level, until)
    call.created()
    return entities.group(call.instance, shared) | {
        "shared_with_groups": entities.shares(call.instance, "group", shared.id)
    }


@routes.delete("/groups/:id/share/:group_id")
def unshare_group(call: Call) -> Any:
    """Ends that."""
    _end(call, "group", call.group(OWNER).id)


@routes.get("/projects/:id/invited_groups", anonymous=True)
def list_invited_to_project(call: Call) -> Any:
    """The groups that a project is shared with."""
    return _invited(call, "project", call.project().id)


@routes.get("/groups/:id/invited_groups", anonymous=True)
def list_invited_to_group(call: Call) -> Any:
    """The groups that a group is shared with."""
    return _invited(call, "group", call.group().id)


@routes.get("/projects/:id/groups", anonymous=True)
def list_groups(call: Call) -> Any:
    """The groups that a project is in, and with `with_shared` those that it is shared with."""
    project, instance = call.project(), call.instance
    groups = [space for space in instance.namespaces.with_ancestors(project.namespace_id) if space.kind == "group"]
    if call.params.boolean("with_shared"):
        least = call.params.optional_integer("shared_min_access_level") or 0
        shares = [share for share in instance.shares.of("project", project.id) if share.access_level >= least]
        found = [instance.namespaces.find(share.group_id) for share in shares]
        groups += [group for group in found if group]
    return _page(call, groups)


@routes.get("/groups/:id/groups/shared", anonymous=True)
def list_shared_groups(call: Call) -> Any:
    """The groups that are shared with a group."""
    shares = call.instance.shares.with_group("group", call.group().id)
    found = [call.instance.namespaces.find(share.source_id) for share in shares]
    return _page(call, [group for group in found if group])


@routes.get("/groups/:id/projects/shared", anonymous=True)
def list_shared_projects(call: Call) -> Any:
    """The projects that are shared with a group."""
    group = call.group()
    shared = "id IN (SELECT source_id FROM shares WHERE source = 'project' AND group_id = ?)"
    return select_projects(call, shared, [group.id])


def _wanted(call: Call) -> tuple[Namespace, int, str | None]:
    """The group to share with, the level and the last day."""
    group = call.instance.namespaces.find(call.params.integer("group_id"))
    level, day = call.params.integer("group_access"), call.params.day("expires_at")
    if level not in LEVELS:
        raise bad_parameter("group_access does not have a valid value")
    if group is None or group.kind != "group" or not call.instance.members.can_see_group(call.user, group):
        raise not_found("Group")
    return group, level, day.isoformat() if day else None


def _end(call: Call, source: str, source_id: int) -> None:
    share = call.instance.shares.find(source, source_id, call.number("group_id"))
    if share is None:
        raise not_found("Group Link" if source == "project" else "")
    call.instance.shares.remove(share)


def _invited(call: Call, source: str, source_id: int) -> Any:
    found = [call.instance.namespaces.find(share.group_id) for share in call.instance.shares.of(source, source_id)]
    return _page(call, [group for group in found if group])


def _page(call: Call, groups: list[Namespace]) -> Any:
    search = (call.params.optional_text("search") or "").lower()
    seen = [
        group for group in groups
        if call.instance.members.can_see_group(call.user, group) and search in group.full_path.lower()
    ]  # fmt: skip
    return [entities.public_group(call.instance, group) for group in paginate(call, seen)]
