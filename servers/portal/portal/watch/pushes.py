"""The pushes that GitLab's hook has told of."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from portal.database import Database

_KEPT = 50


class Push(BaseModel):
    """A branch or tag that was moved.

    Attributes:
        ref: "refs/heads/…" or "refs/tags/…".
        commit: the commit that it stands at.
        author: the commit's author.
        message: the commit's title.
        link: the commit's page.
        who: the account that pushed.
        at: when the hook came.
    """

    ref: str
    commit: str
    author: str = ""
    message: str = ""
    link: str = ""
    who: str = ""
    at: datetime


class Pushes:
    """The latest pushes, latest first; kept in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        rows = database.rows("SELECT document FROM pushes ORDER BY at DESC LIMIT ?", _KEPT)
        self.latest = [Push.model_validate_json(row["document"]) for row in rows]

    def add(self, push: Push) -> bool:
        """Keeps a push; false when it was told before."""
        key = f"{push.ref}@{push.commit}"
        with self._database.transaction():
            new = self._database.execute(
                "INSERT OR IGNORE INTO pushes VALUES (?, ?, ?)", key, push.at.timestamp(), push.model_dump_json()
            )
            self._database.execute(
                "DELETE FROM pushes WHERE key NOT IN (SELECT key FROM pushes ORDER BY at DESC LIMIT ?)", _KEPT
            )
        if new:
            self.latest = [push, *self.latest][:_KEPT]
        return bool(new)
