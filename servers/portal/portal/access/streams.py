"""How many streams of events may be open: each holds a connection for as long as its listener likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing

from portal.access.attempts import too_many
from portal.access.sessions import AUDIENCE
from portal.models.access import Session

MOST_OF_ONE = 150
MOST = 1000
_AGAIN_SECONDS = 10.0


class Streams:
    """The open ones, by account; those who came by a link have a session each instead.

    Args:
        most_of_one: how many one listener may have.
        most: how many there may be at all.
    """

    def __init__(self, most_of_one: int = MOST_OF_ONE, most: int = MOST) -> None:
        self._most_of_one = most_of_one
        self._most = most
        self._open: Counter[str] = Counter()

    def admit(self, session: Session) -> None:
        """Refuses one stream too many.

        Raises:
            Refusal: end another one, or come again.
        """
        if self._open[_listener(session)] >= self._most_of_one:
            raise too_many(_AGAIN_SECONDS, f"{session.user} listens {self._most_of_one} times already")
        if self._open.total() >= self._most:
            raise too_many(_AGAIN_SECONDS, f"{self._most} listen already")

    async def counted(self, session: Session, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """A stream, which counts as long as it is open."""
        listener = _listener(session)
        self._open[listener] += 1
        try:
            async with aclosing(stream):
                async for data in stream:
                    yield data
        finally:
            self._open[listener] -= 1
            if not self._open[listener]:
                del self._open[listener]


def _listener(session: Session) -> str:
    return f"{AUDIENCE} {session.csrf}" if session.user == AUDIENCE else session.user
