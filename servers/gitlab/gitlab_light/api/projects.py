"""Projects."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.project_statistics import shown_statistics
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, conflict, forbidden, not_found
from gitlab_light.founding import DEFAULT_BRANCH, found, may_found
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.repository import is_ref_name
from gitlab_light.git.writing import Action, Person, make_commit
from gitlab_light.model.database import as_id
from gitlab_light.model.members import MAINTAINER, OWNER
from gitlab_light.model.namespaces import LEVELS, Namespace
from gitlab_light.model.project_settings import given_settings
from gitlab_light.model.projects import Project

routes = Routes()


@routes.post("/projects")
def create_project(call: Call) -> Any:
    """Makes a project, in the caller's own namespace unless `namespace_id` says where."""
    params = call.params
    name, path = params.optional_text("name"), params.optional_text("path")
    if not name and not path:
        raise bad_parameter("name, path are missing, at least one parameter must be provided")
    if params.optional_text("import_url"):
        raise forbidden()  # as in a GitLab whose administrator has not enabled imports (`import_sources`)
    namespace = _target_namespace(call, params.optional_integer("namespace_id"))
    return _create(call, namespace, name, path)


@routes.post("/projects/user/:user_id")
def create_project_for(call: Call) -> Any:
    """Makes a project in a user's own namespace; for administrators."""
    call.require_admin()
    name = call.params.text("name")
    user = call.instance.users.find(call.number("user_id", "User"))
    namespace = call.instance.namespaces.of_user(user.id) if user else None
    if namespace is None:
        raise not_found("User")
    return _create(call, namespace, name, call.params.optional_text("path"))


def _create(call: Call, namespace: Namespace, name: str | None, path: str | None) -> dict[str, Any]:
    params, instance = call.params, call.instance
    default_branch = params.optional_text("default_branch") or _default_branch(call, namespace)
    if not is_ref_name(default_branch):
        raise bad_request({"default_branch": ["is invalid"]})
    project = found(
        instance,
        call.me,
        namespace=namespace,
        default_branch=default_branch,
        name=name or str(path),
        path=path or slug(str(name)),
        visibility=params.choice("visibility", LEVELS, default=_default_visibility(call, namespace)),
        description=params.optional_text("description"),
        topics=params.texts("topics") or params.texts("tag_list") or [],
        features=given_settings(params),
    )
    if params.boolean("initialize_with_readme"):
        _add_readme(call, project)
    call.created()
    return entities.project(instance, instance.projects.find(project.id) or project, call.user)


def _default_visibility(call: Call, namespace: Namespace) -> str:
    """The server's default, or the group's own where that is narrower."""
    default = str(call.instance.application_settings.all()["default_project_visibility"])
    return min(default, namespace.visibility, key=LEVELS.__getitem__) if namespace.kind == "group" else default


def _default_branch(call: Call, namespace: Namespace) -> str:
    """The default branch as the group, the one at the top or the server names it, else as GitLab does."""
    *_, top = call.instance.namespaces.with_ancestors(namespace.id)
    names = (
        namespace.settings.get("default_branch"),
        top.settings.get("default_branch"),
        call.instance.application_settings.all()["default_branch_name"],
    )
    return next((name for name in names if name), DEFAULT_BRANCH)


def _add_readme(call: Call, project: Project) -> None:
    repository = call.instance.repositories.of(project.id)
    person = Person(call.me.name, call.me.email)
    readme = Action("create", "README.md", content=f"# {project.name}\n\n{project.description or ''}\n".encode())
    sha = make_commit(repository, None, [readme], "Initial commit", author=person, committer=person)
    change = RefChange(ZERO, sha, f"refs/heads/{project.default_branch}")
    with call.instance.journal.applying(project.id, call.me.id, [change]):
        repository.move_refs([change])


def _target_namespace(call: Call, namespace_id: int | None) -> Namespace:
    namespaces = call.instance.namespaces
    namespace = namespaces.of_user(call.me.id) if namespace_id is None else namespaces.find(namespace_id)
    if namespace is None or not may_found(call.instance, call.user, namespace):
        raise bad_request({"namespace": ["is not valid"]})
    return namespace


@routes.get("/projects/:id", anonymous=True)
def show_project(call: Call) -> Any:
    """One project."""
    project = call.project()
    shown = entities.project(call.instance, project, call.user) | {"readme_url": _readme_page(call, project)}
    return shown | shown_statistics(call, project)


def _readme_page(call: Call, project: Project) -> str | None:
    """The page of the file that introduces a project; only one project is looked into for it, not whole lists."""
    if not call.instance.members.can_read_code(call.user, project):
        return None
    name = call.instance.readmes.name(project)
    return call.instance.links.page(project, "blob", f"{project.default_branch}/{name}") if name else None


