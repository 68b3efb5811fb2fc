"""The caller's to-do list, and how much waits for them."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.entities import project_identity
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import no_record
from gitlab_light.model.database import kept
from gitlab_light.model.todos import Todo

routes = Routes()
_STATES = ("pending", "done")


@routes.get("/todos")
def list_todos(call: Call) -> Any:
    """What waits for the caller; with `state=done` what they have seen to."""
    return [_entity(call, todo) for todo in paginate(call, _wanted(call))]


@routes.post("/todos/mark_as_done")
def finish_all(call: Call) -> Any:
    """All that waits for the caller is done."""
    call.instance.todos.done(_wanted(call))


@routes.post("/todos/:todo_id/mark_as_done")
def finish(call: Call) -> Any:
    """One item is done."""
    todos, wanted = call.instance.todos, call.number("todo_id")
    todo = todos.find(wanted, call.me.id)
    if todo is None:
        raise no_record()
    todos.done([todo])
    call.created()
    return _entity(call, kept(todos.find(wanted, call.me.id)))


@routes.post(PATH + "/todo")
def add_todo(call: Call) -> Any:
    """Puts a merge request on the caller's list; 304 where it is there."""
    todo = call.instance.todos.add(call.me.id, call.me.id, find(call).id, "marked")
    if todo is None:
        return Response(status_code=304)
    call.created()
    return _entity(call, todo)


@routes.get("/user_counts")
def show_counts(call: Call) -> Any:
    """How many open merge requests and to-do items wait for the caller."""
    opened = call.instance.merge_requests.select("state = 'opened'")
    assigned = sum(call.me.id in request.assignee_ids for request in opened)
    waiting = call.instance.todos.select(["user_id = ?", "state = 'pending'"], [call.me.id])
    return {
        "merge_requests": assigned,
        "assigned_issues": 0,
        "assigned_merge_requests": assigned,
        "review_requested_merge_requests": sum(call.me.id in request.reviewer_ids for request in opened),
        "todos": len(waiting),
    }


def _wanted(call: Call) -> list[Todo]:
    """The caller's items that fit the call's filters; of projects that the caller can no longer read none."""
    params, instance = call.params, call.instance
    conditions = ["user_id = ?", "state = ?"]
    values: list[Any] = [call.me.id, params.choice("state", _STATES, default="pending")]
    if action := params.optional_text("action"):
        conditions.append("action = ?")
        values.append(action)
    if author := params.optional_integer("author_id"):
        conditions.append("author_id = ?")
        values.append(author)
    if params.optional_text("type") not in (None, "", "MergeRequest"):
        conditions.append("0")
    found = []
    for todo in instance.todos.select(conditions, values):
        request = kept(instance.merge_requests.by_id(todo.merge_request_id))
        project = kept(instance.projects.find(request.project_id))
        above = [space.id for space in instance.namespaces.with_ancestors(project.namespace_id)]
        fits = params.optional_integer("project_id") in (None, project.id)
        within = params.optional_integer("group_id") in (None, *above)
        if fits and within and instance.members.can_read_code(call.user, project):
            found.append(todo)
    return found


def _entity(call: Call, todo: Todo) -> dict[str, Any]:
    instance = call.instance
    request = kept(instance.merge_requests.by_id(todo.merge_request_id))
    project = kept(instance.projects.find(request.project_id))
    note = instance.notes.find(todo.note_id) if todo.note_id is not None else None
    return {
        "id": todo.id,
        "project": project_identity(instance, project),
        "author": entities.user(instance, todo.author_id),
        "action_name": todo.action,
        "target_type": "MergeRequest",
        "target": entities.basic(instance, request)
        | {"subscribed": instance.merge_requests.subscribed(request, call.me.id)},
        "target_url": instance.links.merge_request(project, request.iid) + (f"#note_{note.id}" if note else ""),
        "body": note.body if note else request.title,
        "state": todo.state,
        "created_at": todo.created_at,
        "updated_at": todo.updated_at,
    }
