"""Operations as they are kept: every change is in the database before it is told."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from portal.database import Database, moment, now
from portal.errors import not_found
from portal.hub import Hub
from portal.models.actions import LogLine, Operation, OperationState

_MOST_LINES = 5000
_LONGEST_LINE = 4000
_KEPT = 1000


class Operations:
    """Reads and writes operations and their logs."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub

    def add(self, operation: Operation, environment: str) -> Operation:
        """Keeps a new one and gives it its number; `tell` it then."""
        number = self._database.insert(
            "INSERT INTO operations (state, document, environment) VALUES (?, '', ?)", operation.state, environment
        )
        operation = operation.model_copy(update={"id": number})
        self._write(operation)
        old = number - _KEPT
        self._database.execute("DELETE FROM operations WHERE id <= ? AND state NOT IN ('running', 'waiting')", old)
        self._database.execute("DELETE FROM lines WHERE operation <= ?", old)
        return operation

    def get(self, number: int) -> Operation:
        """One operation.

        Raises:
            Refusal: there is none of this number.
        """
        row = self._database.row("SELECT document FROM operations WHERE id = ?", number)
        if row is None:
            raise not_found(f"There is no operation {number}", fix="GET /api/v1/operations")
        return Operation.model_validate_json(row["document"])

    def latest(self, limit: int) -> list[Operation]:
        """The latest, latest first."""
        rows = self._database.rows("SELECT document FROM operations ORDER BY id DESC LIMIT ?", limit)
        return [Operation.model_validate_json(row["document"]) for row in rows]

    def in_state(self, state: OperationState, environment: str = "") -> list[Operation]:
        """Those in a state, oldest first; of one environment where it is named."""
        rows = self._database.rows(
            "SELECT document FROM operations WHERE state = ? AND (? = '' OR environment = ?) ORDER BY id",
            state, environment, environment,
        )  # fmt: skip
        return [Operation.model_validate_json(row["document"]) for row in rows]

    def change(self, number: int, **values: Any) -> Operation:
        """Changes fields of one, and tells it."""
        operation = self.get(number).model_copy(update=values)
        with self._database.transaction():
            self._write(operation)
        self.tell(operation)
        return operation

    def tell(self, operation: Operation) -> None:
        """Tells everybody, when it is kept."""
        self._tell("operation", operation)

    def progress(self, number: int) -> dict[str, Any]:
        """What of it was done, as its steps left it."""
        row = self._database.row("SELECT progress FROM operations WHERE id = ?", number)
        found: dict[str, Any] = json.loads(row["progress"]) if row else {}
        return found

    def keep_progress(self, number: int, progress: dict[str, Any]) -> None:
        """Keeps what of it was done."""
        self._database.execute("UPDATE operations SET progress = ? WHERE id = ?", json.dumps(progress), number)

    def brought(self, number: int, revision: int) -> None:
        """Notes the revision of the Deployment that it came to."""
        self._database.execute("UPDATE operations SET revision = ? WHERE id = ?", revision, number)

    def bringer(self, environment: str, revision: int) -> Operation | None:
        """The operation that brought an environment's revision, as far as it was the portal's."""
        row = self._database.row(
            "SELECT document FROM operations WHERE environment = ? AND revision = ? AND state = 'succeeded'"
            " ORDER BY id DESC LIMIT 1", environment, revision,
        )  # fmt: skip
        return Operation.model_validate_json(row["document"]) if row else None

    def log(self, number: int, text: str, progress: dict[str, Any] | None = None) -> None:
        """Adds lines to its log; of a log without end the first five thousand are kept.

        Args:
            number: which operation's.
            text: the lines.
            progress: what of it is done by then; kept together with the lines, so that no life adds them twice.
        """
        operation = self.get(number)
        added: list[LogLine] = []
        for line in text.splitlines():
            place = operation.lines + len(added) + 1
            if place > _MOST_LINES:
                break
            words = line if place < _MOST_LINES else "… the rest is on the page of what was started"
            added.append(LogLine(operation=number, number=place, at=now(), text=words[:_LONGEST_LINE]))
        with self._database.transaction():
            if progress is not None:
                self.keep_progress(number, progress)
            for one in added:
                self._database.execute(
                    "INSERT INTO lines VALUES (?, ?, ?, ?)", number, one.number, one.at.timestamp(), one.text
                )
                self._tell("log", one)
            self._write(operation.model_copy(update={"lines": operation.lines + len(added)}))

    def lines(self, number: int, after: int, limit: int) -> list[LogLine]:
        """Its log from after a line on."""
        rows = self._database.rows(
            "SELECT * FROM lines WHERE operation = ? AND number > ? ORDER BY number LIMIT ?", number, after, limit
        )
        return [LogLine(operation=number, number=row["number"], at=moment(row["at"]), text=row["text"]) for row in rows]

    def _tell(self, kind: str, data: BaseModel) -> None:
        self._database.after_commit(lambda: self._hub.publish(kind, data))

    def _write(self, operation: Operation) -> None:
        self._database.execute(
            "UPDATE operations SET state = ?, document = ? WHERE id = ?",
            operation.state, operation.model_dump_json(), operation.id,
        )  # fmt: skip
