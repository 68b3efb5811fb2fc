"""SQLite, with a connection per thread, and rows as frozen dataclasses."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from gitlab_light.errors import Gone
from gitlab_light.model.schema import MIGRATIONS

Record = TypeVar("Record")

_BUSY_SECONDS = 15.0
# SQLite's largest integer; anything beyond is no id of ours.
MAX_ID = 2**63 - 1


def now() -> str:
    """The time as GitLab writes it: ISO 8601, UTC, milliseconds."""
    return as_kept(datetime.now(UTC))


def as_kept(moment: datetime) -> str:
    """A time in UTC as it is kept and shown."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def kept(found: Record | None) -> Record:
    """A row that was there a moment ago: it was just written, or a foreign key leads to it.

    Raises:
        Gone: somebody has removed it meanwhile.
    """
    if found is None:
        raise Gone
    return found


def as_id(text: str) -> int | None:
    """The id that a text is; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class Database:
    """A SQLite file in WAL mode.

    Each thread has a connection of its own. Writes take the database's write lock at once (BEGIN IMMEDIATE), so a
    transaction never fails half-way for want of it. With synchronous=NORMAL a committed transaction survives the end
    of the process, however it ended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._migrate()

    def all(self, record: type[Record], sql: str, *values: Any) -> list[Record]:
        """The rows that a query finds, each as a `record`."""
        make = _maker(record)
        return [make(row) for row in self._connection().execute(sql, values)]

    def one(self, record: type[Record], sql: str, *values: Any) -> Record | None:
        """The first row that a query finds."""
        row = self._connection().execute(sql, values).fetchone()
        return None if row is None else _maker(record)(row)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """The rows that a query finds, as they are."""
        return self._connection().execute(sql, values).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row; None where there is none."""
        row = self._connection().execute(sql, values).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside is kept together or not at all; may be nested."""
        connection = self._connection()
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN IMMEDIATE")
        afterwards: list[Callable[[], None]] = []
        self._local.afterwards = afterwards
        try:
            yield
        except BaseException:
            connection.rollback()
            raise
        finally:
            self._local.afterwards = None
        connection.commit()
        for act in afterwards:
            act()

    def after_commit(self, act: Callable[[], None]) -> None:
        """Does something as soon as others can see what was written: now, or when the transaction is kept.

        Of a transaction that is given up nothing is done.
        """
        afterwards: list[Callable[[], None]] | None = getattr(self._local, "afterwards", None)
        if afterwards is None:
            act()
        else:
            afterwards.append(act)

    def execute(self, sql: str, *values: Any) -> int:
        """Runs one writing statement; returns the number of rows it touched.

        Raises:
            Gone: what it belongs to has been removed meanwhile.
        """
        with self.transaction():
            return self._write(sql, values).rowcount

    def insert(self, table: str, **values: Any) -> int:
        """Adds a row and returns its id; lists and dicts become JSON.

        Raises:
            Gone: what it belongs to has been removed meanwhile.
        """
        columns = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        with self.transaction():
            cursor = self._write(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608  names come from our code
                [_stored(value) for value in values.values()],
            )
            return int(cursor.lastrowid or 0)

    def update(self, table: str, row_id: int, **values: Any) -> None:
        """Changes columns of the row with this id; lists and dicts become JSON.

        Raises:
            Gone: what it is to belong to has been removed meanwhile.
        """
        if not values:
            return
        assignments = ", ".join(f"{column} = ?" for column in values)
        with self.transaction():
            self._write(
                f"UPDATE {table} SET {assignments} WHERE id = ?",  # noqa: S608  names come from our code
                [*(_stored(value) for value in values.values()), row_id],
            )

    def close(self) -> None:
        """Closes this thread's connection."""
        connection: sqlite3.Connection | None = self._local.__dict__.pop("connection", None)
        if connection:
            connection.close()

    def _write(self, sql: str, values: Sequence[Any]) -> sqlite3.Cursor:
        try:
            return self._connection().execute(sql, values)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorname == "SQLITE_CONSTRAINT_FOREIGNKEY":
                raise Gone from error
            raise

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # check_same_thread=False only so that the interpreter may close it when its thread has ended.
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
        return connection

    def _migrate(self) -> None:
        with self.transaction():
            version = self.value("PRAGMA user_version")
            for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
                for statement in statements.split(";\n"):
                    self._connection().execute(statement)
                self._connection().execute(f"PRAGMA user_version = {number}")


def _stored(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, separators=(",", ":"))
    return int(value) if isinstance(value, bool) else value


_makers: dict[type[Any], Callable[[sqlite3.Row], Any]] = {}


def _maker(record: type[Any]) -> Callable[[sqlite3.Row], Any]:
    if record not in _makers:
        _makers[record] = _make_maker(record)
    return _makers[record]


def _make_maker(record: type[Any]) -> Callable[[sqlite3.Row], Any]:
    """Makes rows into records; SQLite has neither booleans nor lists, so the field's type says what a column means."""
    fields: Sequence[dataclasses.Field[Any]] = dataclasses.fields(record)
    readers: list[tuple[str, Callable[[Any], Any]]] = [(field.name, _reader(str(field.type))) for field in fields]

    def make(row: sqlite3.Row) -> Any:
        return record(**{name: None if row[name] is None else read(row[name]) for name, read in readers})

    return make


def _reader(annotation: str) -> Callable[[Any], Any]:
    if annotation.startswith("bool"):
        return bool
    if annotation.startswith(("list", "dict")):
        return json.loads
    return lambda value: value
