from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kubestage.delivery.chart import draw
from kubestage.delivery.report import Mark, ProbeReport, Sample, Segment, percentile

SVG = "{http://www.w3.org/2000/svg}"


def served(start: float, end: float, version: str, *, every: float = 0.02, pod: str = "p") -> list[Sample]:
    count = round((end - start) / every)
    return [Sample(start + index * every, 0.001, 0.004, version, pod) for index in range(count)]


def failed(start: float, end: float, failure: str) -> list[Sample]:
    return [Sample(start + index * 0.02, 0, 0.001, failure=failure) for index in range(round((end - start) / 0.02))]


def report(*parts: list[Sample], seconds: float, due: int | None = None, marks: tuple[Mark, ...] = ()) -> ProbeReport:
    samples = tuple(sorted((sample for part in parts for sample in part), key=lambda sample: sample.at))
    return ProbeReport(
        "http://localhost:30050", 1.7e9, seconds, 50, len(samples) if due is None else due, samples, marks
    )


@pytest.fixture
def recreate() -> ProbeReport:
    """v1 for 4 s, nobody for 6, then v2 for 5."""
    return report(
        served(0, 4, "v1", pod="a"),
        failed(4, 7, "reset"),
        failed(7, 10, "refused"),
        served(10, 15, "v2", pod="b"),
        seconds=15,
        marks=(Mark(2.5, "set image"),),
    )


@pytest.fixture
def rolling() -> ProbeReport:
    """v1, then both for 4 s, then v2."""
    both = [*served(4, 8, "v1", every=0.04), *served(4.02, 8.02, "v2", every=0.04)]
    return report(served(0, 4, "v1"), both, served(8.0, 12, "v2"), seconds=12)


def test_failures_are_counted_by_kind(recreate: ProbeReport):
    assert recreate.requests == 750
    assert recreate.failures == 300
    assert recreate.kinds == {"reset": 150, "refused": 150}


def test_the_longest_silence_is_between_two_answers(recreate: ProbeReport):
    assert recreate.silence.start == pytest.approx(3.985)
    assert recreate.silence.seconds == pytest.approx(6.02)


@pytest.mark.parametrize(("start", "end", "expected"), [(2, 3, 2), (0, 1, 2), (1, 2, 1)])
def test_a_silence_reaches_to_the_probes_start_and_end(start: float, end: float, expected: float):
    assert report(served(start, end, "v1"), seconds=3).silence.seconds == pytest.approx(expected, abs=0.03)


def test_without_any_answer_all_of_it_is_silence():
    found = report(failed(0, 2, "refused"), seconds=2)
    assert found.silence.seconds == 2
    assert found.latency(0.5) is None
    assert found.segments == []


def test_versions_over_time_in_a_gap(recreate: ProbeReport):
    assert [str(segment) for segment in recreate.segments] == [
        "0.0 to 4.0 s: v1",
        "4.0 to 10.0 s: nobody",
        "10.0 to 15.0 s: v2",
    ]


def test_versions_over_time_while_both_answer(rolling: ProbeReport):
    assert [str(segment) for segment in rolling.segments] == [
        "0.0 to 4.0 s: v1",
        "4.0 to 8.0 s: v1 and v2",
        "8.0 to 12.0 s: v2",
    ]


def test_a_version_that_comes_back_has_a_segment_of_its_own():
    there_and_back = report(served(0, 2, "v1"), served(2, 4, "v2"), served(4, 6, "v1"), seconds=6)
    assert [segment.versions for segment in there_and_back.segments] == [("v1",), ("v2",), ("v1",)]
    assert there_and_back.segments[1] == Segment(pytest.approx(2), pytest.approx(4), ("v2",))


def test_percentiles_are_values_that_were_measured():
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (50, 99, 7)
    assert percentile([], 0.5) is None


@pytest.mark.parametrize(("due", "lag", "kept"), [(100, 0.1, True), (110, 0.0, False), (100, 0.3, False)])
def test_a_probe_that_sent_too_little_or_too_late_says_so(due: int, lag: float, kept: bool):
    samples = [Sample(index / 50, lag, 0.001, "v1", "p") for index in range(100)]
    found = report(samples, seconds=2, due=due)
    assert found.kept_pace is kept
    assert ("COULD NOT KEEP" in str(found.table())) is not kept
    assert ("the probe could not keep its pace" in draw(found)) is not kept
    assert found.summary()["kept_pace"] is kept
    assert (f"up to {lag * 1000:.0f} ms late" in str(found.table())) is (lag > 0)


def test_the_table_tells_all_of_it(recreate: ProbeReport):
    assert dict(recreate.table()) == {
        "address": "http://localhost:30050/status",
        "requests": "750 of 750 due in 15.0 s",
        "failures": "300 (150 reset, 150 refused)",
        "longest silence": "6.02 s, from 4.0 s on",
        "latency": "4 ms median, 4 ms p99",
        "served": "0.0 to 4.0 s: v1\n4.0 to 10.0 s: nobody\n10.0 to 15.0 s: v2",
        "replicas": "2 answered",
        "at 2.5 s": "set image",
    }


