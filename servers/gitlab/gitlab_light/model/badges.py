"""Badges: linked pictures that projects and groups show of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.model.database import Database, kept, now


@dataclass(frozen=True)
class Badge:
    """A badge.

    Attributes:
        source: "project" or "group"; a group's stand on all projects below it as well.
        link_url: where it leads; words such as `%{project_path}` stand for what a project has.
        image_url: its picture, likewise.
    """

    id: int
    source: str
    source_id: int
    name: str | None
    link_url: str
    image_url: str
    created_at: str


class Badges:
    """The badges."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, places: list[tuple[str, int]]) -> list[Badge]:
        """The badges of some places, each "project" or "group" and its id, oldest first."""
        found = [
            badge for source, source_id in places
            for badge in self._db.all(
                Badge, "SELECT * FROM badges WHERE source = ? AND source_id = ?", source, source_id
            )
        ]  # fmt: skip
        return sorted(found, key=lambda badge: badge.id)

    def add(self, source: str, source_id: int, name: str | None, link_url: str, image_url: str) -> Badge:
        """Makes a badge."""
        badge_id = self._db.insert(
            "badges", source=source, source_id=source_id, name=name, link_url=link_url, image_url=image_url,
            created_at=now(),
        )  # fmt: skip
        return self._existing(badge_id)

    def update(self, badge: Badge, **columns: Any) -> Badge:
        """Changes a badge."""
        self._db.update("badges", badge.id, **columns)
        return self._existing(badge.id)

    def remove(self, badge: Badge) -> None:
        """Removes a badge."""
        self._db.execute("DELETE FROM badges WHERE id = ?", badge.id)

    def _existing(self, badge_id: int) -> Badge:
        return kept(self._db.one(Badge, "SELECT * FROM badges WHERE id = ?", badge_id))
