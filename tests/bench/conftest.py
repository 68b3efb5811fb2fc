"""A sandbox of the benches' own, and the table in which they write what they measured."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

from kubestage.console import console
from kubestage.quality import REPORTS
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import Settings

from ..e2e.conftest import UP_SECONDS, inv


@dataclass(frozen=True)
class Measured:
    """One aim: ours, what it is compared with in the same run, and the bound of their ratio (or of ours)."""

    what: str
    unit: str
    ours: float
    raw: float | None
    bound: float

    @property
    def figure(self) -> float:
        return self.ours / self.raw if self.raw else self.ours


@dataclass
class Board:
    rows: list[Measured] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def measured(self, what: str, unit: str, ours: float, bound: float, raw: float | None = None) -> float:
        """Writes a row and returns what the bound is about."""
        row = Measured(what, unit, ours, raw, bound)
        self.rows.append(row)
        return row.figure


@pytest.fixture(scope="session")
def board() -> Iterator[Board]:
    made = Board()
    yield made
    console.table(
        ["what", "ours", "raw", "ratio", "bound"],
        [
            [
                row.what,
                f"{row.ours:.1f} {row.unit}",
                f"{row.raw:.1f} {row.unit}" if row.raw else "",
                f"{row.figure:.2f}" if row.raw else "",
                f"{row.bound:g}" + ("" if row.raw else f" {row.unit}"),
            ]
            for row in made.rows
        ],
    )
    REPORTS.mkdir(exist_ok=True)
    report = {"rows": [asdict(row) for row in made.rows], "details": made.details}
    (REPORTS / "bench.json").write_text(json.dumps(report, indent=2))


@pytest.fixture(scope="session")
def settings() -> Settings:
    os.environ.setdefault("KUBESTAGE_SANDBOX", "bench")
    os.environ.setdefault("KUBESTAGE_PORT_OFFSET", "2000")
    return Settings.load()


@pytest.fixture(scope="session")
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    """A sandbox that is up; whatever the cache lacked has been built before anything is timed."""
    assert settings.sandbox != "kubestage", "the benches remove the sandbox: unset KUBESTAGE_SANDBOX"
    up = inv("up", "--yes", timeout=UP_SECONDS)
    assert up.code == 0, up.text
    yield Sandbox(settings)
    down = inv("down")
    assert down.code == 0, down.text
