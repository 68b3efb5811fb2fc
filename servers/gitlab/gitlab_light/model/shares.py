"""Projects and groups that are shared with other groups, whose members thereby come in."""

from __future__ import annotations

from dataclasses import dataclass

from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.tokens import today


@dataclass(frozen=True)
class Share:
    """That a group's members may come in somewhere.

    Attributes:
        source: "project" or "group": what is shared.
        group_id: the group that it is shared with.
        access_level: the most that its members become there.
        expires_at: the day (ISO) from which it no longer counts; None for never.
    """

    id: int
    source: str
    source_id: int
    group_id: int
    access_level: int
    expires_at: str | None
    created_at: str

    @property
    def active(self) -> bool:
        """Whether it counts today."""
        return (self.expires_at or "9") > today().isoformat()


class Shares:
    """What is shared with whom."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, source: str, source_id: int) -> list[Share]:
        """With whom a project or group is shared."""
        return self._db.all(
            Share, "SELECT * FROM shares WHERE source = ? AND source_id = ? ORDER BY id", source, source_id
        )

    def with_group(self, source: str, group_id: int) -> list[Share]:
        """Which projects, or which groups, are shared with a group."""
        return self._db.all(
            Share, "SELECT * FROM shares WHERE source = ? AND group_id = ? ORDER BY id", source, group_id
        )

    def find(self, source: str, source_id: int, group_id: int) -> Share | None:
        """The share of something with a group."""
        return self._db.one(
            Share, "SELECT * FROM shares WHERE source = ? AND source_id = ? AND group_id = ?",
            source, source_id, group_id,
        )  # fmt: skip

    def add(self, source: str, source_id: int, group_id: int, access_level: int, expires_at: str | None) -> Share:
        """Shares something with a group."""
        share_id = self._db.insert(
            "shares", source=source, source_id=source_id, group_id=group_id, access_level=access_level,
            expires_at=expires_at, created_at=now(),
        )  # fmt: skip
        return kept(self._db.one(Share, "SELECT * FROM shares WHERE id = ?", share_id))

    def remove(self, share: Share) -> None:
        """Ends a share."""
        self._db.execute("DELETE FROM shares WHERE id = ?", share.id)
