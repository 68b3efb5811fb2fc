"""Notes on merge requests that are still being written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.model.database import Database, kept


@dataclass(frozen=True)
class Draft:
    """A note that its author has not published.

    Attributes:
        discussion_id: the discussion that it replies to; None for one of its own.
        resolve_discussion: whether that is resolved when it is published.
        position: the line of the diff that it is about, as it was given.
    """

    id: int
    merge_request_id: int
    author_id: int
    note: str
    discussion_id: str | None
    resolve_discussion: bool
    commit_id: str | None
    position: dict[str, Any]


class Drafts:
    """The drafts."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, draft_id: int) -> Draft | None:
        """The draft with this id."""
        return self._db.one(Draft, "SELECT * FROM draft_notes WHERE id = ?", draft_id)

    def of(self, merge_request_id: int, author_id: int) -> list[Draft]:
        """Somebody's drafts on a merge request, oldest first."""
        return self._db.all(
            Draft, "SELECT * FROM draft_notes WHERE merge_request_id = ? AND author_id = ? ORDER BY id",
            merge_request_id, author_id,
        )  # fmt: skip

    def add(self, merge_request_id: int, author_id: int, **columns: Any) -> Draft:
        """Keeps a draft."""
        draft_id = self._db.insert("draft_notes", merge_request_id=merge_request_id, author_id=author_id, **columns)
        return self._existing(draft_id)

    def update(self, draft: Draft, **columns: Any) -> Draft:
        """Changes a draft."""
        self._db.update("draft_notes", draft.id, **columns)
        return self._existing(draft.id)

    def remove(self, draft: Draft) -> None:
        """Forgets a draft."""
        self._db.execute("DELETE FROM draft_notes WHERE id = ?", draft.id)

    def _existing(self, draft_id: int) -> Draft:
        return kept(self.find(draft_id))
