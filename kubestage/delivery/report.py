"""What a probe saw: failures, the longest silence, latency, and which version answered when."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

# Two answers of one version with more than this between them belong to two segments.
_PAUSE_SECONDS = 1.0
# Between two segments, less than this is the rhythm of the requests and no gap.
_GAP_SECONDS = 0.1
# The probe kept its pace if it sent this part of the requests, and all but one in a hundred of them this punctually.
_PACE = 0.995
_PUNCTUAL_SECONDS = 0.25
# Less than this, which is the time between two requests, is not worth a word.
_LATE_SECONDS = 0.02


@dataclass(frozen=True)
class Sample:
    """One request; seconds are since the probe's start where they are a time.

    Attributes:
        at: when it was due.
        lag: how many seconds later it was sent.
        seconds: from sending to the whole answer, or to the failure.
        version: the version that answered, empty if it failed.
        pod: the pod that answered, empty if it failed.
        failure: what went wrong, such as "refused", "reset", "timeout", "HTTP 503", "unanswered" (the probe ended
            before that was known); empty if it was answered.
    """

    at: float
    lag: float
    seconds: float
    version: str = ""
    pod: str = ""
    failure: str = ""

    @property
    def ended(self) -> float:
        """When the answer was there."""
        return self.at + self.lag + self.seconds


@dataclass(frozen=True)
class Mark:
    """Something that happened to the service, at `at` seconds since the probe's start."""

    at: float
    text: str


@dataclass(frozen=True)
class Silence:
    """A time without any answer, beginning `start` seconds after the probe did."""

    start: float
    seconds: float


@dataclass(frozen=True)
class Segment:
    """A time in which the same versions answered; none of them where nobody did."""

    start: float
    end: float
    versions: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.start:.1f} to {self.end:.1f} s: {' and '.join(self.versions) or 'nobody'}"


