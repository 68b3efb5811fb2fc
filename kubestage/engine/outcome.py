"""What a run of the engine did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_KINDS = {
    "create": "create",
    "create-replacement": "replace",
    "update": "update",
    "delete": "delete",
    "same": "same",
}


@dataclass(frozen=True)
class Changes:
    """How many resources a run touched, and how.

    A replacement counts once, as `replace`. Components and the stack itself do not count.
    """

    create: int = 0
    update: int = 0
    replace: int = 0
    delete: int = 0
    same: int = 0

    @classmethod
    def of(cls, operations: Mapping[str, str]) -> Changes:
        """Counts the engine's operations, given by the resource's URN."""
        return cls(**Counter(_KINDS[operation] for operation in operations.values() if operation in _KINDS))

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.create or self.update or self.replace or self.delete)

    def __str__(self) -> str:
        if not self:
            return f"no change ({self.same} resources as they were)"
        words = [
            ("created", self.create),
            ("updated", self.update),
            ("replaced", self.replace),
            ("deleted", self.delete),
        ]
        done = ", ".join(f"{count} {word}" for word, count in words if count)
        return f"{done}, {self.same} as they were"


@dataclass(frozen=True)
class Outcome:
    """A run that succeeded.

    Attributes:
        changes: what it did, or in a preview would do.
        outputs: the program's outputs, secrets in the clear; empty after `destroy` and `preview`.
        seconds: wall time.
    """

    changes: Changes
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    seconds: float = 0.0
