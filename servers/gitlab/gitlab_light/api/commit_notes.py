"""Commit statuses, by which a build server reports back, and comments on commits."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.merge_request_actions import merge_waiting
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, not_found
from gitlab_light.git.repository import Repository
from gitlab_light.model.commit_notes import STATES, Comment, Status
from gitlab_light.model.members import DEVELOPER, REPORTER
from gitlab_light.model.projects import Project

routes = Routes()
_LONGEST = 255
LONGEST_NOTE = 1_000_000


def named_commit(call: Call) -> tuple[Project, Repository, str]:
    """The commit that the path names: its project, repository and id.

    Raises:
        Refusal: 404.
    """
    project, repository = call.repository()
    sha = repository.resolve(call.arguments["sha"])
    if sha is None:
        raise not_found("Commit")
    return project, repository, sha


@routes.get("/projects/:id/repository/commits/:sha/statuses", anonymous=True)
def list_statuses(call: Call) -> Any:
    """The states of a commit's builds."""
    project, _, sha = named_commit(call)
    found = call.instance.commit_notes.statuses(project.id, sha, every=call.params.boolean("all"))
    for name in ("name", "ref"):
        wanted = call.params.optional_text(name)
        found = [status for status in found if wanted is None or getattr(status, name) == wanted]
    return [_status(call, status) for status in paginate(call, found)]


@routes.post("/projects/:id/statuses/:sha")
def set_status(call: Call) -> Any:
    """Tells the state of a commit's build."""
    call.project(DEVELOPER)
    project, repository, sha = named_commit(call)
    params = call.params
    state = params.choice("state", STATES, default="")
    if not state:
        raise bad_parameter("state is missing")
    name = params.optional_text("name") or params.optional_text("context") or "default"
    target = params.optional_text("target_url")
    if target and not target.startswith(("http://", "https://")):
        raise bad_request({"target_url": ["is blocked: Only allowed schemes are http, https"]})
    if max(len(name), len(target or ""), len(params.optional_text("description") or "")) > _LONGEST:
        raise bad_request({"name": [f"is too long (maximum is {_LONGEST} characters)"]})
    pipeline = params.optional_integer("pipeline_id")
    if pipeline is not None and pipeline not in {
        one.pipeline_id for one in call.instance.commit_notes.statuses(project.id, sha)
    }:
        raise not_found("Pipeline")
    status = call.instance.commit_notes.set_status(
        project.id, sha, name=name, status=state, ref=_ref(call, repository, sha), author_id=call.me.id,
        description=params.optional_text("description"), target_url=target, coverage=_coverage(call),
    )  # fmt: skip
    merge_waiting(call.instance, sha)
    call.created()
    return _status(call, status)


def _ref(call: Call, repository: Repository, sha: str) -> str | None:
    """The branch or tag that was built: as told, else the first whose tip the commit is."""
    if told := call.params.optional_text("ref"):
        return told[:_LONGEST]
    refs = [*repository.branches(), *repository.tags()]
    return next((ref.name for ref in refs if ref.commit == sha), None)


def _coverage(call: Call) -> float | None:
    value = call.params.optional_text("coverage")
    if not value:
        return None
    try:
        coverage = float(value)
    except ValueError:
        raise bad_parameter("coverage is invalid") from None
    if not 0 <= coverage <= 100:
        raise bad_request({"coverage": ["must be between 0 and 100"]})
    return coverage


def _status(call: Call, status: Status) -> dict[str, Any]:
    author = call.instance.users.find(status.author_id)
    return {
        "id": status.id,
        "sha": status.sha,
        "ref": status.ref,
        "status": status.status,
        "name": status.name,
        "target_url": status.target_url,
        "description": status.description,
        "created_at": status.created_at,
        "started_at": status.started_at,
        "finished_at": status.finished_at,
        "allow_failure": False,
        "coverage": status.coverage,
        "pipeline_id": status.pipeline_id,
        "author": entities.basic_user(call.instance.links, author) if author else None,
    }


@routes.get("/projects/:id/repository/commits/:sha/comments", anonymous=True)
def list_comments(call: Call) -> Any:
    """A commit's comments."""
    project, _, sha = named_commit(call)
    return [_comment(call, comment) for comment in paginate(call, call.instance.commit_notes.comments(project.id, sha))]


@routes.post("/projects/:id/repository/commits/:sha/comments")
def add_comment(call: Call) -> Any:
    """Comments on a commit."""
    call.project(REPORTER)
    project, repository, sha = named_commit(call)
    note = call.params.text("note")
    if len(note) > LONGEST_NOTE:
        raise bad_request({"note": [f"is too long (maximum is {LONGEST_NOTE} characters)"]})
    if call.params.optional_text("path"):
        call.params.require("line")
    comment = call.instance.commit_notes.comment(
        project.id, sha, note, call.me.id, path=call.params.optional_text("path"),
        line=call.params.optional_integer("line"),
        line_type=call.params.choice("line_type", ("new", "old"), default="new") if "line" in call.params else None,
    )  # fmt: skip
    tell_comment(call, project, repository, comment)
    call.created()
    return _comment(call, comment)


def tell_comment(call: Call, project: Project, repository: Repository, comment: Comment) -> None:
    """Tells the hooks of a comment."""
    events = call.instance.events
    events.noted(project, events.payloads.commit_note(
        project, repository, comment.sha, call.me, note_id=comment.id, body=comment.note, created=comment.created_at
    ))  # fmt: skip


def _comment(call: Call, comment: Comment) -> dict[str, Any]:
    author = call.instance.users.find(comment.author_id)
    return {
        "note": comment.note,
        "path": comment.path,
        "line": comment.line,
        "line_type": comment.line_type,
        "author": entities.basic_user(call.instance.links, author) if author else None,
        "created_at": comment.created_at,
    }