@routes.put("/projects/:id")
def change_project(call: Call) -> Any:
    """Changes a project."""
    project, params = call.project(MAINTAINER), call.params
    changes: dict[str, Any] = {}
    for name in ("name", "path"):
        if params.optional_text(name):
            changes[name] = params.text(name)
    if "description" in params:
        changes["description"] = params.optional_text("description")
    if "visibility" in params:
        _require_owner(call, project)
        changes["visibility"] = params.choice("visibility", LEVELS, default=project.visibility)
    topics = params.texts("topics" if "topics" in params else "tag_list")
    if topics is not None:
        changes["topics"] = topics
    branch = params.optional_text("default_branch")
    if branch and branch != project.default_branch:
        repository = call.instance.repositories.of(project.id)
        if repository.branch(branch) is None and not (repository.is_empty() and is_ref_name(branch)):
            raise bad_request({"base": ["Could not set the default branch. Do you have a branch named "
                                        f"'{branch}' in your repository?"]})  # fmt: skip
        repository.set_head(branch)
        changes["default_branch"] = branch
    changes["features"] = project.features | given_settings(params)
    return entities.project(call.instance, call.instance.projects.update(project, **changes), call.user)


@routes.delete("/projects/:id")
def delete_project(call: Call) -> Any:
    """Removes a project with its repository."""
    project = call.project(OWNER)
    call.require_unmodified(project.last_activity_at)
    remove_project(call, project)
    call.status = 202
    return {"message": "202 Accepted"}


def remove_project(call: Call, project: Project) -> None:
    """Removes a project's record, then its repository and files."""
    call.instance.projects.delete(project)
    call.instance.uploads.project_removed(project.id)
    call.instance.repositories.of(project.id).remove()


@routes.post("/projects/:id/archive")
def archive(call: Call) -> Any:
    """Makes a project read-only."""
    return _set_archived(call, archived=True)


@routes.post("/projects/:id/unarchive")
def unarchive(call: Call) -> Any:
    """Ends a project's being read-only."""
    return _set_archived(call, archived=False)


def _set_archived(call: Call, *, archived: bool) -> Any:
    project = call.instance.projects.update(call.project(OWNER), archived=archived)
    call.created()
    return entities.project(call.instance, project, call.user)


@routes.post("/projects/:id/fork")
def fork(call: Call) -> Any:
    """Copies a project's branches and tags into a new project."""
    source, repository = call.repository()
    params, instance = call.params, call.instance
    namespace_path = params.optional_text("namespace_path") or params.optional_text("namespace")
    namespace_id = params.optional_integer("namespace_id")
    if namespace_path:
        namespace_id = as_id(namespace_path)
        place = instance.namespaces.by_path(namespace_path) if namespace_id is None else None
        if place is None and namespace_id is None:
            raise not_found("Target Namespace")
        namespace_id = place.id if place else namespace_id
    namespace = _target_namespace(call, namespace_id)
    path = params.optional_text("path") or source.path
    if instance.namespaces.taken(f"{namespace.full_path}/{path}"):
        raise conflict("Project namespace name has already been taken, Name has already been taken, Path has already "
                       "been taken")  # fmt: skip
    widest = [source.visibility, *([namespace.visibility] if namespace.kind == "group" else [])]
    wanted = params.choice("visibility", LEVELS, default=source.visibility)
    description = params.optional_text("description") if "description" in params else source.description
    project = found(
        instance, call.me, namespace=namespace, name=params.optional_text("name") or source.name, path=path,
        visibility=min(wanted, *widest, key=LEVELS.__getitem__),
        default_branch=source.default_branch, description=description, forked_from_id=source.id,
    )  # fmt: skip
    instance.repositories.of(project.id).copy_from(repository)
    call.created()
    return entities.project(instance, project, call.user)


@routes.put("/projects/:id/transfer")
def transfer(call: Call) -> Any:
    """Moves a project to another namespace."""
    project = call.project(OWNER)
    wanted = call.params.text("namespace")
    namespaces, wanted_id = call.instance.namespaces, as_id(wanted)
    namespace = namespaces.by_path(wanted) if wanted_id is None else namespaces.find(wanted_id)
    if namespace is None:
        raise not_found("Namespace")
    _target_namespace(call, namespace.id)
    return entities.project(call.instance, call.instance.projects.update(project, namespace_id=namespace.id), call.user)


def _require_owner(call: Call, project: Project) -> None:
    if call.instance.members.project_level(call.user, project) < OWNER:
        raise forbidden()


def slug(name: str) -> str:
    """A path made of a name, as GitLab makes it when none is given."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_.-]+", "-", plain).strip("-.") or "project"
