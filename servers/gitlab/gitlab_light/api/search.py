"""Search in projects, merge requests, users, commits and files."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import code_entities, code_search, entities
from gitlab_light.api import merge_request_entities as mr_entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.project_lists import select_projects
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, not_found
from gitlab_light.git import history
from gitlab_light.model.milestones import Milestone
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User

routes = Routes()
# Issues are as where they are turned off: a search finds none.
_EVERYWHERE = ("projects", "issues", "merge_requests", "milestones", "users")
_IN_PROJECT = ("blobs", "commits", "issues", "merge_requests", "milestones", "users")
_MOST_HITS = 1000


@routes.get("/search")
def search_everywhere(call: Call) -> Any:
    """Search in all that the caller may see; code is searched by project (GitLab's basic search)."""
    return _search(call, _scope(call, _EVERYWHERE), "1", [])


@routes.get("/groups/:id/search", "/groups/:id/-/search")
def search_group(call: Call) -> Any:
    """Search in a group."""
    group = call.group()
    scope = _scope(call, _EVERYWHERE)
    return _search(call, scope, "substr(full_path, 1, ?) = ?", [len(group.full_path) + 1, group.full_path + "/"])


@routes.get("/projects/:id/search", "/projects/:id/-/search")
def search_project(call: Call) -> Any:
    """Search in a project: `blobs` in its files, `commits` in its commits' messages."""
    project, repository = call.repository()
    scope = _scope(call, _IN_PROJECT)
    if scope not in ("blobs", "commits"):
        return _search(call, scope, "id = ?", [project.id])
    wanted = call.params.optional_text("ref") or project.default_branch
    commit = repository.resolve(wanted)
    if commit is None:
        if repository.is_empty():
            return paginate(call, [])
        raise not_found("Ref")
    text = _text(call)
    if scope == "commits":
        found = history.log(repository, [commit], "--fixed-strings", "-i", f"--grep={text}", limit=_MOST_HITS)
        commits = paginate(call, found)
        return [code_entities.commit(call.instance.links, project, one) | {"project_id": project.id} for one in commits]
    hits = code_search.found(repository, commit, code_search.Query.of(text))
    return [code_search.entity(repository, commit, wanted, project.id, hit) for hit in paginate(call, hits)]


def _search(call: Call, scope: str, condition: str, values: list[Any]) -> list[dict[str, Any]]:
    text = _text(call)
    if scope == "projects":
        return select_projects(call, condition, values)
    if scope == "users":
        clause = "(instr(lower(username), ?) OR instr(lower(name), ?)) AND NOT bot"
        users = call.instance.database.all(
            User,
            f"SELECT * FROM users WHERE {clause} ORDER BY id",  # noqa: S608  words of our own
            text.lower(), text.lower(),
        )  # fmt: skip
        return [entities.basic_user(call.instance.links, user) for user in paginate(call, users)]
    if scope == "issues":
        return paginate(call, [])
    if scope == "milestones":
        return [
            mr_entities.milestone(call.instance, one) for one in paginate(call, _milestones(call, condition, values))
        ]
    found = call.instance.merge_requests.select(
        f"project_id IN (SELECT id FROM projects WHERE {condition}) "  # noqa: S608  words of our own
        "AND (instr(lower(title), ?) OR instr(lower(coalesce(description, '')), ?))",
        *values, text.lower(), text.lower(),
    )  # fmt: skip
    projects = {one.project_id: call.instance.projects.find(one.project_id) for one in found}
    members = call.instance.members
    visible = [
        one for one in found
        if (project := projects[one.project_id]) is not None and members.can_read_code(call.user, project)
    ]  # fmt: skip
    return [mr_entities.basic(call.instance, one) for one in paginate(call, visible)]


def _milestones(call: Call, condition: str, values: list[Any]) -> list[Milestone]:
    """The milestones of projects that fit an SQL condition, by their titles and descriptions."""
    text = _text(call).lower()
    projects = call.instance.database.all(
        Project,
        f"SELECT * FROM projects WHERE {condition} ORDER BY id",  # noqa: S608  words of our own
        *values,
    )
    visible = [project for project in projects if call.instance.members.can_see_project(call.user, project)]
    of_all = [one for project in visible for one in call.instance.milestones.of([("project", project.id)])]
    return [one for one in of_all if text in one.title.lower() or text in one.description.lower()]


def _scope(call: Call, known: tuple[str, ...]) -> str:
    scope = call.params.text("scope")
    if scope not in known:
        raise bad_parameter("scope does not have a valid value")
    return scope


def _text(call: Call) -> str:
    return call.params.text("search")
