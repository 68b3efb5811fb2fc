"""Who owns which field of a live object, and what of our inputs may therefore be applied.

Server-side apply records in `metadata.managedFields` who set a field last. What another client (kubectl, the CD job)
took over stays with it: such a field is neither drift nor ours to set, and is never forced back.
Source: kubernetes.io/docs/reference/using-api/server-side-apply.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kubestage.providers.diffs import Path, matches, path_text
from kubestage.providers.kubernetes.api import FIELD_MANAGER, Object

Fields = dict[str, Any]
_MISSING = object()


@dataclass(frozen=True)
class Foreign:
    """A field of our inputs that another manager owns and we do not."""

    path: Path
    manager: str
    live: Any

    def __str__(self) -> str:
        return f"{path_text(self.path)} stays {self.live!r}: {self.manager} owns it"


@dataclass(frozen=True)
class _Owners:
    """The field sets at one place of the object: ours, and each other manager's."""

    ours: Fields | None
    others: tuple[tuple[str, Fields], ...]

    def below(self, key: str) -> _Owners:
        ours = self.ours.get(key) if self.ours is not None else None
        return _Owners(ours, tuple((name, fields[key]) for name, fields in self.others if key in fields))

    @property
    def foreign(self) -> bool:
        return self.ours is None and bool(self.others)


def _owners(live: Object) -> _Owners:
    ours: Fields | None = None
    others = []
    for entry in live.get("metadata", {}).get("managedFields") or []:
        if entry.get("subresource") == "status":
            continue
        fields = entry.get("fieldsV1") or {}
        if entry.get("manager") == FIELD_MANAGER:
            # What we merely patched (operation Update) we do not hold, and nobody else does.
            ours = fields if entry.get("operation") == "Apply" else ours
        else:
            others.append((str(entry.get("manager")), fields))
    return _Owners(ours, tuple(others))


def taken_over(live: Object, path: Path) -> bool:
    """Whether another client than ours set anything at or below `path`."""
    owners = _owners(live)
    for key in path:
        owners = owners.below(f"f:{key}")
    return bool(owners.others)


def without_foreign(inputs: Object, live: Object, ignored: Sequence[Path] = ()) -> tuple[Object, list[Foreign]]:
    """Leaves out of `inputs` what others own.

    Args:
        inputs: what the program wants.
        live: the object as the server has it, with its managedFields.
        ignored: the program's ignoreChanges; where we own such a field it keeps its live value (to leave it out would
            delete it), where only others own it it is left out even if it is equal.

    Returns:
        what may be applied without force, and what was left out because it differs.
    """
    left_out: list[Foreign] = []
    body = _prune(inputs, live, _owners(live), (), ignored, left_out)
    return body, left_out


def _prune(
    wanted: Any, live: Any, owners: _Owners, path: Path, ignored: Sequence[Path], left_out: list[Foreign]
) -> Any:
    if isinstance(wanted, dict):
        kept = {}
        for key, value in wanted.items():
            there = live.get(key, _MISSING) if isinstance(live, dict) else _MISSING
            result = _prune(value, there, owners.below(f"f:{key}"), (*path, key), ignored, left_out)
            if result is not _MISSING:
                kept[key] = result
        return kept
    if isinstance(wanted, list) and _associative(owners):
        items = []
        for index, item in enumerate(wanted):
            key = _item_key(item, owners)
            there = _item(live, key)
            below = owners.below(key) if key else _Owners(None, ())
            items.append(_prune(item, there, below, (*path, index), ignored, left_out))
        return items
    return _leaf(wanted, live, owners, path, ignored, left_out)


def _leaf(wanted: Any, live: Any, owners: _Owners, path: Path, ignored: Sequence[Path], left_out: list[Foreign]) -> Any:
    if live is _MISSING:
        return wanted
    is_ignored = any(matches(path, pattern) for pattern in ignored)
    if owners.foreign and (is_ignored or wanted != live):
        if wanted != live and not is_ignored:
            left_out.append(Foreign(path, owners.others[0][0], live))
        return _MISSING
    return live if is_ignored else wanted


def _associative(owners: _Owners) -> bool:
    sets = [owners.ours, *(fields for _, fields in owners.others)]
    return any(key.startswith("k:") for fields in sets if fields for key in fields)


def _item_key(item: Any, owners: _Owners) -> str:
    """The entry of managedFields that stands for a list's item, such as `k:{"name":"web"}`."""
    sets = [owners.ours, *(fields for _, fields in owners.others)]
    entries = [entry for fields in sets for entry in fields or {} if entry.startswith("k:")]
    return next((entry for entry in entries if _stands_for(json.loads(entry[2:]), item)), "")


def _stands_for(keys: dict[str, Any], item: Any) -> bool:
    """Keys that the input leaves out were defaulted by the server, as a port's protocol is."""
    if not isinstance(item, dict) or not any(key in item for key in keys):
        return False
    return all(item.get(key, value) == value for key, value in keys.items())


def _item(live: Any, key: str) -> Any:
    if not key or not isinstance(live, list):
        return _MISSING
    wanted = json.loads(key[2:])
    for item in live:
        if isinstance(item, dict) and all(item.get(k) == v for k, v in wanted.items()):
            return item
    return _MISSING
