"""The stream that keeps a page as things are: pieces of HTML and lines of logs, as server-sent events.

Whoever is slow misses states in between and never the last one; whoever comes back gets everything anew.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from portal.models import LogLine, Session
from portal.pages.desk import Desk, Refusal
from portal.pages.regions import Regions

BEAT_SECONDS = 8.0
_GATHER_SECONDS = 0.04  # changes come in flocks; a page that is told of them together is told of them in time


class Listener:
    """A page that is open.

    Args:
        regions: the names of the pieces that it shows.
        operation: whose log it shows, if any.
        after: the last line of that log that it has.
    """

    def __init__(self, regions: list[str], operation: int | None, after: int) -> None:
        self.regions = set(regions)
        self.operation = operation
        self.after = after
        self.stale = set(regions)
        self.woken = asyncio.Event()
        self.woken.set()
        self.sent: dict[str, str] = {}

    def tell(self, stale: set[str], logged: int | None) -> None:
        """Something has changed."""
        concerned = stale & self.regions
        if concerned or (logged is not None and logged == self.operation):
            self.stale |= concerned
            self.woken.set()


class Live:
    """All open pages.

    Args:
        desk: what they show.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.regions = Regions(desk)
        self._listeners: set[Listener] = set()
        self._follower: asyncio.Task[None] | None = None

    @property
    def open_pages(self) -> int:
        """How many pages are open."""
        return len(self._listeners)

    async def stream(
        self, listener: Listener, visitor: Session, allowed: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        """What one page is told, until its visitor is not allowed any more.

        Args:
            listener: the page.
            visitor: who looks at it.
            allowed: whether the session still holds; asked at each beat.
        """
        self._follow()
        self._listeners.add(listener)
        try:
            while True:
                async for message in self._news(listener, visitor):
                    yield message
                if not await self._woken(listener):
                    if not await allowed():
                        return
                    yield b"event: beat\ndata: {}\n\n"
        finally:
            self._listeners.discard(listener)

    @staticmethod
    async def _woken(listener: Listener) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(listener.woken.wait(), BEAT_SECONDS)
            await asyncio.sleep(_GATHER_SECONDS)
            return True
        return False

    async def _news(self, listener: Listener, visitor: Session) -> AsyncIterator[bytes]:
        listener.woken.clear()
        stale, listener.stale = listener.stale, set()
        for name in sorted(stale):
            try:
                region = await self.regions.get(name, visitor.role)
            except Refusal:  # of an operation that is none
                continue
            if listener.sent.get(name) != region.essence:
                listener.sent[name] = region.essence
                yield region.message
        if listener.operation is not None:
            lines = await self._desk.log(listener.operation, listener.after)
            if lines:
                yield _log_message(listener.after, lines)
                listener.after = lines[-1].number

    def _follow(self) -> None:
        if self._follower is None or self._follower.done():
            self._follower = asyncio.create_task(self._pass_on())

    async def _pass_on(self) -> None:
        async for kind, data in self._desk.changes():
            self.hear(kind, data)

    def hear(self, kind: str, data: Any) -> None:
        """Passes an event of the API on to the pages that it concerns."""
        stale = self.regions.changed(kind, data)
        logged = data.operation if isinstance(data, LogLine) else None
        for listener in self._listeners:
            listener.tell(stale, logged)


def _log_message(after: int, lines: list[LogLine]) -> bytes:
    text = "".join(f"{line.text}\n" for line in lines)
    data = json.dumps({"start": after, "next": lines[-1].number, "text": text})
    return f"event: log\ndata: {data}\n\n".encode()
