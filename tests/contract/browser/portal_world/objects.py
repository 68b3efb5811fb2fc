"""Kubernetes' objects in memory: kept by kind and namespace, changed by patches, watched by resourceVersion."""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]
Place = tuple[str, str]  # namespace and plural of the kind


def timestamp() -> str:
    """Now, as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Objects:
    """All objects, and what has happened to them."""

    def __init__(self) -> None:
        self._kept: dict[Place, dict[str, Object]] = {}
        self._changes: list[tuple[int, Place, str, Object]] = []
        self._news = asyncio.Event()
        self._numbers = itertools.count(1)
        self.version = 0

    def all(self, place: Place) -> list[Object]:
        """The objects of a kind in a namespace."""
        return list(self._kept.get(place, {}).values())

    def get(self, place: Place, name: str) -> Object | None:
        """One of them."""
        return self._kept.get(place, {}).get(name)

    def put(self, place: Place, item: Object) -> Object:
        """Keeps an object, new or changed, and tells the watchers."""
        metadata = item["metadata"]
        name = metadata["name"]
        kind = "MODIFIED" if name in self._kept.get(place, {}) else "ADDED"
        metadata.setdefault("uid", f"uid-{next(self._numbers)}")
        metadata.setdefault("creationTimestamp", timestamp())
        self._kept.setdefault(place, {})[name] = item
        self._tell(place, kind, item)
        return item

    def remove(self, place: Place, name: str) -> None:
        """Removes an object and tells the watchers."""
        self._tell(place, "DELETED", self._kept[place].pop(name))

    async def watch(self, place: Place, only: str, version: int) -> AsyncIterator[tuple[str, Object]]:
        """What happens to them after a version; never ends by itself."""
        position = 0
        while True:
            self._news.clear()
            while position < len(self._changes):
                number, where, kind, item = self._changes[position]
                position += 1
                if number > version and where == place and only in ("", item["metadata"]["name"]):
                    yield kind, item
            await self._news.wait()

    def _tell(self, place: Place, kind: str, item: Object) -> None:
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        self._changes.append((self.version, place, kind, copy.deepcopy(item)))
        self._news.set()


def merged(old: Any, patch: Any) -> Any:
    """A strategic merge (which for objects without lists is a JSON merge): lists of named things are merged by name."""
    if isinstance(old, dict) and isinstance(patch, dict):
        kept = {key: value for key, value in old.items() if patch.get(key, "") is not None}
        return kept | {
            key: merged(kept.get(key), value)
            for key, value in patch.items()
            if value is not None and not key.startswith("$")
        }
    named = isinstance(patch, list) and all(isinstance(each, dict) and "name" in each for each in patch)
    if isinstance(old, list) and named:
        wanted = {each["name"]: each for each in patch}
        known = [merged(each, wanted.pop(each.get("name"), {})) for each in old]
        return known + list(wanted.values())
    return patch


def patched(item: Object, operations: list[dict[str, Any]]) -> Object:
    """A JSON patch of `test`, `add`, `replace` and `remove`.

    Raises:
        ValueError: a test does not hold.
    """
    item = copy.deepcopy(item)
    for operation in operations:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        inside: Any = item
        for part in way:
            inside = inside[int(part)] if isinstance(inside, list) else inside.setdefault(part, {})
        key: Any = int(last) if isinstance(inside, list) else last
        if operation["op"] == "test":
            if inside.get(key) != operation["value"]:
                raise ValueError(f"the test of {operation['path']} does not hold")
        elif operation["op"] == "remove":
            del inside[key]
        else:
            inside[key] = operation["value"]
    return item
