"""Lists of merge requests, with GitLab's filters."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.labels import basic as basic_label
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.model.database import as_kept
from gitlab_light.model.merge_requests import STATES, MergeRequest
from gitlab_light.params import Params

routes = Routes()
_SCOPES = ("created_by_me", "created-by-me", "assigned_to_me", "assigned-to-me", "reviews_for_me", "all")
_NAMED = "SELECT id FROM users WHERE username = ? COLLATE NOCASE"
Filter = tuple[str, list[Any]]
_SIMPLE = ("id", "iid", "project_id", "title", "description", "state", "created_at", "updated_at", "web_url")


@routes.get("/merge_requests")
def list_everywhere(call: Call) -> Any:
    """The caller's merge requests, or with scope=all those of all projects that they may see."""
    scope = call.params.choice("scope", _SCOPES, default="created_by_me")
    return _list(call, "1", [], scope)


@routes.get("/groups/:id/merge_requests")
def list_of_group(call: Call) -> Any:
    """The merge requests of a group's projects, those of subgroups too."""
    group = call.group()
    below = "project_id IN (SELECT id FROM projects WHERE substr(full_path, 1, ?) = ? COLLATE NOCASE)"
    return _list(call, below, [len(group.full_path) + 1, group.full_path + "/"], _scope(call))


@routes.get("/projects/:id/merge_requests", anonymous=True)
def list_of_project(call: Call) -> Any:
    """A project's merge requests."""
    project, _ = call.repository()
    condition, values = "project_id = ?", [project.id]
    if iids := call.params.texts("iids"):
        numbers = [int(iid) for iid in iids if iid.isdigit()][:100]
        condition += f" AND iid IN ({', '.join('?' for _ in numbers)})"
        values += numbers
    return _list(call, condition, values, _scope(call))


def _scope(call: Call) -> str:
    return call.params.choice("scope", _SCOPES, default="all")


def _list(call: Call, condition: str, values: list[Any], scope: str) -> list[dict[str, Any]]:
    conditions = [condition]
    for clause, given in _filters(call, scope):
        conditions.append(clause)
        values += given
    order = call.params.choice(
        "order_by", ("created_at", "updated_at", "merged_at", "title", "priority", "label_priority",
                     "milestone_due", "popularity"), default="created_at",
    )  # fmt: skip
    column = order if order in ("created_at", "updated_at", "merged_at", "title") else "created_at"
    sort = call.params.choice("sort", ("asc", "desc"), default="desc")
    found = call.instance.merge_requests.select(" AND ".join(conditions), *values, order=f"{column} {sort}, id {sort}")
    draft = call.params.optional_text("wip") or call.params.optional_text("draft")
    if draft:
        found = [one for one in found if one.draft == (draft.lower() in ("yes", "true"))]
    seen: dict[int, bool] = {}
    visible = [one for one in found if _sees(call, one.project_id, seen)]
    page = paginate(call, visible)
    shown = [entities.basic(call.instance, one) for one in page]
    if call.params.boolean("with_labels_details"):
        shown = [one | {"labels": _detailed(call, found)} for one, found in zip(shown, page, strict=True)]
    if call.params.optional_text("view") == "simple":
        return [{name: one[name] for name in _SIMPLE} for one in shown]
    return shown


def _detailed(call: Call, found: MergeRequest) -> list[dict[str, Any]]:
    known = call.instance.labels.of(call.instance.projects.places(found.project_id))
    return [basic_label(label) for label in known if label.name in found.labels]


def _filters(call: Call, scope: str) -> list[Filter]:
    params, me = call.params, call.user.id if call.user else 0
    found = _wanted(params)
    state = params.choice("state", (*STATES, "all"), default="all")
    if state != "all":
        found.append(("state = ?", [state]))
    scope = scope.replace("-", "_")
    if scope == "created_by_me":
        found.append(("author_id = ?", [me]))
    people = {"assigned_to_me": "assignee_ids", "reviews_for_me": "reviewer_ids"}
    if scope in people:
        found.append((_holds(people[scope]), [me]))
    if search := params.optional_text("search"):
        columns = [one for one in params.texts("in") or ("title", "description") if one in ("title", "description")]
        texts = [f"instr(lower(coalesce({column}, '')), ?)" for column in columns]
        found.append((f"({' OR '.join(texts) or '0'})", [search.lower()] * len(texts)))
    for bound, clause in (
        ("created_after", "created_at >= ?"), ("created_before", "created_at <= ?"),
        ("updated_after", "updated_at >= ?"), ("updated_before", "updated_at <= ?"),
        ("merged_after", "merged_at >= ?"), ("merged_before", "merged_at <= ?"),
    ):  # fmt: skip
        if time := params.moment(bound):
            found.append((clause, [as_kept(time)]))
    unwanted = params.raw("not")
    if isinstance(unwanted, dict):
        found += [(f"NOT coalesce({clause}, 0)", values) for clause, values in _wanted(Params(unwanted))]
    return found


def _wanted(params: Params) -> list[Filter]:
    """The filters by branches, people, labels and milestone, which a call gives plainly, or in `not` for the others."""
    found: list[Filter] = []
    for name in ("source_branch", "target_branch"):
        if value := params.optional_text(name):
            found.append((f"{name} = ?", [value]))
    for name, column in (("assignee_id", "assignee_ids"), ("reviewer_id", "reviewer_ids")):
        given = params.optional_text(name)
        if given and given.lower() in ("none", "any"):
            found.append((f"{column} {'=' if given.lower() == 'none' else '!='} '[]'", []))
        elif given:
            found.append((_holds(column), [params.integer(name)]))
    for name, column in (("assignee_username", "assignee_ids"), ("reviewer_username", "reviewer_ids")):
        found += [(_holds(column, _NAMED), [one]) for one in params.texts(name) or []]
    if author := params.optional_integer("author_id"):
        found.append(("author_id = ?", [author]))
    if username := params.optional_text("author_username"):
        found.append((f"author_id IN ({_NAMED})", [username]))
    for label in params.texts("labels") or []:
        if label.lower() in ("none", "any"):
            found.append((f"labels {'=' if label.lower() == 'none' else '!='} '[]'", []))
        else:
            found.append((_holds("labels"), [label]))
    if milestone := params.optional_text("milestone"):
        titled = "milestone_id IN (SELECT id FROM milestones WHERE title = ?)"
        empty = {"none": "milestone_id IS NULL", "any": "milestone_id IS NOT NULL"}.get(milestone.lower())
        found.append((empty, []) if empty else (titled, [milestone]))
    return found


def _holds(column: str, what: str = "?") -> str:
    return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({what}))"  # noqa: S608  a column of ours


def _sees(call: Call, project_id: int, seen: dict[int, bool]) -> bool:
    if project_id not in seen:
        project = call.instance.projects.find(project_id)
        seen[project_id] = project is not None and call.instance.members.can_read_code(call.user, project)
    return seen[project_id]
