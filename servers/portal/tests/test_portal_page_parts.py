"""What pages are made of: the availability's drawing, rules as form fields, addresses that are the portal's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from portal.models import Guard, Hours, ProbePoint, Rules, Trigger
from portal.pages.chart import WIDTH, draw
from portal.pages.regions import Region
from portal.pages.rule_forms import fields_of, sent_fields, written
from portal.pages.site import _templates, own_path
from starlette.datastructures import FormData

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def point(begin: float, end: float, version: str = "", failure: str = "") -> ProbePoint:
    """Probes from and until so many seconds before NOW."""
    at, until = NOW - timedelta(seconds=begin), NOW - timedelta(seconds=end)
    return ProbePoint(at=at, until=until, version=version, failure=failure, count=int(begin - end) + 1)


def test_the_drawing_tells_who_answered_when_and_when_nobody_did():
    points = [point(600, 161, "v1"), point(160, 151, failure="refused"), point(150, 0, "v2")]
    chart = draw(points, ["v1", "v2"], NOW, minutes=5)
    assert [(bar.style, round(bar.x), round(bar.width)) for bar in chart.bars] == [
        ("v0", 0, 280), ("failed", 280, 20), ("v1", 300, 300),
    ]  # fmt: skip
    assert chart.bars[1].words == "no answer (refused) for 10 s"
    assert chart.words == "Last 5 min: 601 asked, 10 failed; answered by v1, v2."
    assert chart.legend == [("v0", "v1"), ("v1", "v2"), ("failed", "no answer")]


def test_a_failure_of_a_moment_can_be_seen_and_no_bar_leaves_the_drawing():
    chart = draw([point(1, 1, "v1"), point(0.01, 0.01, failure="reset")], ["v1"], NOW)
    assert all(bar.width > 1 for bar in chart.bars)
    assert all(bar.x + bar.width <= WIDTH + 2 for bar in chart.bars)


def test_while_the_portal_was_down_or_the_machine_slept_nobody_is_said_to_have_answered():
    chart = draw([point(250, 200, "v1"), point(100, 40, "v1")], ["v1"], NOW)
    assert [(bar.style, round(bar.x), round(bar.width)) for bar in chart.bars] == [
        ("v0", 100, 100), ("unasked", 200, 200), ("v0", 400, 120), ("unasked", 520, 80),
    ]  # fmt: skip
    assert chart.bars[1].words == "not asked for 100 s"
    assert chart.words.endswith("answered by v1. Not asked for 140 s.")


def test_a_version_keeps_its_colour_when_newer_ones_come():
    points = [point(60, 0, "v2")]
    assert draw(points, ["v1", "v2"], NOW).bars[0].style == draw(points, ["v1", "v2", "v3"], NOW).bars[0].style


def test_before_the_first_answer_there_is_an_axis_and_a_word():
    chart = draw([], [], NOW)
    assert (chart.bars, chart.words) == ([], "No answers yet.")
    assert chart.ticks[-1] == (WIDTH, "now")


RULES = Rules(
    revision=4,
    rules=[
        Trigger(name="build-tags", on="tag", matching="v*", do="build"),
        Trigger(name="to-test", enabled=False, on="image", do="deploy", environment="test"),
        Guard(name="by-day", environment="prod", between=Hours(begin="09:00", end="17:00", days=["mon"], zone="UTC")),
        Guard(name="two", environment="prod", actions=["deploy"], approval=True),
    ],
)


def as_sent(rules: Rules) -> FormData:
    """The rules' fields as a browser sends the form: unchecked boxes not at all."""
    pairs: list[tuple[str, str]] = []
    for number, rule in enumerate(rules.rules):
        for name, value in fields_of(rule).items():
            key = f"rules.{number}." + (f"between.{name}" if name in ("begin", "end", "days", "zone") else name)
            values = value if isinstance(value, list) else ["true"] * value if isinstance(value, bool) else [value]
            pairs += [(key, str(each)) for each in values]
    return FormData(pairs)


def test_rules_come_through_their_form_unchanged():
    assert Rules.model_validate(written(sent_fields(as_sent(RULES)), RULES.revision)) == RULES


def test_fields_that_are_none_of_the_forms_are_passed_over():
    form = FormData(
        [("rules.0.kind", "trigger"), ("rules.x.kind", "guard"), ("rules.999.kind", "guard"), ("csrf", "x")]
    )
    assert [fields["kind"] for fields in sent_fields(form)] == ["trigger"]


@pytest.mark.parametrize("path", ["/", "/rules?saved", "/operations/3"])
def test_after_signing_in_one_goes_where_one_wanted(path):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "rules", "", "/a b"]
)
def test_nobody_is_led_to_another_site(address):
    assert own_path(address) == "/"


def test_words_of_time_alone_are_no_news():
    first, later = (
        Region.of(f'<section id="health" data-live><time datetime="2026-01-01">{words}</time> ready</section>')
        for words in ("2 s ago", "9 s ago")
    )
    assert first.mark == later.mark
    assert f'data-live="{first.mark}"' in first.html
    assert first.message != later.message


def test_what_mends_something_is_a_command_to_copy_or_words_with_a_link():
    command = _templates().get_template("pieces.html").module.command
    assert 'data-copy="./inv up --yes || ./inv logs gitlab"' in command("./inv up --yes || ./inv logs gitlab")
    words = command("look at http://jenkins:8080/job/uuid.image/3/console")
    assert 'href="http://jenkins:8080/job/uuid.image/3/console"' in words
    assert "data-copy" not in words
    assert "<b>" not in command("look at <b>")
