"""Deploy keys: SSH keys that projects are opened to."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.keys import expiry
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, forbidden, no_record, not_found
from gitlab_light.model.database import kept
from gitlab_light.model.keys import Key, Opened
from gitlab_light.model.members import MAINTAINER

routes = Routes()
_PROJECT = "/projects/:id/deploy_keys"


@routes.get("/deploy_keys")
def list_all(call: Call) -> Any:
    """All deploy keys; for administrators."""
    call.require_admin()
    wanted = call.params.boolean("public")
    keys = [key for key in call.instance.keys.deploy_keys() if key.public or not wanted]
    return [_with_projects(call, key) for key in paginate(call, keys)]


@routes.post("/deploy_keys")
def create_public(call: Call) -> Any:
    """Keeps a deploy key that every project may enable; for administrators."""
    call.require_admin()
    params = call.params
    key = call.instance.keys.add(
        "deploy", call.me.id, params.text("title"), params.text("key"), public=True, expires_at=expiry(call)
    )
    call.created()
    return entities.deploy_key(key)


@routes.get(_PROJECT)
def list_of_project(call: Call) -> Any:
    """A project's deploy keys."""
    project = call.project(MAINTAINER)
    return [_of_project(call, opened) for opened in paginate(call, call.instance.keys.opened(project.id))]


@routes.get(_PROJECT + "/:key_id")
def show(call: Call) -> Any:
    """One of a project's deploy keys."""
    return _of_project(call, _opened(call, ""))


@routes.post(_PROJECT)
def add(call: Call) -> Any:
    """Opens a project to a key; one that the caller uses elsewhere already is taken from there."""
    project, keys, params = call.project(MAINTAINER), call.instance.keys, call.params
    title, line = params.text("title"), params.text("key").strip()
    known = next((key for key in keys.deploy_keys() if key.key == line and _may_use(call, key, project.id)), None)
    key = known or keys.add("deploy", call.me.id, title, line, expires_at=expiry(call))
    call.created()
    return _of_project(call, keys.open(key, project.id, can_push=params.boolean("can_push")))


@routes.put(_PROJECT + "/:key_id")
def change(call: Call) -> Any:
    """Gives a deploy key another title, or allows or forbids it to push."""
    opened, keys, params = _opened(call, ""), call.instance.keys, call.params
    if "title" not in params and "can_push" not in params:
        raise bad_parameter("title, can_push are missing, at least one parameter must be provided")
    key = keys.find(opened.key_id)
    if "title" in params and key is not None:
        if not call.me.admin and key.user_id != call.me.id and len(keys.opened_by(key.id)) > 1:
            raise forbidden()
        keys.rename(key, params.text("title"))
    if "can_push" in params:
        keys.allow_push(opened, can_push=params.boolean("can_push"))
    return _of_project(call, _opened(call, ""))


@routes.post(_PROJECT + "/:key_id/enable")
def enable(call: Call) -> Any:
    """Opens a project to a deploy key of another one."""
    project = call.project(MAINTAINER)
    key = call.instance.keys.find(call.number("key_id", "Deploy key"))
    if key is None or key.kind != "deploy" or not _may_use(call, key, project.id):
        raise not_found("Deploy key")
    call.instance.keys.open(key, project.id, can_push=False)
    call.created()
    return entities.deploy_key(key)


@routes.delete(_PROJECT + "/:key_id")
def remove(call: Call) -> Any:
    """Closes a project to a deploy key."""
    call.instance.keys.close(_opened(call, "Deploy key"))


def _opened(call: Call, noun: str) -> Opened:
    project = call.project(MAINTAINER)
    opened = call.instance.keys.opening(call.number("key_id"), project.id)
    if opened is None:
        raise not_found(noun) if noun else no_record()
    return opened


def _may_use(call: Call, key: Key, project_id: int) -> bool:
    """Whether the caller may enable a key: it is public, or of a project that they maintain."""
    if key.public or call.me.admin or call.instance.keys.opening(key.id, project_id):
        return True
    projects = (call.instance.projects.find(opened.project_id) for opened in call.instance.keys.opened_by(key.id))
    return any(
        project and call.instance.members.project_level(call.user, project) >= MAINTAINER for project in projects
    )


def _of_project(call: Call, opened: Opened) -> dict[str, Any]:
    key = kept(call.instance.keys.find(opened.key_id))
    return entities.deploy_key(key) | {"can_push": opened.can_push}


def _with_projects(call: Call, key: Key) -> dict[str, Any]:
    """A deploy key with the projects that it opens, those that it may push to apart."""
    writing: list[dict[str, Any]] = []
    reading: list[dict[str, Any]] = []
    for opened in call.instance.keys.opened_by(key.id):
        if project := call.instance.projects.find(opened.project_id):
            (writing if opened.can_push else reading).append(entities.project_identity(call.instance, project))
    return entities.deploy_key(key) | {"projects_with_write_access": writing, "projects_with_readonly_access": reading}
