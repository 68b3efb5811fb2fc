"""Notes on merge requests, in discussions."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from gitlab_light.model.activity import OF_NOTES
from gitlab_light.model.database import Database, kept, now


@dataclass(frozen=True)
class Note:
    """A note.

    Attributes:
        type: None for one on its own, "DiscussionNote" in a thread, "DiffNote" on a line of a diff.
        position: the line, for a DiffNote.
        resolved_at: when its thread was resolved; None while it is open.
        system: whether the server wrote it down, of something that the author has done.
    """

    id: int
    merge_request_id: int
    discussion_id: str
    type: str | None
    body: str
    author_id: int | None
    position: dict[str, Any]
    resolved_by_id: int | None
    resolved_at: str | None
    created_at: str
    updated_at: str
    system: bool

    @property
    def resolvable(self) -> bool:
        """Whether it belongs to a thread that can be resolved."""
        return self.type is not None


class Notes:
    """The notes of all merge requests."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, note_id: int) -> Note | None:
        """The note with this id."""
        return self._db.one(Note, "SELECT * FROM notes WHERE id = ?", note_id)

    def all_of(self, merge_request_id: int) -> list[Note]:
        """What people have written on a merge request, oldest first."""
        return [note for note in self.with_system(merge_request_id) if not note.system]

    def with_system(self, merge_request_id: int) -> list[Note]:
        """A merge request's notes, those that the server wrote too, oldest first."""
        return self._db.all(Note, "SELECT * FROM notes WHERE merge_request_id = ? ORDER BY id", merge_request_id)

    def discussion(self, merge_request_id: int, discussion_id: str) -> list[Note]:
        """The notes of one discussion."""
        return [note for note in self.with_system(merge_request_id) if note.discussion_id == discussion_id]

    def unresolved(self, merge_request_id: int) -> bool:
        """Whether a thread waits to be resolved."""
        return any(note.resolvable and note.resolved_at is None for note in self.all_of(merge_request_id))

    def add(
        self, merge_request_id: int, body: str, author_id: int,
        *, kind: str | None = None, discussion_id: str | None = None, position: dict[str, Any] | None = None,
        system: bool = False,
    ) -> Note:  # fmt: skip
        """Makes a note, in a discussion of its own unless one is named."""
        note_id = self._db.insert(
            "notes", merge_request_id=merge_request_id, discussion_id=discussion_id or secrets.token_hex(20), type=kind,
            body=body, author_id=author_id, position=position or {}, system=system, created_at=now(), updated_at=now(),
        )  # fmt: skip
        return self._existing(note_id)

    def change(self, note: Note, body: str) -> Note:
        """Gives a note another text."""
        self._db.update("notes", note.id, body=body, updated_at=now())
        return self._existing(note.id)

    def resolve(self, notes: list[Note], user_id: int | None) -> None:
        """Resolves a thread, or with None opens it again."""
        with self._db.transaction():
            for note in notes:
                at = now() if user_id is not None else None
                self._db.update("notes", note.id, resolved_by_id=user_id, resolved_at=at)

    def remove(self, note: Note) -> None:
        """Removes a note, and from people's activity that it was written."""
        with self._db.transaction():
            self._db.execute(f"DELETE FROM activities WHERE {OF_NOTES} AND target_id = ?", note.id)  # noqa: S608
            self._db.execute("DELETE FROM notes WHERE id = ?", note.id)

    def _existing(self, note_id: int) -> Note:
        return kept(self.find(note_id))
