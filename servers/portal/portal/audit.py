"""The audit log: who did what, and who was not let."""

from __future__ import annotations

import sqlite3
import time

from portal.database import Database, moment
from portal.hub import Hub
from portal.models.records import AuditEntry, Outcome

_KEPT = 20_000
_LONGEST = 1000


class Audit:
    """Entries are only added; the oldest of twenty thousand go."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    def add(
        self, who: str, what: str, subject: str, outcome: Outcome, why: str = "", operation: int | None = None
    ) -> AuditEntry:
        """Writes an entry, and tells it when it is kept."""
        values = (time.time(), who[:_LONGEST], what, subject[:_LONGEST], outcome, why[:_LONGEST], operation)
        number = self._database.insert(
            "INSERT INTO audit (at, who, what, subject, outcome, why, operation) VALUES (?, ?, ?, ?, ?, ?, ?)", *values
        )
        self._database.execute("DELETE FROM audit WHERE id <= ?", number - _KEPT)
        entry = AuditEntry(
            id=number, at=moment(values[0]), who=values[1], what=what, subject=values[3], outcome=outcome,
            why=values[5], operation=operation,
        )  # fmt: skip
        self._database.after_commit(lambda: self._hub.publish("audit", entry))
        return entry

    def entries(
        self, limit: int, before: int | None = None, *, who: str = "", what: str = "", outcome: str = ""
    ) -> list[AuditEntry]:
        """Entries, latest first.

        Args:
            limit: how many.
            before: an entry's number, for earlier ones.
            who: what their account holds, in any case.
            what: what they are about, in any case.
            outcome: theirs; empty for any.
        """
        rows = self._database.rows(
            "SELECT * FROM audit WHERE id < ? AND instr(folded(who), ?) AND instr(folded(what || ' ' || subject), ?)"
            " AND ? IN ('', outcome) ORDER BY id DESC LIMIT ?",
            before or 2**62, who.casefold(), what.casefold(), outcome, limit,
        )  # fmt: skip
        return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> AuditEntry:
    values = dict(row)
    return AuditEntry(**{**values, "at": moment(values["at"])})
