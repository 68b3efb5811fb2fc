"""The portal's state in one SQLite file.

One connection, used from the event loop's thread alone: every statement here takes microseconds. Each transaction
holds all that must be true together, so that a sudden end (kill -9) leaves either all of it or nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_BUSY_SECONDS = 15.0

_MIGRATIONS = (
    """
    CREATE TABLE sessions (digest TEXT PRIMARY KEY, user TEXT NOT NULL, role TEXT NOT NULL, csrf TEXT NOT NULL,
                           expires REAL NOT NULL, link INTEGER);
    CREATE TABLE links (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
                        made_by TEXT NOT NULL, made REAL NOT NULL, expires REAL NOT NULL);
    CREATE TABLE tokens (id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
                         user TEXT NOT NULL, role TEXT NOT NULL, made REAL NOT NULL, expires REAL NOT NULL);
    CREATE TABLE operations (id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, document TEXT NOT NULL,
                             progress TEXT NOT NULL DEFAULT '{}', environment TEXT NOT NULL DEFAULT '',
                             revision INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX operations_by_state ON operations (state);
    CREATE TABLE lines (operation INTEGER NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
                        PRIMARY KEY (operation, number)) WITHOUT ROWID;
    CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
                        subject TEXT NOT NULL, outcome TEXT NOT NULL, why TEXT NOT NULL, operation INTEGER);
    CREATE TABLE rules (revision INTEGER PRIMARY KEY, document TEXT NOT NULL, saved_by TEXT NOT NULL, at REAL NOT NULL);
    CREATE TABLE events (key TEXT PRIMARY KEY, at REAL NOT NULL, document TEXT NOT NULL, state TEXT NOT NULL);
    CREATE INDEX events_by_time ON events (at);
    CREATE TABLE pushes (key TEXT PRIMARY KEY, at REAL NOT NULL, document TEXT NOT NULL);
    CREATE TABLE probes (environment TEXT NOT NULL, at REAL NOT NULL, until REAL NOT NULL, version TEXT NOT NULL,
                         failure TEXT NOT NULL, milliseconds REAL NOT NULL, count INTEGER NOT NULL,
                         PRIMARY KEY (environment, at)) WITHOUT ROWID;
    """,
)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as a time."""
    return datetime.fromtimestamp(seconds, UTC)


class Database:
    """The file, open."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        path.chmod(0o600)
        self._connection.create_function("folded", 1, str.casefold, deterministic=True)  # SQLite's lower knows ASCII
        self._afterwards: list[Callable[[], object]] = []
        self._migrate()

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """The rows that a query finds."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row that a query finds."""
        found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def execute(self, sql: str, *values: Any) -> int:
        """Runs one writing statement; returns how many rows it touched."""
        return self._connection.execute(sql, values).rowcount

    def insert(self, sql: str, *values: Any) -> int:
        """Runs one INSERT; returns the row's number."""
        return int(self._connection.execute(sql, values).lastrowid or 0)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is kept together or not at all; may be nested, must not await."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._afterwards.clear()
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        afterwards, self._afterwards = self._afterwards, []
        for act in afterwards:
            act()

    def after_commit(self, act: Callable[[], object]) -> None:
        """Does something as soon as what was written is kept: now, or at the transaction's end; never if that fails."""
        if self._connection.in_transaction:
            self._afterwards.append(act)
        else:
            act()

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _migrate(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
            self._connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
