"""A live object in the terms of our inputs: what we would have had to ask for to get what is there."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any

from kubernetes.utils.quantity import parse_quantity

from kubestage.providers.diffs import Path
from kubestage.providers.kubernetes.api import Object

_MISSING = object()


def as_inputs(inputs: Object, live: Object, keep: Collection[Path] = ()) -> Object:
    """Takes for every field of `inputs` the value that `live` has.

    Fields that the server filled in are not ours and do not appear. A field that was removed is missing, so that
    the next comparison finds it.

    Args:
        inputs: what was asked for.
        live: the object as the server has it.
        keep: paths that are no longer ours; they keep the value of `inputs`, so that they never count as drift.
    """
    found: Object = _project(inputs, live, (), frozenset(keep))
    if "stringData" in inputs:
        found["stringData"] = _string_data(inputs["stringData"], live)
    return found


def _project(wanted: Any, live: Any, path: Path, keep: frozenset[Path]) -> Any:
    if path in keep:
        return wanted
    if isinstance(wanted, dict) and isinstance(live, dict):
        found = {}
        for key, value in wanted.items():
            result = _project(value, live.get(key, _MISSING), (*path, key), keep)
            if result is not _MISSING:
                found[key] = result
        return found
    if isinstance(wanted, list) and isinstance(live, list):
        return _project_list(wanted, live, path, keep)
    if live is _MISSING:
        return _MISSING if wanted else wanted  # the server drops empty values
    return wanted if _is_quantity(path) and _same_quantity(wanted, live) else live


def _project_list(wanted: list[Any], live: list[Any], path: Path, keep: frozenset[Path]) -> list[Any]:
    named = {item["name"]: item for item in live if isinstance(item, dict) and "name" in item}
    if named and all(isinstance(item, dict) and "name" in item for item in wanted):
        pairs = [(index, item, named[item["name"]]) for index, item in enumerate(wanted) if item["name"] in named]
        return [_project(item, there, (*path, index), keep) for index, item, there in pairs]
    pairs = [(index, item, there) for index, (item, there) in enumerate(zip(wanted, live, strict=False))]
    return [*(_project(item, there, (*path, index), keep) for index, item, there in pairs), *live[len(wanted) :]]


def _is_quantity(path: Path) -> bool:
    return len(path) > 1 and path[-2] in ("limits", "requests")


def _same_quantity(wanted: Any, live: Any) -> bool:
    try:
        return bool(parse_quantity(wanted) == parse_quantity(live))  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        return False


def _string_data(wanted: dict[str, str], live: Object) -> dict[str, str]:
    data = live.get("data") or {}
    return {key: base64.b64decode(data[key]).decode("utf-8", "replace") for key in wanted if key in data}
