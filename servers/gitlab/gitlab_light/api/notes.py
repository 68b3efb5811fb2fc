"""Notes on merge requests, and the discussions that they make."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, forbidden, not_found
from gitlab_light.model.members import DEVELOPER, MAINTAINER
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.notes import Note

routes = Routes()
_NOTES, _DISCUSSIONS = PATH + "/notes", PATH + "/discussions"
_IN_DISCUSSION = _DISCUSSIONS + "/:discussion_id/notes"
_LONGEST = 1_000_000


@routes.get(_NOTES, anonymous=True)
def list_notes(call: Call) -> Any:
    """A merge request's notes, latest first unless asked otherwise."""
    found = find(call)
    order = call.params.choice("order_by", ("created_at", "updated_at"), default="created_at")
    sort = call.params.choice("sort", ("asc", "desc"), default="desc")
    notes = sorted(
        _kept(call, call.instance.notes.with_system(found.id)),
        key=lambda note: (getattr(note, order), note.id),
        reverse=sort == "desc",
    )
    return [entities.note(call.instance, found, note) for note in paginate(call, notes)]


def _kept(call: Call, notes: list[Note]) -> list[Note]:
    """What `activity_filter` leaves: what people wrote, what the server wrote down, or both."""
    kinds = {"all_notes": (True, False), "only_comments": (False,), "only_activity": (True,)}
    wanted = kinds[call.params.choice("activity_filter", kinds, default="all_notes")]
    return [note for note in notes if note.system in wanted]


@routes.post(_NOTES)
def add_note(call: Call) -> Any:
    """Comments on a merge request."""
    found = find(call)
    _check_may_comment(call, found)
    note = _made(call, found, call.instance.notes.add(found.id, _body(call), call.me.id))
    return entities.note(call.instance, found, note)


@routes.get(_NOTES + "/:note_id", _IN_DISCUSSION + "/:note_id", anonymous=True)
def show_note(call: Call) -> Any:
    """One note."""
    found, note = _note(call)
    return entities.note(call.instance, found, note)


@routes.put(_NOTES + "/:note_id", _IN_DISCUSSION + "/:note_id")
def change_note(call: Call) -> Any:
    """Gives a note another text, or resolves its thread."""
    found, note = _note(call)
    if "body" in call.params:
        _check_own(call, note, change=True)
        note = call.instance.notes.change(note, _body(call))
        _tell(call, found, note, "update")
    elif "resolved" in call.params and note.resolvable:
        _resolve(call, [note])
    return entities.note(call.instance, found, call.instance.notes.find(note.id) or note)


@routes.delete(_NOTES + "/:note_id", _IN_DISCUSSION + "/:note_id")
def remove_note(call: Call) -> Any:
    """Removes a note."""
    _, note = _note(call)
    _check_own(call, note, change=False)
    call.instance.notes.remove(note)


@routes.get(_DISCUSSIONS, anonymous=True)
def list_discussions(call: Call) -> Any:
    """A merge request's discussions, oldest first."""
    found = find(call)
    threads: dict[str, list[Note]] = {}
    for note in _kept(call, call.instance.notes.with_system(found.id)):
        threads.setdefault(note.discussion_id, []).append(note)
    return [entities.discussion(call.instance, found, notes) for notes in paginate(call, list(threads.values()))]


@routes.post(_DISCUSSIONS)
def start_discussion(call: Call) -> Any:
    """Starts a thread, on the whole or with `position` on a line of the diff."""
    found = find(call)
    _check_may_comment(call, found)
    position = _position(call, found)
    kind = "DiffNote" if position else "DiscussionNote"
    note = call.instance.notes.add(found.id, _body(call), call.me.id, kind=kind, position=position)
    return entities.discussion(call.instance, found, [_made(call, found, note)])


@routes.get(_DISCUSSIONS + "/:discussion_id", anonymous=True)
def show_discussion(call: Call) -> Any:
    """One discussion."""
    found, notes = _discussion(call)
    return entities.discussion(call.instance, found, notes)


