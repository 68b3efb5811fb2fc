"""The picture as it is now, and the telling of each change of it: once for all who look."""

from __future__ import annotations

import asyncio
from datetime import datetime

from portal.database import now
from portal.hub import Hub
from portal.models.chain import Chain, Part, State
from portal.settings import ENVIRONMENTS
from portal.view.environments import AVAILABILITY_MINUTES, environment, part
from portal.view.parts import PUSH_SHOWN, server_parts
from portal.view.versions import travelling, versions
from portal.watch.seen import Seen

# Changes that come at once, such as the pods of a rollout, are told together.
_TOGETHER_SECONDS = 0.05


def compose(seen: Seen) -> Chain:
    """The whole picture of what is known."""
    environments = [environment(seen, name) for name in ENVIRONMENTS]
    found = versions(seen, environments)
    parts: list[Part] = [*server_parts(seen), *(part(seen, one) for one in environments)]
    return Chain(
        sequence=0, at=now(), parts=parts, environments=environments,
        travelling=travelling(seen, found, environments), versions=found,
    )  # fmt: skip


class Picture:
    """Composes the picture when something has changed, and publishes it where it differs.

    Attributes:
        current: the last one.
    """

    def __init__(self, seen: Seen, hub: Hub) -> None:
        self._seen = seen
        self._hub = hub
        self._stale = asyncio.Event()
        self._since: dict[str, tuple[State, datetime]] = {}
        self.current = self._dated(compose(seen)).model_copy(update={"sequence": hub.last})
        self._face = _face(self.current)

    def changed(self) -> None:
        """Says that something has changed."""
        self._stale.set()

    async def run(self) -> None:
        """Publishes changes until it is cancelled."""
        while True:
            try:
                async with asyncio.timeout(PUSH_SHOWN.total_seconds()):
                    await self._stale.wait()
            except TimeoutError:
                pass
            self._stale.clear()
            self._renew()
            await asyncio.sleep(_TOGETHER_SECONDS)

    def fresh(self) -> Chain:
        """The last one, with the probes up to now."""
        for one in self.current.environments:
            one.served = self._seen.probes[one.name].served
            one.availability = self._seen.probes[one.name].points(AVAILABILITY_MINUTES)
        return self.current

    def _renew(self) -> None:
        chain = self._dated(compose(self._seen))
        face = _face(chain)
        if face == self._face:
            return
        chain.sequence = self._hub.last + 1
        self.current, self._face = chain, face
        self._hub.publish("chain", chain)

    def _dated(self, chain: Chain) -> Chain:
        """The picture with since when each part has the state that it has."""
        for one in chain.parts:
            known = self._since.get(one.name)
            if known is None or known[0] != one.state:
                known = (one.state, chain.at)
                self._since[one.name] = known
            one.since = known[1]
        return chain


def _face(chain: Chain) -> tuple[object, ...]:
    """What of a picture one sees: without its time, and without probes, which have events of their own."""
    environments = [one.model_dump(exclude={"availability": True, "served": {"at"}}) for one in chain.environments]
    parts = [one.model_dump(exclude={"checked"}) for one in chain.parts]
    return parts, environments, chain.travelling, chain.versions
