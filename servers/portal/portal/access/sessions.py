"""Sessions, links for an audience, and bearer tokens; of each secret only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass

from portal.database import Database, moment
from portal.errors import Refusal, not_found
from portal.models.access import Link, NewLink, NewToken, Role, Session, Token

AUDIENCE = "audience"
SESSION_HOURS = 12
_PREFIX = "kst_"
_MOST_OF_EACH = 1000


@dataclass(frozen=True)
class Opened:
    """A session that was just opened, and the secret that its cookie carries."""

    secret: str
    session: Session


class Sessions:
    """Who is signed in.

    Args:
        database: where it is kept.
        operators: accounts that may act, as `Settings` has them; whoever is none any more may only look from then on.
    """

    def __init__(self, database: Database, operators: Iterable[str]) -> None:
        self._database = database
        self._operators = {name.rpartition(":")[2] for name in operators}

    def open(self, user: str, role: Role, *, hours: float = SESSION_HOURS, link: int | None = None) -> Opened:
        """Opens a session, and forgets those that have ended."""
        secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        expires = time.time() + hours * 3600
        with self._database.transaction():
            self._database.execute("DELETE FROM sessions WHERE expires < ?", time.time())
            self._database.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", _digest(secret), user, role, csrf, expires, link
            )
        return Opened(secret, Session(user=user, role=role, csrf=csrf, expires=moment(expires)))

    def find(self, secret: str) -> Session | None:
        """The session of a cookie; None where it has ended or never was."""
        row = self._database.row(
            "SELECT * FROM sessions WHERE digest = ? AND expires > ?", _digest(secret), time.time()
        )
        if row is None:
            return None
        return Session(user=row["user"], role=self._role(row), csrf=row["csrf"], expires=moment(row["expires"]))

    def close(self, secret: str) -> None:
        """Ends a session."""
        self._database.execute("DELETE FROM sessions WHERE digest = ?", _digest(secret))

    def new_link(self, wish: NewLink, made_by: str, address: str) -> Link:
        """Makes a link for an audience; its whole address is told this once.

        Args:
            wish: for whom and how long.
            made_by: the account.
            address: what the link begins with, up to its secret.
        """
        secret, made = secrets.token_urlsafe(24), time.time()
        expires = made + wish.hours * 3600
        number = self._database.insert(
            "INSERT INTO links (digest, title, made_by, made, expires) VALUES (?, ?, ?, ?, ?)",
            _digest(secret), wish.title, made_by, made, expires,
        )  # fmt: skip
        return Link(
            id=number, title=wish.title, made_by=made_by, made=moment(made), expires=moment(expires),
            url=address + secret,
        )  # fmt: skip

    def links(self) -> list[Link]:
        """The links that still work, latest first."""
        rows = self._database.rows(
            "SELECT * FROM links WHERE expires > ? ORDER BY id DESC LIMIT ?", time.time(), _MOST_OF_EACH
        )
        return [
            Link(id=row["id"], title=row["title"], made_by=row["made_by"], made=moment(row["made"]),
                 expires=moment(row["expires"]))
            for row in rows
        ]  # fmt: skip

    def follow_link(self, secret: str, former: str) -> Opened | None:
        """A viewer's session for whoever has the link; None where it no longer works.

        Args:
            secret: what the link ends with.
            former: what the browser's cookie carries until now: an account stays signed in, an earlier link's end.
        """
        row = self._database.row("SELECT * FROM links WHERE digest = ? AND expires > ?", _digest(secret), time.time())
        if row is None:
            return None
        if (known := self.find(former)) and known.user != AUDIENCE:
            return Opened(former, known)
        self.close(former)
        hours = (row["expires"] - time.time()) / 3600
        return self.open(AUDIENCE, "viewer", hours=hours, link=row["id"])

    def revoke_link(self, number: int) -> None:
        """Ends a link, and every session that came by it.

        Raises:
            Refusal: there is no such link.
        """
        with self._database.transaction():
            if not self._database.execute("DELETE FROM links WHERE id = ?", number):
                raise not_found(f"There is no link {number}")
            self._database.execute("DELETE FROM sessions WHERE link = ?", number)

    def new_token(self, wish: NewToken, owner: Session) -> Token:
        """Makes a bearer token with at most its owner's role; it is told this once.

        One that is made with another token ends with that one at the latest: who finds a token cannot keep it alive.

        Raises:
            Refusal: the owner came by a link, whose end would not be theirs.
        """
        if owner.user == AUDIENCE:
            raise Refusal(
                "no-account",
                "An audience has no tokens",
                why="Who came by a link has no account, and a token would outlive the link.",
                fix="sign in with an account of Jenkins or GitLab",
                status=403,
            )
        secret, made = _PREFIX + secrets.token_urlsafe(32), time.time()
        expires = made + wish.hours * 3600
        if owner.expires and not owner.csrf:
            expires = min(expires, owner.expires.timestamp())
        role: Role = "operator" if wish.role == owner.role == "operator" else "viewer"
        number = self._database.insert(
            "INSERT INTO tokens (digest, title, user, role, made, expires) VALUES (?, ?, ?, ?, ?, ?)",
            _digest(secret), wish.title, owner.user, role, made, expires,
        )  # fmt: skip
        return Token(
            id=number, title=wish.title, user=owner.user, role=role, made=moment(made), expires=moment(expires),
            token=secret,
        )  # fmt: skip

    def tokens(self, user: str) -> list[Token]:
        """An account's tokens that still work, latest first."""
        rows = self._database.rows(
            "SELECT * FROM tokens WHERE user = ? AND expires > ? ORDER BY id DESC LIMIT ?",
            user, time.time(), _MOST_OF_EACH,
        )  # fmt: skip
        return [
            Token(id=row["id"], title=row["title"], user=row["user"], role=self._role(row), made=moment(row["made"]),
                  expires=moment(row["expires"]))
            for row in rows
        ]  # fmt: skip

    def revoke_token(self, user: str, number: int) -> None:
        """Ends a token of an account.

        Raises:
            Refusal: the account has no such token.
        """
        if not self._database.execute("DELETE FROM tokens WHERE id = ? AND user = ?", number, user):
            raise not_found(f"You have no token {number}")

    def bearer(self, secret: str) -> Session | None:
        """Whose a bearer token is; None where it has ended or never was."""
        row = self._database.row("SELECT * FROM tokens WHERE digest = ? AND expires > ?", _digest(secret), time.time())
        return Session(user=row["user"], role=self._role(row), expires=moment(row["expires"])) if row else None

    def _role(self, row: sqlite3.Row) -> Role:
        return "operator" if row["role"] == "operator" and row["user"] in self._operators else "viewer"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
