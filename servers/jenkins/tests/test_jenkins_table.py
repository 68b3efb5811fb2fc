"""docs/jenkins.md claims of a construct or step what a test shows, and leaves no step of the server out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from corpus_files import corpus
from jenkins_light import steps

ROOT = Path(__file__).resolve().parents[3]
#: Steps that only the runner calls, for directives that have rows of their own.
INNER = {"envVarsForTool"}


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    state: str
    how: str
    tests: tuple[str, ...]


def _rows() -> list[Row]:
    text = (ROOT / "docs" / "jenkins.md").read_text()
    found = re.findall(r"^\| `([^`]+)` \| (\w+) \| (.*?) ?\| (.*?) \|$", text, re.MULTILINE)
    return [Row(name, state, how, tuple(filter(None, tests.split(", ")))) for name, state, how, tests in found]


ROWS = _rows()
CORPUS = {file.name: file for file in corpus("home", "docker")}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_shown_by_tests(row: Row) -> None:
    assert row.state in {"works", "differs", "absent"}
    assert row.state != "differs" or row.how
    assert row.tests
    for test in row.tests:
        if "::" in test:
            path, name = test.split("::")
            places = [ROOT / "servers/jenkins/tests" / path, ROOT / "tests" / path]
            assert any(f"def {name}(" in place.read_text() for place in places if place.exists()), test
        else:
            assert row.name in CORPUS[test].shows, test


def test_every_file_of_the_corpus_stands_in_its_rows() -> None:
    listed = {(row.name, test) for row in ROWS for test in row.tests}
    missing = {(name, file.name) for file in CORPUS.values() for name in file.shows} - listed
    assert missing == set()


def test_every_step_has_a_row() -> None:
    steps.load()
    runner = (ROOT / "servers/jenkins/runner/src/main/java/jenkinslight/runner/language/Dsl.java").read_text()
    sets = re.findall(r"(?:SIMPLE|FLOW)_STEPS = [^(]*\(Arrays.asList\((.*?)\)\)", runner, re.DOTALL)
    own = {name for names in sets for name in re.findall(r'"(\w+)"', names)}
    assert {"echo", "retry"} <= own
    known = {row.name for row in ROWS if row.state != "absent"}
    assert (own | set(steps.STEPS) | set(steps.BLOCK_STEPS)) - INNER - known == set()


def test_what_is_absent_is_no_step() -> None:
    steps.load()
    absent = {row.name for row in ROWS if row.state == "absent"}
    assert absent
    assert absent & (set(steps.STEPS) | set(steps.BLOCK_STEPS)) == set()


def test_names_are_told_apart() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))
    files = list(corpus("home", "docker"))
    assert len(files) == len(CORPUS)
    assert len(files) >= 60
