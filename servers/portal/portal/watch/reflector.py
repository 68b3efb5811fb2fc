"""A kind of Kubernetes objects as they are now: listed once, then followed by a watch, which goes on where it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from portal.clients.kubernetes import Kubernetes, Resource, TooOld
from portal.errors import PartDown, PartRefused

_FIRST_BACK_OFF = 0.5
_LONGEST_BACK_OFF = 10.0


class Reflector:
    """Keeps the objects of one kind in one environment.

    Args:
        kubernetes: whom to ask.
        resource: the kind.
        environment: where.
        changed: called after each change of the objects or of `error`.

    Attributes:
        objects: by name.
        synced: whether the objects have been listed since the last failure.
        error: why they cannot be had; None when they can.
    """

    def __init__(
        self, kubernetes: Kubernetes, resource: Resource, environment: str, changed: Callable[[], None]
    ) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.synced = False
        self.error: PartDown | PartRefused | None = None
        self._kubernetes = kubernetes
        self._resource = resource
        self._environment = environment
        self._changed = changed

    async def run(self) -> None:
        """Follows until it is cancelled; from a failure it comes back by itself, asking less and less often."""
        back_off = _FIRST_BACK_OFF
        version = ""
        while True:
            try:
                if not version:
                    version = await self._list()
                    back_off = _FIRST_BACK_OFF
                version = await self._follow(version)
            except TooOld:
                version = ""
            except (PartDown, PartRefused) as error:
                self._failed(error)
                version = ""
                await asyncio.sleep(back_off)
                back_off = min(back_off * 2, _LONGEST_BACK_OFF)

    async def _list(self) -> str:
        items, version = await self._kubernetes.objects(self._resource, self._environment)
        self.objects = {item["metadata"]["name"]: _lean(item) for item in items}
        self.synced, self.error = True, None
        self._changed()
        return version

    async def _follow(self, version: str) -> str:
        """Takes changes in until the server ends the watch; the resourceVersion that it came to."""
        async for kind, item in self._kubernetes.watch(self._resource, self._environment, version):
            metadata = item["metadata"]
            version = str(metadata["resourceVersion"])
            if kind == "BOOKMARK":
                continue
            if kind == "DELETED":
                self.objects.pop(metadata["name"], None)
            else:
                self.objects[metadata["name"]] = _lean(item)
            self._changed()
        return version

    def _failed(self, error: PartDown | PartRefused) -> None:
        news = self.synced or str(self.error) != str(error)
        self.synced, self.error = False, error
        if news:
            self._changed()


def _lean(item: dict[str, Any]) -> dict[str, Any]:
    """The object without the bookkeeping that makes up half of it."""
    item["metadata"].pop("managedFields", None)
    return item
