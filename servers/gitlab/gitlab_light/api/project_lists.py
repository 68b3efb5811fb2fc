"""Projects, listed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate, window
from gitlab_light.api.project_statistics import shown_statistics
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal
from gitlab_light.model.database import as_kept
from gitlab_light.model.members import MINIMAL, OWNER
from gitlab_light.model.namespaces import LEVELS, Namespace
from gitlab_light.model.project_settings import DEFAULTS
from gitlab_light.model.projects import Project

routes = Routes()
# A project's last activity stands for when it was changed as well.
_BOUNDS = {
    "last_activity_after": ">=", "last_activity_before": "<=", "updated_after": ">=", "updated_before": "<=",
}  # fmt: skip
# What a link to a next page does not repeat.
_UNKEPT = ("page", "private_token", "access_token")
_STARS = "(SELECT count(*) FROM stars WHERE project_id = projects.id)"


@routes.get("/projects", anonymous=True)
def list_projects(call: Call) -> Any:
    """The projects that the caller may see, searched and sorted."""
    return select_projects(call, "1", [])


def select_projects(call: Call, condition: str, values: list[Any]) -> list[dict[str, Any]]:
    """The page of visible projects that fit an SQL condition and the call's own filters."""
    params = call.params
    conditions = [condition]
    if search := params.optional_text("search"):
        column = "full_path" if params.boolean("search_namespaces") else "path"
        texts = (column, "name", "coalesce(description, '')")
        # All words have to be in one of these (GitLab's FuzzySearch).
        words = search.lower().split() or [search]
        in_one = " OR ".join(" AND ".join([f"instr(lower({text}), ?)"] * len(words)) for text in texts)
        conditions.append(f"({in_one})")
        values += words * len(texts)
    if "archived" in params:
        conditions.append("archived = ?")
        values.append(params.boolean("archived"))
    if visibility := params.choice("visibility", ("", *LEVELS), default=""):
        conditions.append("visibility = ?")
        values.append(visibility)
    for topic in params.texts("topic") or []:
        conditions.append("EXISTS (SELECT 1 FROM json_each(topics) WHERE value = ? COLLATE NOCASE)")
        values.append(topic)
    if params.boolean("starred") and call.user:
        conditions.append("id IN (SELECT project_id FROM stars WHERE user_id = ?)")
        values.append(call.user.id)
    for bound, sign in _BOUNDS.items():
        if time := params.moment(bound):
            conditions.append(f"last_activity_at {sign} ?")
            values.append(as_kept(time))
    if id_after := params.optional_integer("id_after"):
        conditions.append("id > ?")
        values.append(id_after)
    if id_before := params.optional_integer("id_before"):
        conditions.append("id < ?")
        values.append(id_before)
    orders = ("id", "name", "path", "created_at", "updated_at", "last_activity_at", "similarity", "star_count")
    order = params.choice("order_by", orders, default="created_at")
    column = {"updated_at": "last_activity_at", "similarity": "id", "star_count": _STARS}.get(order, order)
    sort = params.choice("sort", ("asc", "desc"), default="desc")
    found = call.instance.database.all(
        Project,
        f"SELECT * FROM projects WHERE {' AND '.join(conditions)} "  # noqa: S608  built from words of our own
        f"ORDER BY {column} {sort}, id {sort}",
        *values,
    )
    visible = [project for project in found if _is_wanted(call, project)]
    simple = params.boolean("simple") or call.user is None
    if params.optional_text("pagination") == "keyset":
        page = _keyset_page(call, visible, order, sort)
    else:
        page = paginate(call, visible)
    if simple:
        return [entities.basic_project(call.instance, project) for project in page]
    return [
        entities.project(call.instance, project, call.user) | shown_statistics(call, project) for project in page
    ]  # fmt: skip


def visible_below(call: Call, group: Namespace) -> list[Project]:
    """The projects anywhere below a group that the caller may see."""
    projects = call.instance.database.all(
        Project, "SELECT * FROM projects WHERE substr(full_path, 1, ?) = ? COLLATE NOCASE ORDER BY id",
        len(group.full_path) + 1, group.full_path + "/",
    )  # fmt: skip
    return [project for project in projects if call.instance.members.can_see_project(call.user, project)]


def _is_wanted(call: Call, project: Project) -> bool:
    members = call.instance.members
    if not members.can_see_project(call.user, project):
        return False
    level = members.project_level(call.user, project)
    if call.user and (call.params.boolean("membership") or call.params.boolean("owned")):
        granted = members.granted_level(call.user, project)
        if granted < (OWNER if call.params.boolean("owned") else MINIMAL):
            return False
    for part in ("issues_enabled", "merge_requests_enabled"):
        if call.params.boolean(f"with_{part}") and not project.features.get(part, DEFAULTS[part]):
            return False
    return level >= (call.params.optional_integer("min_access_level") or 0)


def _keyset_page(call: Call, projects: list[Project], order: str, sort: str) -> list[Project]:
    """A page by keyset: its Link header leads on by the last id (https://docs.gitlab.com/api/rest/#keyset-based-pagination).

    Raises:
        Refusal: 405, they are not ordered by their ids.
    """
    if order != "id":
        raise Refusal(405, {"error": "Keyset pagination is not yet available for this type of request"})
    _, size = window(call)
    page = projects[:size]
    if len(projects) > size:
        bound = "id_after" if sort == "asc" else "id_before"
        kept = [pair for pair in parse_qsl(call.query, keep_blank_values=True) if pair[0] not in (bound, *_UNKEPT)]
        query = urlencode([*kept, (bound, page[-1].id)])
        call.headers["Link"] = f'<{call.instance.links.api(call.path)}?{query}>; rel="next"'
    return page


@routes.get("/projects/:id/forks", anonymous=True)
def list_forks(call: Call) -> Any:
    """The forks of a project that the caller may see."""
    return select_projects(call, "forked_from_id = ?", [call.project().id])


@routes.get("/projects/:id/users", anonymous=True)
def list_users(call: Call) -> Any:
    """The users who have a project, whether as its members or as those of groups above."""
    project, instance = call.project(), call.instance
    search = (call.params.optional_text("search") or "").lower()
    members = instance.members.all_of("project", project.id, project.namespace_id)
    users = [user for user in (instance.users.find(member.user_id) for member in members) if user]
    found = [user for user in users if search in user.username.lower() or search in user.name.lower()]
    return [entities.basic_user(instance.links, user) for user in paginate(call, found)]
