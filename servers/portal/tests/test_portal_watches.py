"""Looking again and again: what is told while a look is under way gets a look of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from portal.clients.registry import ImageFacts
from portal.watch.servers import RegistryWatch


class Registry:
    """A tag that stays and comes to stand for another image; the first question for it takes as long as a test says."""

    def __init__(self) -> None:
        self.image = "sha256:old"
        self.asked = asyncio.Event()
        self.goes_on = asyncio.Event()

    async def tags(self) -> list[str]:
        return ["v1.0.0.0"]

    async def digest(self, version: str) -> str:
        found = self.image
        self.asked.set()
        await self.goes_on.wait()
        return found

    async def facts(self, digest: str) -> ImageFacts:
        return ImageFacts("", "")


def test_a_build_that_ends_while_the_registry_is_asked_has_it_asked_again():
    async def scene() -> None:
        registry: Any = Registry()
        watch = RegistryWatch(registry, lambda: False, lambda: None)
        looking = asyncio.create_task(watch.run())
        await asyncio.wait_for(registry.asked.wait(), 5)
        registry.image = "sha256:new"
        watch.built()
        registry.goes_on.set()
        async with asyncio.timeout(5):
            while watch.digests.get("v1.0.0.0") != "sha256:new":
                await asyncio.sleep(0.01)
        looking.cancel()

    asyncio.run(scene())
