"""Operations that wait for an approval, each until its time is over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from portal.audit import Audit
from portal.database import Database, now
from portal.models.actions import Operation
from portal.operations import Operations

PORTAL = "the portal"
# A machine that slept has a clock that went on without the timers.
_LONGEST_SLEEP_SECONDS = 60.0


class Waiting:
    """Ends what nobody has approved in time: who asked for it meant it for then, and not for any later day.

    Args:
        operations: all of them.
        audit: the audit log.
        database: keeps both.
        hours: how long an operation may wait.
    """

    def __init__(self, operations: Operations, audit: Audit, database: Database, hours: float) -> None:
        self._operations = operations
        self._audit = audit
        self._database = database
        self._lasts = timedelta(hours=hours)
        self._news = asyncio.Event()

    def until(self, made: datetime) -> datetime:
        """Until when an operation may wait that was asked for then."""
        return made + self._lasts

    def begun(self) -> None:
        """One more waits."""
        self._news.set()

    async def run(self) -> None:
        """Ends each operation as soon as its time is over, until this is cancelled."""
        while True:
            self._news.clear()
            self.end_overdue()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._seconds_left())

    def end_overdue(self) -> None:
        """Ends those whose time is over; the audit log has it."""
        for operation in self._operations.in_state("waiting"):
            end = self._end_of(operation)
            if end <= now():
                said = f"Nobody approved it until {end:%Y-%m-%d %H:%M:%S} UTC, as the rule {operation.approval} wants."
                with self._database.transaction():
                    self._audit.add(PORTAL, "expire", operation.title, "done", said, operation.id)
                    self._operations.change(
                        operation.id,
                        state="expired",
                        message=said,
                        fix="do it again if it is still wanted",
                        ended=now(),
                    )

    def _seconds_left(self) -> float:
        ends = [self._end_of(operation) for operation in self._operations.in_state("waiting")]
        return min([_LONGEST_SLEEP_SECONDS, *(max(0.0, (end - now()).total_seconds()) for end in ends)])

    def _end_of(self, operation: Operation) -> datetime:
        return operation.expires or self.until(operation.made)  # an earlier portal kept none
