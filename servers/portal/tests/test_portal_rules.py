"""Rules as people mean them: hours of a place, over midnight too; which events set off what."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from portal.models import ChainEvent, Guard, Hours, Trigger
from portal.rules.judge import guarded, triggers, within

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "zone", "days", "at", "is_within"),
    [
        ("09:00", "17:00", "UTC", ["mon"], "2026-11-23T09:00", True),
        ("09:00", "17:00", "UTC", ["mon"], "2026-11-23T16:59", True),
        ("09:00", "17:00", "UTC", ["mon"], "2026-11-23T17:00", False),
        ("09:00", "17:00", "UTC", ["tue"], "2026-11-23T12:00", False),
        ("09:00", "17:00", "Europe/Berlin", ["mon"], "2026-11-23T08:30", True),
        ("09:00", "17:00", "Asia/Shanghai", ["mon"], "2026-11-23T09:30", False),
        ("22:00", "06:00", "UTC", ["mon"], "2026-11-23T23:00", True),
        ("22:00", "06:00", "UTC", ["mon"], "2026-11-24T05:59", True),
        ("22:00", "06:00", "UTC", ["mon"], "2026-11-23T05:00", False),
        ("22:00", "06:00", "UTC", ["mon"], "2026-11-24T23:00", False),
        ("00:00", "00:00", "UTC", ["mon"], "2026-11-23T13:00", True),
        ("22:00", "06:00", "Asia/Kolkata", ["sun"], "2026-11-23T00:29", True),
        ("22:00", "06:00", "Asia/Kolkata", ["sun"], "2026-11-23T00:30", False),
        ("09:00", "17:00", "Europe/Berlin", ["sun"], "2026-03-29T07:00", True),  # summer time began at night
        ("09:00", "17:00", "Europe/Berlin", ["sat"], "2026-03-28T07:00", False),
        ("02:30", "03:00", "Europe/Berlin", ["sun"], "2026-03-29T01:00", False),  # this half hour was skipped
    ],
)
def test_hours_are_of_a_place_and_belong_to_the_day_on_which_they_begin(begin, end, zone, days, at, is_within):
    hours = Hours(begin=begin, end=end, zone=zone, days=days)
    assert within(hours, datetime.fromisoformat(at).replace(tzinfo=UTC)) is is_within


def test_a_guard_holds_for_its_environment_and_its_actions_while_it_is_enabled():
    guard = Guard(name="eyes", environment="prod", actions=["deploy"], approval=True)
    assert guarded([guard], "prod", "deploy", MONDAY_NOON).approval == "eyes"
    assert guarded([guard], "prod", "scale", MONDAY_NOON).approval == ""
    assert guarded([guard], "test", "deploy", MONDAY_NOON).approval == ""
    asleep = guard.model_copy(update={"enabled": False})
    assert guarded([asleep], "prod", "deploy", MONDAY_NOON).approval == ""


def test_hours_come_before_an_approval_and_say_until_when():
    hours = Hours(begin="13:00", end="14:00")
    night = Guard(name="lunch", environment="prod", between=hours, approval=True)
    verdict = guarded([night], "prod", "deploy", MONDAY_NOON)
    assert "from 13:00 to 14:00" in verdict.refused
    assert "Mon 12:00" in verdict.refused
    assert verdict.next.startswith("again from 13:00 on Mon, or")


@pytest.mark.parametrize(
    ("at", "days", "opens"),
    [
        ("2026-11-27T18:00", ["mon", "tue", "wed", "thu", "fri"], "Mon"),  # a Friday evening
        ("2026-11-24T07:59", ["mon", "tue"], "Tue"),
        ("2026-11-24T17:00", ["tue"], "Tue"),  # in a week
        ("2026-11-29T23:30", ["mon"], "Mon"),  # Monday in Berlin already
    ],
)
def test_a_refusal_says_on_which_day_it_can_be(at, days, opens):
    hours = Hours(begin="09:00", end="17:00", zone="Europe/Berlin", days=days)
    guard = Guard(name="day", environment="prod", between=hours)
    verdict = guarded([guard], "prod", "deploy", datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert verdict.next.startswith(f"again from 09:00 on {opens}, or")


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [("tag", "v1.0.0.0", ["tags"]), ("tag", "w1", []), ("branch", "v1", []), ("image", "v1.0.0.0", ["images"])],
)
def test_an_event_sets_off_the_rules_about_its_kind_whose_pattern_its_name_has(kind, name, expected):
    rules = [
        Trigger(name="tags", on="tag", matching="v*", do="build"),
        Trigger(name="images", on="image", matching="v?.*", do="deploy", environment="test"),
        Trigger(name="off", enabled=False, on=kind, do="build" if kind != "image" else "deploy",
                environment="test" if kind == "image" else None),
    ]  # fmt: skip
    event = ChainEvent(key="k", kind=kind, name=name, at=MONDAY_NOON)
    assert [rule.name for rule in triggers(rules, event)] == expected
