"""The stream that keeps a page as things are: pieces of HTML and lines of logs, as server-sent events.

Whoever is slow misses states in between and never the last one; whoever comes back gets what has changed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from portal.errors import Refusal
from portal.models import LogLine, Session
from portal.pages.regions import Regions
from portal.portal import Portal

BEAT_SECONDS = 8.0
MOST_LINES = 5000
_GATHER_SECONDS = 0.04  # changes come in flocks: the first is told at once, those that follow are told together


class Listener:
    """A page that is open.

    Args:
        regions: the names of the pieces that it shows, each with the mark of what it has of it; empty for nothing.
        operation: whose log it shows, if any.
        after: the last line of that log that it has.
    """

    def __init__(self, regions: Mapping[str, str], operation: int | None, after: int) -> None:
        self.regions = set(regions)
        self.operation = operation
        self.after = after
        self.stale = set(regions)
        self.woken = asyncio.Event()
        self.woken.set()
        self.marks = dict(regions)

    def tell(self, stale: set[str], logged: int | None) -> None:
        """Something has changed."""
        concerned = stale & self.regions
        if concerned or (logged is not None and logged == self.operation):
            self.stale |= concerned
            self.woken.set()


class Live:
    """All open pages.

    Args:
        portal: what they show.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.regions = Regions(portal)
        self._listeners: set[Listener] = set()
        portal.hub.listeners.append(self.hear)

    async def stream(
        self, listener: Listener, visitor: Session, allowed: Callable[[], bool]
    ) -> AsyncGenerator[bytes, None]:
        """What one page is told, until its visitor is not allowed any more.

        Args:
            listener: the page.
            visitor: who looks at it.
            allowed: whether the session still holds; asked at each beat.
        """
        self._listeners.add(listener)
        self._portal.hub.viewers += 1
        beat = time.monotonic() + BEAT_SECONDS
        try:
            yield b": listening\n\n"
            while True:
                for message in self._news(listener, visitor):
                    yield message
                await _woken(listener, beat - time.monotonic(), time.monotonic())
                if time.monotonic() >= beat:
                    if not allowed():
                        return
                    yield b"event: beat\ndata: {}\n\n"
                    beat = time.monotonic() + BEAT_SECONDS
        finally:
            self._listeners.discard(listener)
            self._portal.hub.viewers -= 1

    def _news(self, listener: Listener, visitor: Session) -> list[bytes]:
        """What the page does not have yet; the log first: where an operation has ended, it is whole.

        All of it is of one moment, for the same reason.
        """
        listener.woken.clear()
        stale, listener.stale = listener.stale, set()
        return [*self._lines(listener), *self._changed(listener, stale, visitor)]

    def _changed(self, listener: Listener, stale: set[str], visitor: Session) -> Iterator[bytes]:
        for name in sorted(stale):
            try:
                region = self.regions.get(name, visitor.role)
            except Refusal:  # of an operation that is none
                continue
            if listener.marks[name] != region.mark:
                listener.marks[name] = region.mark
                yield region.message

    def _lines(self, listener: Listener) -> Iterator[bytes]:
        if listener.operation is not None:
            lines = self._portal.operations.lines(listener.operation, listener.after, MOST_LINES)
            if lines:
                yield _log_message(listener.after, lines)
                listener.after = lines[-1].number

    def hear(self, kind: str, data: Any) -> None:
        """Passes an event of the API on to the pages that it concerns."""
        stale = self.regions.changed(kind, data)
        logged = data.operation if isinstance(data, LogLine) else None
        for listener in self._listeners:
            listener.tell(stale, logged)


async def _woken(listener: Listener, seconds: float, told: float) -> None:
    """Waits for news, at most about so long; those that come right after what was `told` wait for each other."""
    with suppress(TimeoutError):
        await asyncio.wait_for(listener.woken.wait(), max(seconds, 0))
        await asyncio.sleep(told + _GATHER_SECONDS - time.monotonic())


def _log_message(after: int, lines: list[LogLine]) -> bytes:
    text = "".join(f"{line.text}\n" for line in lines)
    data = json.dumps({"start": after, "next": lines[-1].number, "text": text})
    return f"event: log\ndata: {data}\n\n".encode()
