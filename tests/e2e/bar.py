"""One bar of a timeline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A step or a test; `started` in seconds since the epoch."""

    title: str
    started: float
    seconds: float
    outcome: str