@dataclass(frozen=True)
class ProbeReport:
    """All that a probe saw.

    Attributes:
        url: what it asked.
        started: seconds since the epoch.
        seconds: how long it asked.
        rate: requests a second that were meant.
        due: how many requests that makes.
        samples: those that were sent, in the order in which they were due.
        marks: what was done meanwhile.
    """

    url: str
    started: float
    seconds: float
    rate: float
    due: int
    samples: tuple[Sample, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def requests(self) -> int:
        """How many were sent."""
        return len(self.samples)

    @property
    def failures(self) -> int:
        """How many of them failed."""
        return sum(self.kinds.values())

    @cached_property
    def kinds(self) -> dict[str, int]:
        """The failures by their kind, the most frequent first."""
        return dict(Counter(sample.failure for sample in self.samples if sample.failure).most_common())

    @cached_property
    def silence(self) -> Silence:
        """The longest time in which no answer came, the probe's start and end taken as answers."""
        answers = sorted(min(sample.ended, self.seconds) for sample in self._answered)
        edges = [0.0, *answers, self.seconds]
        gaps = [Silence(before, after - before) for before, after in pairwise(edges)]
        return max(gaps, key=lambda gap: gap.seconds)

    def latency(self, part: float) -> float | None:
        """Seconds within which `part` of the answers came (0.5 is the median); None without any."""
        return percentile([sample.seconds for sample in self._answered], part)

    @cached_property
    def replicas(self) -> dict[str, int]:
        """How many answers each pod gave, in the order in which they appeared."""
        return dict(Counter(sample.pod for sample in self._answered))

    @cached_property
    def segments(self) -> list[Segment]:
        """Which versions answered when; while a rollout is under way, that is two."""
        runs = _runs(self._answered)
        edges = sorted({edge for run in runs for edge in (run.start, run.end)})
        found: list[Segment] = []
        for start, end in pairwise(edges):
            serving = tuple(run.versions[0] for run in runs if run.start <= start and run.end >= end)
            if found and (found[-1].versions == serving or (not serving and end - start < _GAP_SECONDS)):
                found[-1] = Segment(found[-1].start, end, found[-1].versions)
            else:
                found.append(Segment(start, end, serving))
        return found

    @property
    def lag(self) -> float:
        """Seconds by which all but one in a hundred requests were sent late at most."""
        return percentile([sample.lag for sample in self.samples], 0.99) or 0.0

    @property
    def kept_pace(self) -> bool:
        """Whether the probe itself sent what was due when it was due; if not, its figures prove little."""
        return self.requests >= self.due * _PACE and self.lag <= _PUNCTUAL_SECONDS

    def table(self) -> list[list[str]]:
        """Rows of name and finding, for the console."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in self.kinds.items())
        median, slow = self.latency(0.5), self.latency(0.99)
        pace = f", up to {_ms(self.lag)} late (p99)" if self.lag > _LATE_SECONDS else ""
        pace += "" if self.kept_pace else "; THE PROBE COULD NOT KEEP ITS PACE, so these figures prove little"
        return [
            ["address", f"{self.url}/status"],
            ["requests", f"{self.requests} of {self.due} due in {self.seconds:.1f} s{pace}"],
            ["failures", f"{self.failures} ({kinds})" if kinds else "none"],
            ["longest silence", f"{self.silence.seconds:.2f} s, from {self.silence.start:.1f} s on"],
            ["latency", f"{_ms(median)} median, {_ms(slow)} p99" if median is not None else "no answer"],
            ["served", "\n".join(str(segment) for segment in self.segments) or "nothing"],
            ["replicas", f"{len(self.replicas)} answered"],
            *([f"at {mark.at:.1f} s", mark.text] for mark in self.marks),
        ]

    def summary(self) -> dict[str, Any]:
        """The findings without the single requests, in JSON's types; durations in seconds."""
        return {
            "url": self.url,
            "started": datetime.fromtimestamp(self.started, UTC).isoformat(timespec="milliseconds"),
            "seconds": round(self.seconds, 3),
            "rate": self.rate,
            "due": self.due,
            "requests": self.requests,
            "kept_pace": self.kept_pace,
            "lag_p99": round(self.lag, 4),
            "failures": self.failures,
            "failure_kinds": self.kinds,
            "longest_silence": _rounded(asdict(self.silence)),
            "latency": {"p50": _round(self.latency(0.5)), "p99": _round(self.latency(0.99))},
            "versions": [_rounded(asdict(segment)) for segment in self.segments],
            "replicas": self.replicas,
            "marks": [_rounded(asdict(mark)) for mark in self.marks],
        }

    def to_json(self) -> str:
        """Summary and every request, as a JSON document."""
        columns = ("at", "lag", "seconds", "version", "pod", "failure")
        rows = [[_round(getattr(sample, column)) for column in columns] for sample in self.samples]
        return json.dumps({**self.summary(), "samples": {"columns": columns, "rows": rows}})

    def write(self, folder: Path, name: str) -> list[Path]:
        """Writes `name`.json and `name`.svg into `folder`, which is made if missing, and returns their paths."""
        from kubestage.delivery.chart import draw

        folder.mkdir(parents=True, exist_ok=True)
        files = {folder / f"{name}.json": self.to_json(), folder / f"{name}.svg": draw(self)}
        for file, text in files.items():
            file.write_text(text, encoding="utf-8")
        return list(files)

    @cached_property
    def _answered(self) -> list[Sample]:
        return [sample for sample in self.samples if not sample.failure]


def percentile(values: Sequence[float], part: float) -> float | None:
    """The smallest value that `part` of all do not exceed (nearest rank); None if there are none."""
    if not values:
        return None
    rank = max(1, -(-len(values) * part // 1))
    return sorted(values)[int(rank) - 1]


def _runs(answered: Sequence[Sample]) -> list[Segment]:
    """The times in which each version answered without a pause, in the order of their beginning."""
    runs: list[Segment] = []
    latest: dict[str, int] = {}
    for sample in answered:
        index = latest.get(sample.version)
        if index is not None and sample.at - runs[index].end <= _PAUSE_SECONDS:
            runs[index] = Segment(runs[index].start, sample.at, runs[index].versions)
        else:
            latest[sample.version] = len(runs)
            runs.append(Segment(sample.at, sample.at, (sample.version,)))
    return runs


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:.0f} ms"


def _round(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _round(value) for key, value in values.items()}
