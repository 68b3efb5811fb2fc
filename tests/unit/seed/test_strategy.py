"""The strategy goes from uuid.yaml as a comment, and comes back from it."""

from __future__ import annotations

import pytest
import yaml

from kubestage.seed.projects import KNOWLEDGE
from kubestage.seed.strategy import MANIFEST, with_strategy, without_strategy

TEXT = (KNOWLEDGE.source / MANIFEST).read_text(encoding="utf-8")

ROLLING = """\
spec:
  replicas: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 2
  # the pods
  selector: {}
"""


def test_without_its_strategy_the_manifest_says_the_same_otherwise() -> None:
    before, after = (list(yaml.safe_load_all(text)) for text in (TEXT, without_strategy(TEXT)))
    assert before[0]["spec"].pop("strategy") == {"type": "Recreate"}
    assert after == before


def test_a_note_stands_in_its_place() -> None:
    lines = without_strategy(TEXT).splitlines()
    note = next(index for index, line in enumerate(lines) if "kubestage sets the strategy" in line)
    assert lines[note + 1 : note + 3] == ["  # strategy:", "  #   type: Recreate"]
    assert lines[note - 1].strip().startswith("progressDeadlineSeconds")


@pytest.mark.parametrize("text", [TEXT, ROLLING], ids=["uuid.yaml", "a user's own"])
def test_it_comes_back_as_it_was(text: str) -> None:
    assert with_strategy(without_strategy(text)) == text


@pytest.mark.parametrize("text", [TEXT, ROLLING], ids=["uuid.yaml", "a user's own"])
def test_twice_is_as_once(text: str) -> None:
    assert without_strategy(without_strategy(text)) == without_strategy(text)
    assert with_strategy(text) == text


def test_a_manifest_that_has_none_stays_as_it_is() -> None:
    text = "spec:\n  replicas: 3\n"
    assert without_strategy(text) == with_strategy(text) == text
