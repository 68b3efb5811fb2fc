"""Merge requests: made, shown, changed, closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_parameter, bad_request, forbidden, no_record, not_found
from gitlab_light.git.repository import is_ref_name
from gitlab_light.model.database import now
from gitlab_light.model.members import DEVELOPER, MAINTAINER, OWNER, REPORTER
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.projects import Project

routes = Routes()
PATH = "/projects/:id/merge_requests/:iid"
_LONGEST_TITLE, _LONGEST_DESCRIPTION = 255, 1_048_576
_CHANGEABLE = (
    "assignee_id", "assignee_ids", "reviewer_ids", "description", "labels", "add_labels", "remove_labels",
    "milestone_id", "remove_source_branch", "state_event", "target_branch", "title", "discussion_locked", "squash",
)  # fmt: skip


def find(call: Call) -> MergeRequest:
    """The merge request that the path names.

    Raises:
        Refusal: 404 where there is none that the caller may see.
    """
    project, _ = call.repository()
    found = call.instance.merge_requests.find(project.id, call.number("iid"))
    if found is None:
        raise no_record()
    return found


@routes.post("/projects/:id/merge_requests")
def create(call: Call) -> Any:
    """Asks for a branch to be merged, into the same project or the one it was forked from."""
    source, params, instance = call.project(DEVELOPER), call.params, call.instance
    params.require("title", "source_branch", "target_branch")
    source_branch, target_branch = params.text("source_branch"), params.text("target_branch")
    title, description = _title(call), _description(call)
    target = _target(call, source)
    if source.id == target.id and source_branch == target_branch:
        raise Refusal(422, {"message": ["You can't use same project/branch for source and target"]})
    for name, branch, project in (("source", source_branch, source), ("target", target_branch, target)):
        if not is_ref_name(branch) or instance.repositories.of(project.id).branch(branch) is None:
            raise bad_request({f"{name}_branch": ["does not exist"]})
    people = _people(call)
    with instance.database.transaction():
        _refuse_another(call, source, target, source_branch, target_branch)
        iid = instance.merge_requests.next_iid(target.id)
        placed = instance.merge_flow.place(target.id, source.id, source_branch, target_branch, iid)
        if placed is None:
            raise bad_request({"source_branch": ["does not exist"]})
        made = instance.merge_requests.add(
            iid=iid, project_id=target.id, source_project_id=source.id, source_branch=source_branch,
            target_branch=target_branch, title=title, description=description, author_id=call.me.id,
            labels=_labels(call, target, []), milestone_id=_milestone(call, target), squash=_squashes(call, target),
            **people,
            remove_source_branch=params.boolean("remove_source_branch") if "remove_source_branch" in params else None,
            **placed,
        )  # fmt: skip
        instance.events.merge_request(made, call.me, "open")
    call.created()
    return entities.full(instance, made, call.user)


def _target(call: Call, source: Project) -> Project:
    target_id = call.params.optional_integer("target_project_id")
    if target_id is None or target_id == source.id:
        return source
    target = call.instance.projects.find(target_id)
    members = call.instance.members
    if target is None or not members.can_read_code(call.user, target):
        raise not_found("Project")
    if not source.is_kin(target):
        raise Refusal(422, {"message": ["Source project is not a fork of the target project"]})
    return target


def _refuse_another(call: Call, source: Project, target: Project, source_branch: str, target_branch: str) -> None:
    for other in call.instance.merge_requests.opened_from(source.id, source_branch):
        if (other.project_id, other.target_branch) == (target.id, target_branch):
            raise Refusal(
                409, {"message": [f"Another open merge request already exists for this source branch: !{other.iid}"]}
            )


def _title(call: Call) -> str:
    title = call.params.text("title")
    if not title.strip():
        raise bad_request({"title": ["can't be blank"]})
    if len(title) > _LONGEST_TITLE:
        raise bad_request({"title": [f"is too long (maximum is {_LONGEST_TITLE} characters)"]})
    return title


def _description(call: Call) -> str | None:
    description = call.params.optional_text("description")
    if description and len(description) > _LONGEST_DESCRIPTION:
        raise bad_request({"description": [f"is too long (maximum is {_LONGEST_DESCRIPTION} characters)"]})
    return description


def _squashes(call: Call, target: Project) -> bool:
    option = target.features.get("squash_option", "default_off")
    return option == "always" or (option != "never" and call.params.boolean("squash", default=option == "default_on"))


def _labels(call: Call, project: Project, current: list[str]) -> list[str]:
    """The labels that the call asks for; those that are nowhere yet become the project's."""
    params = call.params
    labels = params.texts("labels")
    gone = params.texts("remove_labels") or []
    kept = [*(current if labels is None else labels), *(params.texts("add_labels") or [])]
    wanted = [label for label in dict.fromkeys(kept) if label not in gone]
    call.instance.labels.ensure(call.instance.projects.places(project.id), wanted)
    return wanted


def _milestone(call: Call, project: Project) -> int | None:
    """The milestone that the call asks for; one that the project does not have is none."""
    wanted = call.params.optional_integer("milestone_id")
    known = call.instance.milestones.of(call.instance.projects.places(project.id)) if wanted else []
    return next((one.id for one in known if one.id == wanted), None)


