"""A project's merge requests: listed, read, talked about, merged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from gitlab_light.api import merge_request_actions as actions
from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api import merge_requests as api
from gitlab_light.api import notes as notes_api
from gitlab_light.api.call import Call
from gitlab_light.errors import Refusal, not_found
from gitlab_light.git import history
from gitlab_light.git.repository import Repository
from gitlab_light.model.commit_notes import Status
from gitlab_light.model.database import as_id
from gitlab_light.model.members import DEVELOPER
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.notes import Note
from gitlab_light.model.projects import Project
from gitlab_light.params import Params
from gitlab_light.web import diffs
from gitlab_light.web.visit import Visit, flat, redirect

_STATES = ("opened", "merged", "closed", "all")
_WHYS = {
    "draft_status": "It is a draft.",
    "broken_status": "One of the branches is gone.",
    "commits_status": "There is nothing to merge.",
    "conflict": "There are merge conflicts, to be resolved in the source branch.",
    "need_rebase": "The source branch is to be rebased onto the target branch.",
    "discussions_not_resolved": "All threads must be resolved.",
    "ci_still_running": "Builds are still running.",
    "ci_must_pass": "Builds must succeed.",
}
_LISTED = 200
_COMMITS = 100


def list_page(visit: Visit) -> Response:
    """The merge requests of one state."""
    project = visit.project()
    visit.repository(project)
    state = visit.form.optional_text("state")
    state = state if state in _STATES else "opened"
    requests = visit.instance.merge_requests
    found = requests.select("project_id = ?", project.id)
    counts = {name: sum(name in (one.state, "all") for one in found) for name in _STATES}
    shown = [one for one in found if state in (one.state, "all")][:_LISTED]
    people = {one.author_id: visit.instance.users.find(one.author_id) for one in shown if one.author_id}
    return visit.page(
        "merge_requests.html", project=project, at="merge_requests", state=state, counts=counts, requests=shown,
        people=people, approvals={one.id: len(requests.approvals(one)) for one in shown},
        builds={one.id: visit.instance.merge_flow.overall(one) for one in shown},
        asks=visit.instance.members.project_level(visit.user, project) >= DEVELOPER,
    )  # fmt: skip


def new_page(visit: Visit, error: str = "", status: int = 200) -> Response:
    """The form for a new merge request; the address carries `merge_request[source_branch]` as GitLab's does."""
    project = visit.project(DEVELOPER)
    repository = visit.repository(project)
    form = visit.form
    names = ("source_branch", "target_branch", "title", "description")
    given = {name: form.optional_text(f"merge_request[{name}]") or form.optional_text(name) or "" for name in names}
    given["target_branch"] = given["target_branch"] or project.default_branch
    if given["source_branch"] and not given["title"]:
        given["title"] = _latest_title(repository, given["source_branch"])
    return visit.page(
        "merge_request_form.html", status, project=project, at="merge_requests", here=[("New merge request", "")],
        given=given, error=error, branches=[ref.name for ref in repository.branches()],
    )  # fmt: skip


def _latest_title(repository: Repository, branch: str) -> str:
    commit = repository.resolve(branch)
    return history.commit(repository, commit).title if commit else ""


def create(visit: Visit) -> Response:
    """Makes a merge request."""
    try:
        made = api.create(_call(visit, {name: visit.form.raw(name) for name in (
            "source_branch", "target_branch", "title", "description", "remove_source_branch", "squash",
        ) if visit.form.raw(name)}))  # fmt: skip
    except Refusal as refusal:
        return new_page(visit, _words(refusal), 422)
    return redirect(f"/{visit.names['project']}/-/merge_requests/{made['iid']}")


