"""Discussions on commits: their comments, and the replies to them."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import entities
from gitlab_light.api.call import Call
from gitlab_light.api.commit_notes import LONGEST_NOTE, named_commit, tell_comment
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_request, forbidden, not_found
from gitlab_light.model.commit_notes import Comment
from gitlab_light.model.database import as_id
from gitlab_light.model.members import MAINTAINER, REPORTER

routes = Routes()
_ALL = "/projects/:id/repository/commits/:sha/discussions"
_ONE = _ALL + "/:discussion_id"


@routes.get(_ALL)
def list_discussions(call: Call) -> Any:
    """A commit's discussions, oldest first."""
    project, _, sha = named_commit(call)
    threads: dict[str, list[Comment]] = {}
    for comment in call.instance.commit_notes.comments(project.id, sha):
        threads.setdefault(comment.discussion_id, []).append(comment)
    return [_discussion(call, comments) for comments in paginate(call, list(threads.values()))]


@routes.get(_ONE)
def show_discussion(call: Call) -> Any:
    """One discussion."""
    return _discussion(call, _find(call))


@routes.get(_ONE + "/notes")
def list_notes(call: Call) -> Any:
    """A discussion's notes."""
    comments = _find(call)
    return [_note(call, comment, len(comments)) for comment in paginate(call, comments)]


@routes.post(_ALL)
def start(call: Call) -> Any:
    """Starts a discussion, with `position` on a line of what the commit changes."""
    position = call.params.raw("position")
    path, line = None, None
    if isinstance(position, dict):
        path = position.get("new_path") or position.get("old_path")
        line = position.get("new_line") or position.get("old_line")
    made = _add(call, path=str(path) if path else None, line=as_id(str(line)))
    return _discussion(call, [made])


@routes.post(_ONE + "/notes")
def reply(call: Call) -> Any:
    """Replies in a discussion."""
    first = _find(call)[0]
    return _note(call, _add(call, path=first.path, line=first.line, discussion_id=first.discussion_id), 2)


@routes.get(_ONE + "/notes/:note_id")
def show_note(call: Call) -> Any:
    """One note."""
    comments = _find(call)
    return _note(call, _one(call, comments), len(comments))


@routes.put(_ONE + "/notes/:note_id")
def change_note(call: Call) -> Any:
    """Gives a note another text."""
    comments = _find(call)
    comment = _one(call, comments)
    if comment.author_id != call.me.id and not call.me.admin:
        raise forbidden()
    call.instance.database.update("comments", comment.id, note=_body(call))
    return _note(call, _one(call, _find(call)), len(comments))


@routes.delete(_ONE + "/notes/:note_id")
def remove_note(call: Call) -> Any:
    """Removes a note."""
    comment = _one(call, _find(call))
    level = call.instance.members.project_level(call.user, call.project())
    if comment.author_id != call.me.id and level < MAINTAINER:
        raise forbidden()
    call.instance.database.execute("DELETE FROM comments WHERE id = ?", comment.id)


def _find(call: Call) -> list[Comment]:
    project, _, sha = named_commit(call)
    wanted = call.arguments["discussion_id"]
    found = [one for one in call.instance.commit_notes.comments(project.id, sha) if one.discussion_id == wanted]
    if not found:
        raise not_found("Discussion")
    return found


def _one(call: Call, comments: list[Comment]) -> Comment:
    wanted = call.number("note_id", "Note")
    for comment in comments:
        if comment.id == wanted:
            return comment
    raise not_found("Note")


def _body(call: Call) -> str:
    body = call.params.text("body")
    if len(body) > LONGEST_NOTE:
        raise bad_request({"note": [f"is too long (maximum is {LONGEST_NOTE} characters)"]})
    return body


def _add(call: Call, *, path: str | None, line: int | None, discussion_id: str | None = None) -> Comment:
    call.project(REPORTER)
    project, repository, sha = named_commit(call)
    comment = call.instance.commit_notes.comment(
        project.id, sha, _body(call), call.me.id, path=path, line=line, line_type="new" if line else None,
        discussion_id=discussion_id,
    )  # fmt: skip
    tell_comment(call, project, repository, comment)
    call.created()
    return comment


def _discussion(call: Call, comments: list[Comment]) -> dict[str, Any]:
    return {
        "id": comments[0].discussion_id,
        "individual_note": len(comments) == 1,
        "notes": [_note(call, comment, len(comments)) for comment in comments],
    }


def _note(call: Call, comment: Comment, notes: int) -> dict[str, Any]:
    author = call.instance.users.find(comment.author_id)
    return {
        "id": comment.id,
        "type": "DiscussionNote" if notes > 1 else None,
        "body": comment.note,
        "author": entities.basic_user(call.instance.links, author) if author else None,
        "created_at": comment.created_at,
        "updated_at": comment.created_at,
        "system": False,
        "noteable_id": None,
        "noteable_type": "Commit",
        "project_id": comment.project_id,
        "commit_id": comment.sha,
        "resolvable": False,
        "confidential": False,
        "internal": False,
        "noteable_iid": None,
        "commands_changes": {},
    }