@routes.put(_DISCUSSIONS + "/:discussion_id")
def resolve_discussion(call: Call) -> Any:
    """Resolves a thread or opens it again."""
    found, notes = _discussion(call)
    if "resolved" not in call.params:
        raise bad_parameter("resolved is missing")
    _resolve(call, [note for note in notes if note.resolvable])
    return entities.discussion(call.instance, found, _discussion(call)[1])


@routes.post(_IN_DISCUSSION)
def reply(call: Call) -> Any:
    """Replies in a discussion; one that was a single note becomes a thread."""
    found, notes = _discussion(call)
    _check_may_comment(call, found)
    first = notes[0]
    if first.type is None:
        call.instance.database.update("notes", first.id, type="DiscussionNote")
    note = call.instance.notes.add(
        found.id, _body(call), call.me.id, kind=first.type or "DiscussionNote", discussion_id=first.discussion_id,
        position=first.position,
    )  # fmt: skip
    return entities.note(call.instance, found, _made(call, found, note))


def _made(call: Call, found: MergeRequest, note: Note) -> Note:
    call.instance.chronicle.noted(call.project(), note, call.me.id, found.title, found.iid)
    _tell(call, found, note, "create")
    call.created()
    return note


def _tell(call: Call, found: MergeRequest, note: Note, action: str) -> None:
    events = call.instance.events
    events.noted(call.project(), events.payloads.merge_request_note(found, note, call.me, action))


def _note(call: Call) -> tuple[MergeRequest, Note]:
    found = find(call)
    note = call.instance.notes.find(call.number("note_id", "Note"))
    thread = call.arguments.get("discussion_id")
    if note is None or note.merge_request_id != found.id or (thread and thread != note.discussion_id):
        raise not_found("Note")
    return found, note


def _discussion(call: Call) -> tuple[MergeRequest, list[Note]]:
    found = find(call)
    notes = call.instance.notes.discussion(found.id, call.arguments["discussion_id"])
    if not notes:
        raise not_found("Discussion")
    return found, notes


def _body(call: Call) -> str:
    body = call.params.text("body")
    if len(body) > _LONGEST:
        raise bad_request({"note": [f"is too long (maximum is {_LONGEST} characters)"]})
    return body


def _position(call: Call, found: MergeRequest) -> dict[str, Any] | None:
    """The line of the diff that a thread is on, as it was given."""
    given = call.params.raw("position")
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("position_type") not in ("text", "file", "image"):
        raise bad_parameter("position[position_type] does not have a valid value")
    names = (
        "base_sha", "start_sha", "head_sha", "position_type", "old_path", "new_path", "old_line", "new_line",
        "line_range",
    )  # fmt: skip
    position = {name: given.get(name) for name in names}
    shas = {version.head_sha for version in call.instance.merge_requests.versions(found)}
    if position["head_sha"] not in shas or not (position["new_path"] or position["old_path"]):
        raise bad_request('400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}')
    for name in ("old_line", "new_line"):
        line = position[name]
        position[name] = int(line) if isinstance(line, str) and line.isdigit() and len(line) < 10 else line
    return position


def _resolve(call: Call, notes: list[Note]) -> None:
    if call.instance.members.project_level(call.user, call.project()) < DEVELOPER and not _is_author(call):
        raise forbidden()
    found, notes_of = find(call), call.instance.notes
    waited = notes_of.unresolved(found.id)
    notes_of.resolve(notes, call.me.id if call.params.boolean("resolved") else None)
    if waited and not notes_of.unresolved(found.id):
        call.instance.chronicle.threads_resolved(found, call.me.id)


def _is_author(call: Call) -> bool:
    return find(call).author_id == call.me.id


def _check_may_comment(call: Call, found: MergeRequest) -> None:
    locked_out = found.discussion_locked and call.instance.members.project_level(call.user, call.project()) < DEVELOPER
    if locked_out:
        raise forbidden()


def _check_own(call: Call, note: Note, *, change: bool) -> None:
    """Only its author changes a note; maintainers may remove it too. What the server wrote down stays."""
    if note.system:
        raise forbidden()
    level = call.instance.members.project_level(call.user, call.project())
    if note.author_id != call.me.id and not call.me.admin and (change or level < MAINTAINER):
        raise forbidden()