def _people(call: Call) -> dict[str, list[int]]:
    """The assignees and reviewers that are given, as columns; ids of nobody are passed over."""
    params, columns = call.params, {}
    for name in ("assignee_ids", "reviewer_ids"):
        given = params.texts(name)
        if name == "assignee_ids" and given is None and "assignee_id" in params:
            given = [str(params.optional_integer("assignee_id") or 0)]
        if given is not None:
            ids = [int(one) for one in given if one.isdigit()][:100]
            columns[name] = [one for one in dict.fromkeys(ids) if call.instance.users.find(one)]
    return columns


@routes.get(PATH, anonymous=True)
def show(call: Call) -> Any:
    """One merge request."""
    found = find(call)
    answer = entities.full(call.instance, found, call.user)
    if call.params.boolean("include_rebase_in_progress"):
        answer["rebase_in_progress"] = False
    if call.params.boolean("include_diverged_commits_count"):
        target = call.instance.merge_flow.target_tip(found)
        repository = call.instance.merge_flow.repository(found)
        behind = repository.text("rev-list", "--count", str(target), f"^{found.head_sha}") if target else "0"
        answer["diverged_commits_count"] = int(behind)
    return answer


@routes.put(PATH)
def change(call: Call) -> Any:
    """Changes a merge request; `state_event` closes or reopens it."""
    found, params, instance = find(call), call.params, call.instance
    _require_author_or(call, found, DEVELOPER)
    if not any(name in params for name in _CHANGEABLE):
        raise bad_parameter(f"{', '.join(_CHANGEABLE)} are missing, at least one parameter must be provided")
    columns = _columns(call, found)
    event = params.choice("state_event", ("", "close", "reopen"), default="")
    with instance.database.transaction():
        changed = instance.merge_requests.update(found, **columns) if columns else found
        changes = _differences(found, changed, [name for name in columns if name not in (*_SILENT, *_BY_THE_WAY)])
        if changes:
            changes |= _differences(found, changed, _BY_THE_WAY)
            instance.events.merge_request(changed, call.me, "update", changes=changes)
        if event:
            changed = _turn(call, changed, event)
    return entities.full(instance, changed, call.user)


# What receivers are not told of, and what they are told of beside another change.
_SILENT = ("head_sha", "base_sha", "start_sha")
_BY_THE_WAY = ("updated_at", "last_edited_at", "last_edited_by_id")


def _differences(before: MergeRequest, after: MergeRequest, names: Iterable[str]) -> dict[str, Any]:
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in names}
    return {name: {"previous": old, "current": new} for name, (old, new) in pairs.items() if old != new}


def _columns(call: Call, found: MergeRequest) -> dict[str, Any]:
    params = call.params
    columns: dict[str, Any] = dict(_people(call))
    if "title" in params:
        columns["title"] = _title(call)
    if "description" in params:
        columns["description"] = _description(call)
    for name in ("squash", "remove_source_branch", "discussion_locked"):
        if name in params:
            columns[name] = params.boolean(name)
    if any(name in params for name in ("labels", "add_labels", "remove_labels")):
        columns["labels"] = _labels(call, call.project(), found.labels)
    if "milestone_id" in params:
        columns["milestone_id"] = _milestone(call, call.project())
    target = params.optional_text("target_branch")
    if target and target != found.target_branch:
        columns |= _retargeted(call, found, target)
    if columns:
        columns |= {"last_edited_by_id": call.me.id, "last_edited_at": now()}
    return columns


def _retargeted(call: Call, found: MergeRequest, target: str) -> dict[str, Any]:
    source_id = found.source_project_id
    placed = None
    if source_id is not None and is_ref_name(target):
        placed = call.instance.merge_flow.place(found.project_id, source_id, found.source_branch, target, found.iid)
    if placed is None:
        raise bad_request({"target_branch": ["does not exist"]})
    return {"target_branch": target, **placed}


def _turn(call: Call, found: MergeRequest, event: str) -> MergeRequest:
    """Closes or reopens; what is so already stays so."""
    requests = call.instance.merge_requests
    if event == "close" and found.state == "opened":
        changed = requests.update(found, state="closed", closed_by_id=call.me.id, closed_at=now())
    elif event == "reopen" and found.state == "closed":
        project, source = (call.instance.projects.find(one or 0) for one in (found.project_id, found.source_project_id))
        if project is None or source is None or call.instance.merge_flow.source_tip(found) is None:
            raise Refusal(422, {"message": ["The source branch is gone"]})
        _refuse_another(call, source, project, found.source_branch, found.target_branch)
        placed = call.instance.merge_flow.place(
            project.id, source.id, found.source_branch, found.target_branch, found.iid
        )
        changed = requests.update(found, state="opened", closed_by_id=None, closed_at=None, **(placed or {}))
    else:
        return found
    call.instance.events.merge_request(changed, call.me, event)
    return changed


@routes.delete(PATH)
def remove(call: Call) -> Any:
    """Removes a merge request; for owners and administrators."""
    found = find(call)
    if call.instance.members.project_level(call.user, call.project()) < OWNER:
        raise forbidden()
    call.require_unmodified(found.updated_at)
    call.instance.merge_requests.remove(found)


def _require_author_or(call: Call, found: MergeRequest, level: int) -> None:
    project = call.project(REPORTER if call.me.id != found.author_id else 0)
    if call.me.id != found.author_id and call.instance.members.project_level(call.user, project) < level:
        raise forbidden()
    if project.archived and call.instance.members.project_level(call.user, project) < MAINTAINER:
        raise forbidden()
