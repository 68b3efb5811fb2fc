"""Runs of the bench: kept, read again, and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubestage.errors import InputError
from kubestage.measurements import KEPT_RUNS, Change, History, Measurements, Row, compared


def run(when: str = "2026-11-22T20:00:00+00:00", *, ours: list[float], raw: list[float], **stages: float):
    return Measurements(when, [Row("deploy", "s", ours, raw, 1.2)], stages)


def test_a_figure_is_the_ratio_of_medians_or_the_median_alone():
    assert Row("deploy", "s", [10, 12, 50], [8, 6, 7], 1.2).figure == pytest.approx(12 / 7)
    assert Row("status", "s", [1, 2, 9], [], 2).figure == 2


def test_the_latest_run_that_was_kept_is_found_again(tmp_path: Path):
    history = History(tmp_path / "bench")
    assert history.latest() is None
    later = run("2026-11-22T21:00:00+00:00", ours=[2], raw=[1], up=5.0)
    kept = history.keep(later)
    history.keep(run("2026-11-22T20:00:00+00:00", ours=[1], raw=[1]))
    assert history.latest() == kept
    assert Measurements.read(kept) == later


def test_the_oldest_of_too_many_runs_go(tmp_path: Path):
    history = History(tmp_path)
    for minute in range(KEPT_RUNS + 3):
        history.keep(run(f"2026-11-22T{20 + minute // 60:02}:{minute % 60:02}:00+00:00", ours=[1], raw=[]))
    assert len(history.files()) == KEPT_RUNS
    assert "T2003" in history.files()[0].name


def test_what_is_no_run_is_an_input_error(tmp_path: Path):
    file = tmp_path / "x.json"
    file.write_text("[]")
    with pytest.raises(InputError, match="holds no measurements"):
        Measurements.read(file)


def test_a_change_counts_only_beyond_the_noise_of_both_runs():
    then = run(ours=[10, 10, 10], raw=[10, 10, 10])
    [quiet] = compared(run(ours=[10.9, 10.9, 10.9], raw=[10, 10, 10]), then)
    [worse] = compared(run(ours=[12, 12, 12], raw=[10, 10, 10]), then)
    [noisy] = compared(run(ours=[8, 12, 13], raw=[10, 10, 10]), then)
    [better] = compared(run(ours=[8, 8, 8], raw=[10, 10, 10]), then)
    assert [one.verdict for one in (quiet, worse, noisy, better)] == ["same", "worse", "same", "better"]


def test_a_slower_machine_is_no_change_where_the_raw_commands_are_slower_too():
    [change] = compared(run(ours=[24, 24], raw=[20, 20]), run(ours=[12, 12], raw=[10, 10]))
    assert (change.ratio, change.verdict, change.unit) == (1.0, "same", "")


def test_stages_are_compared_when_both_runs_have_them_and_they_last():
    now = run(ours=[1], raw=[], cluster=40.0, seed=0.2, new=9.0)
    then = run(ours=[1], raw=[], cluster=20.0, seed=0.1, old=9.0)
    stages = [change for change in compared(now, then) if change.what.startswith("stage")]
    assert [(one.what, one.verdict) for one in stages] == [("stage: cluster", "worse")]


def test_a_row_of_the_table_says_it_all():
    assert Change("deploy", "", 1.3, 1.0, 0.1).cells() == ["deploy", "1.30", "1.00", "1.30", "± 10%", "worse"]
    assert Change("status", "s", 1.0, 1.0, 0.1).cells()[1] == "1.00 s"
