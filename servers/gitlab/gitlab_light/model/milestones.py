"""Milestones of projects and groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.tokens import today


@dataclass(frozen=True)
class Milestone:
    """A milestone.

    Attributes:
        source: "project" or "group".
        iid: its number there.
        state: "active" or "closed".
        start_date: the day (ISO) on which it begins; None where nobody said.
        due_date: the day by which it is to be reached.
    """

    id: int
    iid: int
    source: str
    source_id: int
    title: str
    description: str
    state: str
    start_date: str | None
    due_date: str | None
    created_at: str
    updated_at: str

    @property
    def expired(self) -> bool:
        """Whether its day has passed."""
        return self.due_date is not None and self.due_date < today().isoformat()


class Milestones:
    """The milestones."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, milestone_id: int) -> Milestone | None:
        """The milestone with this id."""
        return self._db.one(Milestone, "SELECT * FROM milestones WHERE id = ?", milestone_id)

    def of(self, places: list[tuple[str, int]]) -> list[Milestone]:
        """The milestones of some places, each "project" or "group" and its id, latest first."""
        found = [
            milestone for source, source_id in places
            for milestone in self._db.all(
                Milestone, "SELECT * FROM milestones WHERE source = ? AND source_id = ?", source, source_id
            )
        ]  # fmt: skip
        return sorted(found, key=lambda milestone: milestone.id, reverse=True)

    def add(self, source: str, source_id: int, **columns: Any) -> Milestone:
        """Makes a milestone."""
        with self._db.transaction():
            iid = self._db.value(
                "SELECT coalesce(max(iid), 0) + 1 FROM milestones WHERE source = ? AND source_id = ?", source, source_id
            )
            milestone_id = self._db.insert(
                "milestones", iid=iid, source=source, source_id=source_id, created_at=now(), updated_at=now(), **columns
            )
        return self._existing(milestone_id)

    def update(self, milestone: Milestone, **columns: Any) -> Milestone:
        """Changes a milestone."""
        self._db.update("milestones", milestone.id, updated_at=now(), **columns)
        return self._existing(milestone.id)

    def remove(self, milestone: Milestone) -> None:
        """Removes a milestone, from merge requests too."""
        with self._db.transaction():
            self._db.execute("UPDATE merge_requests SET milestone_id = NULL WHERE milestone_id = ?", milestone.id)
            self._db.execute("DELETE FROM milestones WHERE id = ?", milestone.id)

    def _existing(self, milestone_id: int) -> Milestone:
        return kept(self.find(milestone_id))
