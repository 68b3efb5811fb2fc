"""When each step of the first `up`, and each test, began and how long it took: as JSON, as a page, and as lines.

reports/ has the last run's; the cache's e2e/ keeps the seconds of each of the last runs.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from kubestage.measurements import History, Measurements
from kubestage.quality import REPORTS
from kubestage.settings import Settings

from .bar import Bar
from .timeline_page import page

_WIDTH = 50


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Timeline:
    """A pytest plugin that keeps the run's timeline."""

    up: list[Bar] = field(default_factory=list)
    tests: list[Bar] = field(default_factory=list)

    def read_up(self, file: Path) -> None:
        """Takes over the steps that an `up` has written."""
        self.up = [Bar(**step) for step in json.loads(file.read_text(encoding="utf-8"))]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            self.tests.append(Bar(report.nodeid, report.start, report.duration, report.outcome))

    def pytest_sessionfinish(self) -> None:
        if not self.tests:
            return
        REPORTS.mkdir(exist_ok=True)
        (REPORTS / "timeline.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        (REPORTS / "timeline.html").write_text(page("kubestage end to end", self.up, self.tests), encoding="utf-8")
        run = Measurements.now()
        run.stages.update({bar.title: bar.seconds for bar in [*self.up, *self.tests]})
        History(Settings.load().cache / "e2e").keep(run)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for title, bars in (("timeline of the first up", self.up), ("timeline of the tests", self.tests)):
            if bars:
                terminalreporter.section(title)
                for line in drawn(bars):
                    terminalreporter.write_line(line)


def drawn(bars: list[Bar]) -> list[str]:
    """One line a bar, in the order in which they began."""
    begin = min(bar.started for bar in bars)
    end = max(bar.started + bar.seconds for bar in bars)
    scale = _WIDTH / max(end - begin, 0.001)
    lines = []
    for bar in sorted(bars, key=lambda bar: bar.started):
        before = int((bar.started - begin) * scale)
        length = max(1, round(bar.seconds * scale))
        picture = (" " * before + "=" * length)[:_WIDTH].ljust(_WIDTH)
        mark = "" if bar.outcome in ("done", "passed") else f" [{bar.outcome}]"
        lines.append(f"{bar.started - begin:7.1f} s {bar.seconds:7.1f} s |{picture}| {bar.title}{mark}")
    return lines
