"""Paths that projects and groups once had: they lead to where these are now, until something else takes them."""

from __future__ import annotations

from typing import Literal

from gitlab_light.model.database import Database

Kind = Literal["project", "group"]


class Redirects:
    """The paths that were left."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def target(self, kind: Kind, path: str) -> int | None:
        """The id of the project or group that once had a path."""
        found: int | None = self._db.value("SELECT target_id FROM redirects WHERE path = ? AND kind = ?", path, kind)
        return found

    def leave(self, kind: Kind, target_id: int, path: str) -> None:
        """A project or group leaves a path."""
        self._db.execute("INSERT OR REPLACE INTO redirects VALUES (?, ?, ?)", path, kind, target_id)

    def leave_below(self, path: str) -> None:
        """All that is below a namespace leaves its path; to be told before it moves."""
        for kind, table, condition in (("project", "projects", ""), ("group", "namespaces", "AND kind = 'group'")):
            self._db.execute(
                f"INSERT OR REPLACE INTO redirects SELECT full_path, ?, id FROM {table} "  # noqa: S608  words of ours
                f"WHERE substr(full_path, 1, ?) = ? COLLATE NOCASE {condition}",
                kind, len(path) + 1, path + "/",
            )  # fmt: skip

    def take(self, path: str) -> None:
        """Something else has a path from now on."""
        self._db.execute("DELETE FROM redirects WHERE path = ?", path)

    def forget(self, kind: Kind, target_id: int) -> None:
        """A project or group is gone."""
        self._db.execute("DELETE FROM redirects WHERE kind = ? AND target_id = ?", kind, target_id)
