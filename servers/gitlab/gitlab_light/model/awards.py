"""Emoji that people have put on merge requests and notes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from gitlab_light.model.database import Database, now


@dataclass(frozen=True)
class Award:
    """An emoji, by its name without colons; `target_type` is "MergeRequest" or "Note"."""

    id: int
    target_type: str
    target_id: int
    user_id: int
    name: str
    created_at: str


class Awards:
    """The emoji."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, target_type: str, target_id: int) -> list[Award]:
        """What was put on something, oldest first."""
        return self._db.all(
            Award, "SELECT * FROM awards WHERE target_type = ? AND target_id = ? ORDER BY id", target_type, target_id
        )

    def count(self, target_type: str, target_id: int, name: str) -> int:
        """How often an emoji was put on something."""
        return sum(award.name == name for award in self.of(target_type, target_id))

    def add(self, target_type: str, target_id: int, user_id: int, name: str) -> Award | None:
        """Puts an emoji on something; None where the user has done so before."""
        try:
            award_id = self._db.insert(
                "awards", target_type=target_type, target_id=target_id, user_id=user_id, name=name, created_at=now()
            )
        except sqlite3.IntegrityError:
            return None
        return self._db.one(Award, "SELECT * FROM awards WHERE id = ?", award_id)

    def remove(self, award: Award) -> None:
        """Takes an emoji off."""
        self._db.execute("DELETE FROM awards WHERE id = ?", award.id)
