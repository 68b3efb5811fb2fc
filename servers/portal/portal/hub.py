"""Events for everybody who looks: made once, written once, sent to all."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import NamedTuple

from pydantic import BaseModel

HEARTBEAT_SECONDS = 15.0
_KEPT_EVENTS = 2000
_KEPT_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_HEARTBEAT = b": still here\n\n"


class Frame(NamedTuple):
    """An event as it goes over the wire."""

    id: int
    kind: str
    data: bytes


class Hub:
    """The last events, and those who wait for the next.

    Ids grow over restarts too, because they begin at the clock's milliseconds: what a reader saw last of an earlier
    life is older than all there is, and is answered with the whole picture.

    Args:
        whole: what a reader needs who missed too much: pairs of an event's kind and its data.

    Attributes:
        viewers: how many read the events, or look at a page that follows them.
        listeners: who in this process is called with each event's kind and data; must not wait.
    """

    def __init__(self, whole: Callable[[], list[tuple[str, BaseModel]]]) -> None:
        self._whole = whole
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._last = int(time.time() * 1000)
        self._latest_chain = 0
        self._news: asyncio.Future[None] | None = None
        self._greeting: tuple[int, bytes] | None = None
        self.listeners: list[Callable[[str, BaseModel], None]] = []
        self.viewers = 0

    @property
    def last(self) -> int:
        """The id of the latest event."""
        return self._last

    def publish(self, kind: str, data: BaseModel) -> int:
        """Tells everybody; returns the event's id."""
        self._last += 1
        frame = Frame(self._last, kind, _written(self._last, kind, data))
        self._frames.append(frame)
        self._bytes += len(frame.data)
        if kind == "chain":
            self._latest_chain = frame.id
        while len(self._frames) > _KEPT_EVENTS or self._bytes > _KEPT_BYTES:
            self._bytes -= len(self._frames.popleft().data)
        if self._news and not self._news.done():
            self._news.set_result(None)
        self._news = None
        for listener in self.listeners:
            listener(kind, data)
        return self._last

    async def stream(self, seen: int | None) -> AsyncGenerator[bytes, None]:
        """What happens from now on, or from the event `seen` on; a comment where nothing does.

        Args:
            seen: the id that a reader saw last (`Last-Event-ID`); None for one who begins.
        """
        self.viewers += 1
        try:
            position = seen if seen is not None and self._covers(seen) else 0
            while True:
                if not self._covers(position):
                    position, greeting = self._whole_picture()
                    yield greeting
                    continue
                if position < self._last:
                    # Before the yield: what comes while a slow reader takes this is still to be told.
                    missed, position = self._piece(position)
                    if missed:
                        yield missed
                elif not await self._wait():
                    yield _HEARTBEAT
        finally:
            self.viewers -= 1

    def _covers(self, position: int) -> bool:
        """Whether everything after this event is still here."""
        oldest = self._frames[0].id if self._frames else self._last + 1
        return oldest - 1 <= position <= self._last

    def _piece(self, position: int) -> tuple[bytes, int]:
        """What came after an event, a piece of it at a time, and up to where: slow readers hold no copies of it all."""
        told: list[bytes] = []
        size = 0
        for frame in self._after(position):
            if size > _PIECE_BYTES:
                break
            position = frame.id
            if self._counts(frame):
                told.append(frame.data)
                size += len(frame.data)
        return b"".join(told), position

    def _after(self, position: int) -> list[Frame]:
        missed: list[Frame] = []
        for frame in reversed(self._frames):
            if frame.id <= position:
                break
            missed.append(frame)
        return missed[::-1]

    def _counts(self, frame: Frame) -> bool:
        """A picture that a later one has replaced is not sent to whoever comes late."""
        return frame.kind != "chain" or frame.id == self._latest_chain

    def _whole_picture(self) -> tuple[int, bytes]:
        """All there is, written once for all who come at the same time."""
        if self._greeting is None or self._greeting[0] != self._last:
            data = b"".join(_written(self._last, kind, each) for kind, each in self._whole())
            self._greeting = (self._last, b"retry: 1000\n\n" + data)
        return self._greeting

    async def _wait(self) -> bool:
        """Waits for the next event, or for the time of a heartbeat; says whether there is an event."""
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        done, _ = await asyncio.wait([self._news], timeout=HEARTBEAT_SECONDS)
        return bool(done)


def _written(number: int, kind: str, data: BaseModel) -> bytes:
    # JSON as pydantic writes it has no line breaks.
    return f"id: {number}\nevent: {kind}\ndata: {data.model_dump_json()}\n\n".encode()
