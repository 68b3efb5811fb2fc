"""Crontabs as Jenkins reads them: H of a job's name, ranges, steps, time zones; what Jenkins refuses is refused."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from jenkins_light.errors import BadRequestError
from jenkins_light.model import crontab

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def minutes(spec: str, job: str = "uuid.image", hours: int = 1) -> list[int]:
    """The minutes of the Monday's first hours that the crontab means."""
    table = crontab.parse(spec, job)
    return [m for m in range(60 * hours) if table.matches(MONDAY + timedelta(minutes=m))]


# What Java gives for these names: MD5 folded into the seed of java.util.Random, nextInt(60), nextInt(24).
@pytest.mark.parametrize(
    ("job", "minute", "hour"), [("uuid.image", 28, 16), ("uuid.runner", 57, 3), ("team/inner", 10, 10), ("ünï", 20, 1)]
)
def test_h_is_the_minute_that_jenkins_itself_picks(job: str, minute: int, hour: int) -> None:
    table = crontab.parse("TZ=UTC\nH H * * *", job)
    assert table.next(MONDAY) == MONDAY + timedelta(hours=hour, minutes=minute)
    assert crontab.parse("TZ=UTC\n@daily", job) == table


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("* * * * *", list(range(60))),
        ("*/15 * * * *", [0, 15, 30, 45]),
        ("1,2,10-14/2 0 * * *", [1, 2, 10, 12, 14]),
        ("5 0 23 11 1", [5]),
        ("5 0 24 11 *", []),
        ("# comment\n\n7 * * * *\n9 * * * *", [7, 9]),
    ],
)
def test_fields(spec: str, expected: list[int]) -> None:
    assert minutes(f"TZ=UTC\n{spec}") == expected


def test_steps_and_ranges_of_h_stay_within() -> None:
    every = minutes("TZ=UTC\nH/20 * * * *")
    assert len(every) == 3
    assert {b - a for a, b in itertools.pairwise(every)} == {20}
    for job in ("a", "b", "c", "d"):
        (found,) = minutes("TZ=UTC\nH(10-19) * * * *", job)
        assert 10 <= found <= 19


def test_day_of_month_and_day_of_week_must_both_match() -> None:
    table = crontab.parse("TZ=UTC\n0 0 13 * 5", "x")
    assert table.next(MONDAY) == datetime(2027, 8, 13, tzinfo=UTC)


def test_sunday_is_0_and_7() -> None:
    sunday = MONDAY - timedelta(days=1)
    for day in ("0", "7", "5-7"):
        assert crontab.parse(f"TZ=UTC\n0 0 * * {day}", "x").matches(sunday)


def test_a_time_zone_counts_for_all_lines() -> None:
    table = crontab.parse("TZ=Europe/London\n30 9 * * *\n45 9 * * *", "x")
    assert table.next(datetime(2026, 7, 1, tzinfo=UTC)) == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert table.next(datetime(2026, 12, 1, tzinfo=UTC)) == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def test_what_never_comes_has_no_next_time() -> None:
    assert crontab.parse("0 0 31 6 *", "x").next(MONDAY) is None
    assert crontab.parse("", "x").next(MONDAY) is None


@pytest.mark.parametrize(
    "spec",
    [
        "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "* * * *", "* * * * * *", "@reboot",
        "5-1 * * * *", "*/0 * * * *", "H/61 * * * *", "5/2 * * * *", "MON * * * *", "TZ=Mars/Base\n* * * * *", "@Daily",
        "H(1-99999999999) * * * *", "1,,2 * * * *",
    ],
)  # fmt: skip
def test_what_jenkins_refuses(spec: str) -> None:
    with pytest.raises(BadRequestError):
        crontab.parse(spec, "x")
