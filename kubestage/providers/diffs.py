"""What differs between a resource's old and new inputs, path by path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from kubestage.providers.wire import Properties

Kind = Literal["add", "delete", "update"]
Path = tuple[str | int, ...]

_MISSING = object()
_PLAIN_KEY = re.compile(r"^[A-Za-z_$][\w$]*$")
_SEGMENT = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|\.?([^.\[\]]+)')


@dataclass(frozen=True)
class Difference:
    """One path at which old and new inputs differ."""

    path: Path
    kind: Kind

    @property
    def text(self) -> str:
        """The path as the engine writes it: `spec.ports[0].nodePort`, `data["demo.value"]`."""
        return path_text(self.path)


def path_text(path: Path) -> str:
    """Writes a path in the engine's notation."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        elif _PLAIN_KEY.match(key):
            text += f".{key}" if text else key
        else:
            text += '["' + key.replace('"', '\\"') + '"]'
    return text


def parse_path(text: str) -> Path:
    """Reads the engine's notation; `[*]` becomes the key "*"."""
    path: list[str | int] = []
    for quoted, index, name in _SEGMENT.findall(text):
        if name:
            path.append(name)
        elif index:
            path.append("*" if index == "*" else int(index))
        else:
            path.append(quoted.replace('\\"', '"'))
    return tuple(path)


def matches(path: Path, pattern: Path) -> bool:
    """Tells whether `path` is what `pattern` names or lies below it; "*" stands for any key."""
    return len(path) >= len(pattern) and all(
        part == "*" or part == key for key, part in zip(path, pattern, strict=False)
    )


def differences(old: Properties, new: Properties) -> list[Difference]:
    """Lists every path whose value was added, deleted or changed; an unknown value counts as changed."""
    return list(_walk((), old, new))


def _walk(path: Path, old: Any, new: Any) -> Iterator[Difference]:
    if old is _MISSING or new is _MISSING:
        yield Difference(path, "add" if old is _MISSING else "delete")
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            before, after = old.get(key, _MISSING), new.get(key, _MISSING)
            if before is not after:
                yield from _walk((*path, key), before, after)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else _MISSING
            after = new[index] if index < len(new) else _MISSING
            yield from _walk((*path, index), before, after)
    elif type(old) is not type(new) or old != new:
        yield Difference(path, "update")


def needing(found: Iterable[Difference], patterns: Iterable[Path]) -> list[Difference]:
    """Those differences that touch one of `patterns`, from above or from below."""
    wanted = list(patterns)
    return [one for one in found if any(matches(one.path, pattern) or matches(pattern, one.path) for pattern in wanted)]
