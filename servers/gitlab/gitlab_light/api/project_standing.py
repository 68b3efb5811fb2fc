"""What stands beside a project's code: its languages, stars, where it was forked from, its storage."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.project_lists import select_projects
from gitlab_light.api.routing import Routes
from gitlab_light.api.users import find_named_user
from gitlab_light.errors import conflict, not_found
from gitlab_light.git.languages import languages
from gitlab_light.model.database import now
from gitlab_light.model.members import MAINTAINER, OWNER

routes = Routes()


@routes.get("/projects/:id/languages", anonymous=True)
def show_languages(call: Call) -> Any:
    """The programming languages of the default branch, in percent."""
    project, repository = call.repository()
    commit = repository.resolve(project.default_branch)
    return languages(repository, commit) if commit else {}


@routes.post("/projects/:id/star")
def star(call: Call) -> Any:
    """Stars a project; 304 where the caller has done so already."""
    project = call.project()
    if not call.instance.database.execute(
        "INSERT OR IGNORE INTO stars VALUES (?, ?, ?)", call.me.id, project.id, now()
    ):
        return Response(status_code=304)
    call.created()
    return entities.project(call.instance, project, call.user)


@routes.post("/projects/:id/unstar")
def unstar(call: Call) -> Any:
    """Takes the star back; 304 where there is none."""
    project = call.project()
    if not call.instance.database.execute(
        "DELETE FROM stars WHERE user_id = ? AND project_id = ?", call.me.id, project.id
    ):
        return Response(status_code=304)
    call.created()
    return entities.project(call.instance, project, call.user)


@routes.get("/projects/:id/starrers", anonymous=True)
def list_starrers(call: Call) -> Any:
    """Who has starred a project."""
    project, instance = call.project(), call.instance
    search = (call.params.optional_text("search") or "").lower()
    rows = instance.database.rows("SELECT * FROM stars WHERE project_id = ? ORDER BY starred_since", project.id)
    found = [(row["starred_since"], user) for row in rows if (user := instance.users.find(row["user_id"]))]
    shown = [pair for pair in found if search in pair[1].username.lower() or search in pair[1].name.lower()]
    return [
        {"starred_since": since, "user": entities.basic_user(instance.links, user)}
        for since, user in paginate(call, shown)
    ]


@routes.get("/users/:user_id/starred_projects", anonymous=True)
def list_starred(call: Call) -> Any:
    """The projects that a user has starred."""
    user = find_named_user(call)
    return select_projects(call, "id IN (SELECT project_id FROM stars WHERE user_id = ?)", [user.id])


@routes.get("/users/:user_id/contributed_projects", anonymous=True)
def list_contributed(call: Call) -> Any:
    """The projects that a user has pushed to or made merge requests in."""
    user = find_named_user(call)
    mine = (
        "id IN (SELECT project_id FROM activities "
        "WHERE author_id = ? AND (action = 'pushed' OR target_type IS NOT NULL))"
    )
    return select_projects(call, mine, [user.id])


@routes.post("/projects/:id/fork/:source_id")
def relate_fork(call: Call) -> Any:
    """Says that a project is a fork of another."""
    project = call.project(OWNER)
    source = call.instance.projects.find(call.number("source_id", "Source Project"))
    if source is None or not call.instance.members.can_see_project(call.user, source):
        raise not_found("Source Project")
    if project.forked_from_id is not None:
        raise conflict("Project already forked")
    changed = call.instance.projects.update(project, forked_from_id=source.id)
    call.created()
    return entities.project(call.instance, changed, call.user)


@routes.delete("/projects/:id/fork")
def unrelate_fork(call: Call) -> Any:
    """Says that it is none; 304 where it is none."""
    project = call.project(OWNER)
    if project.forked_from_id is None:
        return Response(status_code=304)
    call.instance.projects.update(project, forked_from_id=None)
    return None


@routes.post("/projects/:id/housekeeping")
def tidy(call: Call) -> Any:
    """Has git tidy the repository up, and answers when that is done."""
    project = call.project(OWNER)
    call.instance.repositories.of(project.id).run("gc", "--auto", "--quiet")
    return Response("null", 201, media_type="application/json")


@routes.get("/projects/:id/storage")
def show_storage(call: Call) -> Any:
    """Where a project's repository lies; for administrators."""
    call.require_admin()
    project = call.project(MAINTAINER)
    path = call.instance.repositories.of(project.id).path
    return {
        "project_id": project.id,
        "disk_path": "/".join(path.with_suffix("").parts[-4:]),
        "created_at": project.created_at,
        "repository_storage": "default",
    }
