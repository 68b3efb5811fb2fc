"""What a bench measured, the runs that were kept, and what has changed between two of them."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kubestage.errors import InputError

KEPT_RUNS = 50

# Two runs of one measurement on a quiet machine differ by about so much; a stage, which is measured once, by more.
_LEAST_NOISE = 0.10
_STAGE_NOISE = 0.35
_STAGE_SECONDS = 1.0  # a stage that is shorter says nothing about speed


@dataclass(frozen=True)
class Row:
    """One aim: ours, what it is compared with in the same run, and the bound of their ratio (or of ours).

    Attributes:
        what: what was measured.
        unit: of ours and raw.
        ours: the samples.
        raw: those of the raw commands; none where the bound is about ours alone.
        bound: the aim.
    """

    what: str
    unit: str
    ours: list[float]
    raw: list[float]
    bound: float

    @property
    def value(self) -> float:
        """The median of ours."""
        return statistics.median(self.ours)

    @property
    def raw_value(self) -> float:
        """The median of the raw commands'."""
        return statistics.median(self.raw)

    @property
    def figure(self) -> float:
        """What the bound is about: the ratio of the medians, or the median of ours."""
        return self.value / self.raw_value if self.raw else self.value

    @property
    def noise(self) -> float:
        """How far the samples lie apart, as a share of their median; at least what is usual."""
        spreads = [
            (max(samples) - min(samples)) / statistics.median(samples) for samples in (self.ours, self.raw) if samples
        ]
        return max(_LEAST_NOISE, *spreads)


@dataclass(frozen=True)
class Measurements:
    """One run.

    Attributes:
        when: ISO 8601 in UTC.
        rows: the aims.
        stages: seconds of each step of the run's first `up`.
        details: whatever else there is to know.
    """

    when: str
    rows: list[Row] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def now(cls) -> Measurements:
        """An empty run of this moment."""
        return cls(datetime.now(UTC).isoformat(timespec="seconds"))

    @classmethod
    def read(cls, file: Path) -> Measurements:
        """Reads a run that was kept.

        Raises:
            InputError: the file is none.
        """
        try:
            given = json.loads(file.read_text(encoding="utf-8"))
            return cls(given["when"], [Row(**row) for row in given["rows"]], given["stages"], given["details"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{file} holds no measurements", why=f"{type(error).__name__}: {error}", fix="./inv bench"
            ) from None

    def write(self, file: Path) -> None:
        """Keeps it as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


@dataclass(frozen=True)
class History:
    """The runs that were kept, in a folder of the cache."""

    folder: Path

    def keep(self, run: Measurements) -> Path:
        """Keeps a run, and forgets the oldest of too many."""
        file = self.folder / f"{run.when.replace(':', '').replace('+0000', 'Z')}-{os.getpid()}.json"
        run.write(file)
        for old in self.files()[:-KEPT_RUNS]:
            old.unlink(missing_ok=True)
        return file

    def files(self) -> list[Path]:
        """The runs' files, oldest first."""
        return sorted(self.folder.glob("*.json"))

    def latest(self) -> Path | None:
        """The last run's file."""
        return next(reversed(self.files()), None)


@dataclass(frozen=True)
class Change:
    """One measurement in two runs.

    Attributes:
        what: what was measured.
        unit: of both figures; empty for ratios.
        now: this run's figure.
        then: the earlier run's.
        noise: what the ratio of both may differ from 1 by chance.
    """

    what: str
    unit: str
    now: float
    then: float
    noise: float

    @property
    def ratio(self) -> float:
        """Above 1 it has got worse: every figure is better when smaller."""
        return self.now / self.then if self.then else 1.0

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.ratio > 1 + self.noise:
            return "worse"
        return "better" if self.ratio < 1 / (1 + self.noise) else "same"

    def cells(self) -> list[str]:
        """It as a row of a table."""
        unit = f" {self.unit}" if self.unit else ""
        return [
            self.what, f"{self.now:.2f}{unit}", f"{self.then:.2f}{unit}", f"{self.ratio:.2f}", f"± {self.noise:.0%}",
            self.verdict,
        ]  # fmt: skip


COLUMNS = ["what", "this run", "earlier", "ratio", "noise", "verdict"]


def compared(now: Measurements, then: Measurements) -> list[Change]:
    """What both runs have measured: the aims' figures first, then the stages that last."""
    rows = {row.what: row for row in then.rows}
    changes = [
        Change(
            row.what,
            "" if row.raw else row.unit,
            row.figure,
            rows[row.what].figure,
            max(row.noise, rows[row.what].noise),
        )
        for row in now.rows
        if row.what in rows and bool(row.raw) == bool(rows[row.what].raw)
    ]
    return changes + [
        Change(f"stage: {name}", "s", seconds, then.stages[name], _STAGE_NOISE)
        for name, seconds in now.stages.items()
        if min(seconds, then.stages.get(name, 0)) >= _STAGE_SECONDS
    ]


def samples_of(given: float | Sequence[float]) -> list[float]:
    """One measured value or several, as samples."""
    return [float(given)] if isinstance(given, (int, float)) else [float(one) for one in given]
