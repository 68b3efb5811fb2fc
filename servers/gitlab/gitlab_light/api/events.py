"""The activity of users and projects (https://docs.gitlab.com/api/events/)."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api import merge_request_entities as mr_entities
from gitlab_light.api.call import Call
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.api.users import find_named_user
from gitlab_light.errors import no_record
from gitlab_light.model.activity import OF_NOTES, Activity
from gitlab_light.model.users import User

routes = Routes()
_ACTIONS = (
    "approved", "closed", "commented", "created", "destroyed", "expired", "joined", "left", "merged", "pushed",
    "reopened", "updated",
)  # fmt: skip
_TARGETS = {
    "merge_request": "target_type = 'MergeRequest'",
    "note": OF_NOTES,
    "project": "target_type IS NULL AND action <> 'pushed'",
}
_ABSENT = ("epic", "issue", "milestone", "snippet", "user")
# How answers name actions whose filter has another name.
_NAMES = {"created": "opened", "reopened": "opened", "merged": "accepted", "commented": "commented on"}
_PUSHES = {"created": "pushed new", "removed": "deleted", "pushed": "pushed to"}


@routes.get("/events", scopes=["read_user"])
def list_own(call: Call) -> Any:
    """What the caller has done; with `scope=all` what anybody has done in the caller's projects."""
    if call.params.optional_text("scope") == "all":
        return _list(call, [], [])
    return _list(call, ["author_id = ?"], [call.me.id])


@routes.get("/users/:user_id/events", anonymous=True, scopes=["read_user"])
def list_of_user(call: Call) -> Any:
    """What a user has done where the caller may see it."""
    return _list(call, ["author_id = ?"], [find_named_user(call).id])


@routes.get("/projects/:id/events", anonymous=True)
def list_of_project(call: Call) -> Any:
    """What was done in a project."""
    return _list(call, ["project_id = ?"], [call.project().id])


@routes.get(PATH + "/resource_state_events", anonymous=True)
def list_states(call: Call) -> Any:
    """When a merge request was closed, reopened and merged, and by whom."""
    found = find(call)
    states = call.instance.activities.states(found.id)
    return [mr_entities.state_event(call.instance, found, state) for state in paginate(call, states)]


@routes.get(PATH + "/resource_state_events/:event_id", anonymous=True)
def show_state(call: Call) -> Any:
    """One of these."""
    found, wanted = find(call), call.number("event_id")
    for state in call.instance.activities.states(found.id):
        if state.id == wanted:
            return mr_entities.state_event(call.instance, found, state)
    raise no_record()


def _list(call: Call, conditions: list[str], values: list[Any]) -> list[dict[str, Any]]:
    params = call.params
    if action := params.choice("action", ("", *_ACTIONS), default=""):
        conditions.append("action = ?")
        values.append(action)
    target = params.choice("target_type", ("", *_TARGETS, *_ABSENT), default="")
    if target:
        conditions.append(_TARGETS.get(target, "0"))
    for name, comparison in (("after", "substr(created_at, 1, 10) > ?"), ("before", "substr(created_at, 1, 10) < ?")):
        if day := params.day(name):
            conditions.append(comparison)
            values.append(day.isoformat())
    sort = params.choice("sort", ("asc", "desc"), default="desc")
    seen: dict[int, bool] = {}
    found = [one for one in call.instance.activities.select(conditions, values, sort) if _may_see(call, one, seen)]
    return [_entity(call, one) for one in paginate(call, found)]


def _may_see(call: Call, activity: Activity, seen: dict[int, bool]) -> bool:
    """Whether the caller may see where it happened; `seen` remembers for each project."""
    if activity.project_id not in seen:
        project = call.instance.projects.find(activity.project_id)
        seen[activity.project_id] = project is not None and call.instance.members.can_read_code(call.user, project)
    return seen[activity.project_id]


def _entity(call: Call, activity: Activity) -> dict[str, Any]:
    instance = call.instance
    author = instance.users.find(activity.author_id)
    answer: dict[str, Any] = {
        "id": activity.id,
        "project_id": activity.project_id,
        "action_name": _action_name(activity),
        "target_id": activity.target_id,
        "target_iid": activity.target_iid,
        "target_type": activity.target_type,
        "author_id": activity.author_id,
        "target_title": activity.target_title,
        "created_at": activity.created_at,
        "author": _author(call, author),
        "imported": False,
        "imported_from": "none",
        "author_username": author.username if author else None,
    }
    if activity.push:
        answer["push_data"] = instance.push_activity.complete(activity)
    if activity.action == "commented" and (note := instance.notes.find(activity.target_id or 0)):
        found = instance.merge_requests.by_id(note.merge_request_id)
        answer["target_iid"] = note.id  # of a note GitLab tells its id here
        answer |= {"note": mr_entities.note(instance, found, note)} if found else {}
    return answer


def _action_name(activity: Activity) -> str:
    if activity.action == "pushed":
        return _PUSHES[activity.push["action"]]
    if activity.target_type is None:
        return activity.action
    return _NAMES.get(activity.action, activity.action)


def _author(call: Call, author: User | None) -> dict[str, Any] | None:
    return entities.basic_user(call.instance.links, author) if author else None
