"""The timeline of e2e, as lines and as a page."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests.e2e.bar import Bar
from tests.e2e.timeline import drawn
from tests.e2e.timeline_page import page, ticks


def test_bars_stand_in_the_order_of_their_beginning_and_to_scale():
    lines = drawn([Bar("late", 110, 10, "done"), Bar("early", 100, 20, "done")])
    assert [line.rpartition("| ")[2] for line in lines] == ["early", "late"]
    assert lines[0].count("=") == 2 * lines[1].count("=")


def test_what_failed_is_marked():
    assert drawn([Bar("a test", 0, 1, "failed")])[0].endswith("a test [failed]")


UP = [Bar("kind cluster", 100, 40, "done"), Bar("CI builds v1.0.0.0", 110, 20, "done")]
TESTS = [
    Bar("tests/e2e/test_1_chain.py::test_a", 150, 5, "passed"),
    Bar("tests/e2e/test_1_chain.py::test_<b>", 155, 15, "failed"),
    Bar("tests/e2e/test_5_down.py::test_c", 170, 10, "skipped"),
]


class Outline(HTMLParser):
    """What a page holds: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_says_at_once_what_failed_and_how_long_it_all_took():
    text = "\n".join(Outline(page("e2e", UP, TESTS)).text)
    assert "1 min 20 s, 3 tests, 1 failed" in text
    assert text.index("test_<b>") < text.index("The first up: 40 s") < text.index("The tests: 30 s")
    assert "tests/e2e/test_1_chain.py: 2 tests, 20.0 s" in text
    assert "test_c (skipped)" in text


def test_the_pages_bars_are_to_scale():
    bars = [attributes["style"] for tag, attributes in Outline(page("e2e", UP, TESTS)).elements if tag == "b"]
    assert bars[:2] == ["left:0.00%;width:100.00%", "left:25.00%;width:50.00%"]
    assert bars[-1] == "left:66.67%;width:33.33%"


def test_the_page_asks_for_nothing_from_elsewhere_and_runs_no_script():
    elements = Outline(page("e2e", UP, TESTS)).elements
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in elements}
    assert not [name for _, attributes in elements for name in attributes if name in ("src", "href")]


def test_a_page_of_nothing_is_a_page():
    assert "<h1>e2e</h1>" in page("e2e", [], [])


@pytest.mark.parametrize(
    ("seconds", "first"), [(0.5, [0, 0.1]), (7, [0, 2]), (40, [0, 10]), (535, [0, 100]), (6000, [0, 1000])]
)
def test_the_axis_has_round_moments(seconds: float, first: list[float]):
    assert ticks(seconds)[:2] == pytest.approx(first)
    assert 3 <= len(ticks(seconds)) <= 7