def test_the_json_holds_the_findings_and_every_request(recreate: ProbeReport):
    document = json.loads(recreate.to_json())
    assert document["failure_kinds"] == {"reset": 150, "refused": 150}
    assert document["longest_silence"]["seconds"] == 6.02
    assert document["versions"][1] == {"start": 3.98, "end": 10.0, "versions": []}
    assert document["replicas"] == {"a": 200, "b": 250}
    assert document["marks"] == [{"at": 2.5, "text": "set image"}]
    rows = [dict(zip(document["samples"]["columns"], row, strict=True)) for row in document["samples"]["rows"]]
    assert len(rows) == 750
    assert rows[200] == {"at": 4, "lag": 0, "seconds": 0.001, "version": "", "pod": "", "failure": "reset"}


def test_both_files_are_written(recreate: ProbeReport, tmp_path: Path):
    files = recreate.write(tmp_path / "reports", "upgrade")
    assert [file.name for file in files] == ["upgrade.json", "upgrade.svg"]
    assert json.loads(files[0].read_text())["requests"] == 750
    assert ElementTree.parse(files[1]).getroot().tag == f"{SVG}svg"


def bars(chart: str, style: str) -> float:
    """The area of all bars of a style, above the legend's own square."""
    found = [rect for rect in ElementTree.fromstring(chart).iter(f"{SVG}rect") if rect.get("class") == style]
    return sum(float(rect.get("width", 0)) * float(rect.get("height", 0)) for rect in found if not rect.get("rx"))


def test_the_chart_gives_each_version_its_share_and_failures_theirs(recreate: ProbeReport):
    chart = draw(recreate)
    v1, v2, red = (bars(chart, style) for style in ("v0", "v1", "failed"))
    assert v2 / v1 == pytest.approx(250 / 200, rel=0.02)
    assert red / v1 == pytest.approx(300 / 200, rel=0.02)


def test_the_chart_without_a_failure_shows_none(rolling: ProbeReport):
    chart = draw(rolling)
    assert bars(chart, "failed") == 0
    assert ">failed<" not in chart
    assert "none failed" in chart


def test_the_chart_marks_the_longest_silence_in_its_place(recreate: ProbeReport):
    root = ElementTree.fromstring(draw(recreate))
    (band,) = (rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "band")
    plot = 960 - 52 - 16
    assert float(band.get("width", 0)) == pytest.approx(6.02 / 15 * plot, abs=1)
    assert float(band.get("x", 0)) == pytest.approx(52 + 3.985 / 15 * plot, abs=1)
    assert "no answer for 6.02 s" in draw(recreate)


def test_a_steady_rate_is_drawn_as_bars_of_one_height(rolling: ProbeReport):
    heights: dict[str, float] = {}
    for rect in ElementTree.fromstring(draw(rolling)).iter(f"{SVG}rect"):
        if rect.get("class") in ("v0", "v1") and not rect.get("rx"):
            heights[rect.get("x", "")] = heights.get(rect.get("x", ""), 0) + float(rect.get("height", 0))
    plot = 372 - 92 - 80
    assert list(heights.values()) == [pytest.approx(plot, abs=0.1)] * len(heights)


def test_a_version_keeps_its_colour_in_a_rollback():
    up = draw(report(served(0, 1, "v1"), served(1, 2, "v2"), seconds=2))
    back = draw(report(served(0, 1, "v2"), served(1, 2, "v1"), seconds=2))
    legends = [[text.text for text in ElementTree.fromstring(chart).iter(f"{SVG}text")][2:4] for chart in (up, back)]
    assert legends == [["v1", "v2"], ["v1", "v2"]]


def test_words_of_marks_do_not_stand_upon_each_other():
    marks = (Mark(1.0, "kubectl set image"), Mark(1.1, "kubectl rollout status"))
    root = ElementTree.fromstring(draw(report(served(0, 60, "v1"), seconds=60, marks=marks)))
    rows = {text.text: text.get("y") for text in root.iter(f"{SVG}text")}
    assert rows["kubectl set image"] != rows["kubectl rollout status"]


def test_the_chart_is_for_light_and_dark_grounds(recreate: ProbeReport):
    assert "prefers-color-scheme:dark" in draw(recreate)


def test_no_version_can_break_out_of_the_chart():
    chart = draw(report(served(0, 1, '<script>"&'), seconds=1, marks=(Mark(0.5, "a < b"),)))
    texts = [text.text for text in ElementTree.fromstring(chart).iter(f"{SVG}text")]
    assert '<script>"&' in texts
    assert "a < b" in texts


def test_a_chart_of_a_long_probe_stays_small():
    minutes = report(served(0, 1200, "v1", every=0.2), seconds=1200)
    assert len(draw(minutes)) < 60_000