def show_page(visit: Visit, error: str = "", status: int = 200) -> Response:
    """A merge request: what it is about, who said what, whether it can be merged, its commits and changes."""
    project, found = _find(visit)
    instance = visit.instance
    repository = instance.merge_flow.repository(found)
    level = instance.members.project_level(visit.user, project)
    notes = instance.notes.with_system(found.id)
    approvals = instance.merge_requests.approvals(found)
    people = [found.author_id, found.merged_by_id, found.closed_by_id, *(note.author_id for note in notes)]
    people += [approval.user_id for approval in approvals]
    mine = visit.user is not None and visit.user.id == found.author_id
    return visit.page(
        "merge_request.html", status, project=project, at="merge_requests", error=error, found=found,
        here=[("Merge requests", f"/{project.full_path}/-/merge_requests"), (f"!{found.iid}", "")],
        commits=history.log(repository, [found.head_sha, f"^{found.base_sha}"], limit=_COMMITS),
        diffs=diffs.shown(history.diff(repository, found.base_sha, found.head_sha)), threads=_threads(notes),
        people={user_id: instance.users.find(user_id) for user_id in dict.fromkeys(people) if user_id},
        approvals=approvals, approved=visit.user is not None and visit.user.id in {one.user_id for one in approvals},
        statuses=_statuses(visit, found), verdict=instance.merge_flow.status(found), whys=_WHYS,
        may_merge=entities.can_merge(instance, found, visit.user),
        may_approve=visit.user is not None and entities.may_approve(instance, found, visit.user),
        may_change=mine or level >= DEVELOPER,
    )  # fmt: skip


def _statuses(visit: Visit, found: MergeRequest) -> list[Status]:
    """What builds have told of the head, in the source's project and the target's."""
    places = [place for place in {found.source_project_id, found.project_id} if place is not None]
    return [one for place in places for one in visit.instance.commit_notes.statuses(place, found.head_sha)]


def _threads(notes: list[Note]) -> list[list[Note]]:
    threads: dict[str, list[Note]] = {}
    for note in notes:
        threads.setdefault(note.discussion_id, []).append(note)
    return list(threads.values())


def merge(visit: Visit) -> Response:
    """Merges."""
    return _do(visit, actions.merge, sha=visit.form.optional_text("sha"),
               squash=visit.form.boolean("squash"),
               should_remove_source_branch=visit.form.boolean("should_remove_source_branch"))  # fmt: skip


def approve(visit: Visit) -> Response:
    """Approves, or takes the approval back."""
    return _do(visit, actions.unapprove if visit.form.boolean("back") else actions.approve)


def change_state(visit: Visit) -> Response:
    """Closes or reopens."""
    return _do(visit, api.change, state_event=visit.form.optional_text("state_event"))


def comment(visit: Visit) -> Response:
    """Comments, in a discussion if the form names one."""
    discussion = visit.form.optional_text("discussion_id")
    if discussion:
        visit.names["discussion_id"] = discussion
    return _do(visit, notes_api.reply if discussion else notes_api.add_note, body=visit.form.optional_text("body"))


def resolve(visit: Visit) -> Response:
    """Resolves a discussion or opens it again."""
    visit.names["discussion_id"] = visit.form.optional_text("discussion_id") or ""
    return _do(visit, notes_api.resolve_discussion, resolved=visit.form.boolean("resolved"))


def _do(visit: Visit, what: Callable[[Call], Any], **params: Any) -> Response:
    """Does what the API does, in the visitor's name; a refusal is shown on the merge request's page."""
    project, found = _find(visit)
    try:
        what(_call(visit, {name: value for name, value in params.items() if value is not None}))
    except Refusal as refusal:
        return show_page(visit, _words(refusal), 422)
    return redirect(f"/{project.full_path}/-/merge_requests/{found.iid}")


def _call(visit: Visit, params: dict[str, Any]) -> Call:
    arguments = {**visit.names, "id": str(visit.project().id)}
    return Call(visit.instance, visit.me, None, visit.path, "", arguments, Params(params))


def patch(visit: Visit) -> Response:
    """A request's commits as mails (`.patch`, for git am) or what they change (`.diff`)."""
    _, found = _find(visit)
    return diffs.text(visit.instance.merge_flow.repository(found), found.base_sha, found.head_sha, visit.names["form"])


def _find(visit: Visit) -> tuple[Project, MergeRequest]:
    project = visit.project()
    visit.repository(project)
    found = visit.instance.merge_requests.find(project.id, as_id(visit.names["iid"]) or 0)
    if found is None:
        raise not_found("Page")
    return project, found


def _words(refusal: Refusal) -> str:
    return flat(refusal.body.get("message") or refusal.body.get("error") or "")
