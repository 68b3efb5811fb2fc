"""Notes that are still being written: their author alone sees them until they are published."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import notes as notes_api
from gitlab_light.api.call import Call
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_request, not_found
from gitlab_light.model.drafts import Draft
from gitlab_light.model.members import REPORTER
from gitlab_light.params import Params

routes = Routes()
_ALL = PATH + "/draft_notes"
_ONE = _ALL + "/:draft_id"


@routes.get(_ALL)
def list_drafts(call: Call) -> Any:
    """The caller's drafts."""
    return [_entity(draft) for draft in call.instance.drafts.of(find(call).id, call.me.id)]


@routes.get(_ONE)
def show_draft(call: Call) -> Any:
    """One of them."""
    return _entity(_find(call))


@routes.post(_ALL)
def add_draft(call: Call) -> Any:
    """Begins a note, in a discussion if one is named."""
    found, params = find(call), call.params
    call.project(REPORTER)
    discussion = params.optional_text("in_reply_to_discussion_id")
    if discussion and not call.instance.notes.discussion(found.id, discussion):
        raise not_found("Discussion")
    position = params.raw("position")
    draft = call.instance.drafts.add(
        found.id, call.me.id, note=params.text("note"), discussion_id=discussion,
        resolve_discussion=params.boolean("resolve_discussion"), commit_id=params.optional_text("commit_id"),
        position=position if isinstance(position, dict) else {},
    )  # fmt: skip
    call.created()
    return _entity(draft)


@routes.put(_ONE)
def change_draft(call: Call) -> Any:
    """Gives a draft another text."""
    draft = _find(call)
    if not call.params.optional_text("note"):
        raise bad_request("400 Bad request - Missing params to modify")
    return _entity(call.instance.drafts.update(draft, note=call.params.text("note")))


@routes.delete(_ONE)
def remove_draft(call: Call) -> Any:
    """Throws a draft away."""
    call.instance.drafts.remove(_find(call))


@routes.put(_ONE + "/publish")
def publish(call: Call) -> Any:
    """Makes a note of a draft."""
    _publish(call, _find(call))


@routes.post(_ALL + "/bulk_publish")
def publish_all(call: Call) -> Any:
    """Makes notes of all of the caller's drafts."""
    for draft in call.instance.drafts.of(find(call).id, call.me.id):
        _publish(call, draft)


def _publish(call: Call, draft: Draft) -> None:
    """Says what the draft says, as if it were said now."""
    params: dict[str, Any] = {"body": draft.note}
    arguments = {name: call.arguments[name] for name in ("id", "iid")}
    action = notes_api.add_note
    if draft.discussion_id:
        action, arguments = notes_api.reply, arguments | {"discussion_id": draft.discussion_id}
    elif draft.position:
        action, params = notes_api.start_discussion, params | {"position": draft.position}
    action(Call(call.instance, call.user, call.token, call.path, "", arguments, Params(params)))
    if draft.discussion_id and draft.resolve_discussion:
        notes_api.resolve_discussion(
            Call(call.instance, call.user, call.token, call.path, "", arguments, Params({"resolved": True}))
        )
    call.instance.drafts.remove(draft)


def _find(call: Call) -> Draft:
    draft = call.instance.drafts.find(call.number("draft_id"))
    if draft is None or (draft.merge_request_id, draft.author_id) != (find(call).id, call.me.id):
        raise not_found("Draft Note")
    return draft


def _entity(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "author_id": draft.author_id,
        "merge_request_id": draft.merge_request_id,
        "resolve_discussion": draft.resolve_discussion,
        "discussion_id": draft.discussion_id,
        "note": draft.note,
        "commit_id": draft.commit_id,
        "line_code": None,
        "position": draft.position or None,
    }
