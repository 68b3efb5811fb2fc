"""Signed-in browsers."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from gitlab_light.model.database import Database
from gitlab_light.model.passwords import digest

_LIFETIME_SECONDS = 7 * 24 * 3600.0  # GitLab's session_expire_delay


@dataclass(frozen=True)
class Session:
    """A browser that somebody has signed in with; `csrf` must come with each of its changes."""

    user_id: int
    csrf: str


class Sessions:
    """The signed-in browsers; what the cookie holds is kept hashed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def open(self, user_id: int) -> str:
        """Makes a session and returns what the cookie is to hold."""
        secret = secrets.token_urlsafe(32)
        with self._db.transaction():
            self._db.execute("DELETE FROM sessions WHERE expires < ?", time.time())
            self._db.insert(
                "sessions", digest=digest(secret), user_id=user_id, csrf=secrets.token_urlsafe(32),
                expires=time.time() + _LIFETIME_SECONDS,
            )  # fmt: skip
        return secret

    def find(self, secret: str) -> Session | None:
        """The session that a cookie belongs to."""
        return self._db.one(
            Session, "SELECT * FROM sessions WHERE digest = ? AND expires > ?", digest(secret), time.time()
        )

    def close(self, secret: str) -> None:
        """Signs a browser out."""
        self._db.execute("DELETE FROM sessions WHERE digest = ?", digest(secret))

    def close_all_of(self, user_id: int) -> None:
        """Signs all of a user's browsers out."""
        self._db.execute("DELETE FROM sessions WHERE user_id = ?", user_id)
