"""`./inv bench --compare`: what has changed since an earlier run."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubestage import quality
from kubestage.errors import InputError, PartError
from kubestage.measurements import Measurements, Row
from kubestage.settings import Settings

EARLIER = Measurements("2026-11-22T20:00:00+00:00", [Row("deploy", "s", [10, 10], [10, 10], 1.2)])
NOW = Measurements("2026-11-22T21:00:00+00:00", [Row("deploy", "s", [13, 13], [10, 10], 1.2)])


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A cache of its own, and a bench that measures NOW and misses an aim."""
    monkeypatch.setenv("KUBESTAGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(quality, "BENCH_REPORT", tmp_path / "bench.json")

    def measure(*args: object) -> None:
        NOW.write(quality.BENCH_REPORT)
        raise PartError("bench failed")

    monkeypatch.setattr(quality, "_pytest", measure)
    return Settings.load()


def test_the_table_is_shown_though_an_aim_was_missed(settings: Settings, capsys: pytest.CaptureFixture[str]):
    quality.bench_history(settings).keep(EARLIER)
    with pytest.raises(PartError):
        quality.benches([], compare=True)
    shown = capsys.readouterr().out
    assert "compared with the run of 2026-11-22T20:00:00+00:00" in shown
    [row] = [line.split() for line in shown.splitlines() if line.startswith("deploy")]
    assert row == ["deploy", "1.30", "1.00", "1.30", "±", "10%", "worse"]


def test_a_run_can_be_named(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    EARLIER.write(tmp_path / "kept.json")
    with pytest.raises(PartError):
        quality.benches([], compare=False, against=tmp_path / "kept.json")
    assert "worse" in capsys.readouterr().out


def test_without_an_earlier_run_nothing_is_measured(settings: Settings):
    with pytest.raises(InputError, match="no earlier run"):
        quality.benches([], compare=True)
    assert not quality.BENCH_REPORT.exists()
