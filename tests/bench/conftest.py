"""A sandbox of the benches' own, and the table in which they write what they measured."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from kubestage.console import console
from kubestage.measurements import Measurements, Row, samples_of
from kubestage.quality import BENCH_REPORT, bench_history
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import Settings

from ..e2e.conftest import UP_SECONDS, inv

Samples = float | Sequence[float]


@dataclass
class Board:
    """What is measured in this run; figures are of the samples' medians."""

    run: Measurements = field(default_factory=Measurements.now)

    @property
    def details(self) -> dict[str, Any]:
        return self.run.details

    def measured(self, what: str, unit: str, ours: Samples, bound: float, raw: Samples = ()) -> float:
        """Writes a row and returns what the bound is about."""
        row = Row(what, unit, samples_of(ours), samples_of(raw), bound)
        self.run.rows.append(row)
        return row.figure


@pytest.fixture(scope="session")
def board(settings: Settings) -> Iterator[Board]:
    made = Board()
    yield made
    console.table(
        ["what", "ours", "raw", "ratio", "bound"],
        [
            [
                row.what,
                f"{row.value:.1f} {row.unit}",
                f"{row.raw_value:.1f} {row.unit}" if row.raw else "",
                f"{row.figure:.2f}" if row.raw else "",
                f"{row.bound:g}" + ("" if row.raw else f" {row.unit}"),
            ]
            for row in made.run.rows
        ],
    )
    made.run.write(BENCH_REPORT)
    if made.run.rows:
        bench_history(settings).keep(made.run)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.load()


@pytest.fixture(scope="session")
def sandbox(settings: Settings, board: Board) -> Iterator[Sandbox]:
    """A sandbox that is up; whatever the cache lacked has been built before anything is timed."""
    assert settings.sandbox != "kubestage", "the benches remove the sandbox: run them through ./inv bench"
    up = inv("up", "--yes", timeout=UP_SECONDS)
    assert up.code == 0, up.text
    steps = json.loads((settings.logs / "timeline.json").read_text(encoding="utf-8"))
    board.run.stages.update({step["title"]: step["seconds"] for step in steps})
    yield Sandbox(settings)
    if not os.environ.get("KUBESTAGE_KEEP"):
        down = inv("down")
        assert down.code == 0, down.text
