"""How often a part is looked at: often while somebody looks or something runs, else seldom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from portal.database import now
from portal.errors import PartDown, PartRefused

_FIRST_BACK_OFF = 0.5
_LONGEST_BACK_OFF = 10.0


@dataclass
class Pace:
    """Decides the pause between two looks.

    Attributes:
        busy: whether somebody looks, or something runs that somebody asked for.
        quick: seconds between two looks then.
        slow: seconds between two looks else.
        eager: whether something is expected just now, which those who look wait for.
        eager_quick: seconds between two looks then, where they are fewer than usual.
    """

    busy: Callable[[], bool]
    quick: float
    slow: float
    eager: Callable[[], bool] = lambda: False
    eager_quick: float = 0.0
    _poked: asyncio.Event = field(default_factory=asyncio.Event)

    def poke(self) -> None:
        """Something has happened: look now."""
        self._poked.set()

    async def pause(self) -> None:
        """Waits until the next look is due; one who comes meanwhile does not wait for a slow one."""
        waited = 0.0
        while waited < (self._quick() if self.busy() else self.slow):
            step = self._quick()
            try:
                async with asyncio.timeout(step):
                    await self._poked.wait()
            except TimeoutError:
                waited += step
            else:
                self._poked.clear()
                return

    def _quick(self) -> float:
        return self.eager_quick if self.eager_quick and self.eager() else self.quick


@dataclass
class Health:
    """What the last looks at a part came to.

    Attributes:
        asked: whether it was ever asked.
        error: what went wrong last; None when nothing did.
        heard: when it answered last, None if it never did.
    """

    asked: bool = False
    error: PartDown | PartRefused | None = None
    heard: datetime | None = None


class Poller:
    """Looks at one part again and again; a part that is down is asked less and less often.

    Args:
        look: one look.
        pace: how often.
        changed: called when `health` has changed.
    """

    def __init__(self, look: Callable[[], Awaitable[None]], pace: Pace, changed: Callable[[], None]) -> None:
        self.health = Health()
        self.pace = pace
        self._look = look
        self._changed = changed

    async def run(self) -> None:
        """Looks until it is cancelled."""
        back_off = _FIRST_BACK_OFF
        while True:
            before = (self.health.asked, str(self.health.error))
            try:
                await self._look()
                self.health.error, self.health.heard = None, now()
                back_off = _FIRST_BACK_OFF
            except (PartDown, PartRefused) as error:
                self.health.error = error
            self.health.asked = True
            if before != (True, str(self.health.error)):
                self._changed()
            if self.health.error:
                await asyncio.sleep(back_off)
                back_off = min(back_off * 2, _LONGEST_BACK_OFF)
            else:
                await self.pace.pause()
