"""Jenkinsfiles as people write them; each says in its first lines what it must come to."""

from __future__ import annotations

from pathlib import Path

import pytest
from runner_driver import Answer, Runner, fails

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.Jenkinsfile"))


def expectations(text: str, kind: str) -> list[str]:
    """The values of ``// kind: value`` lines."""
    return [line.removeprefix(f"// {kind}: ") for line in text.split("\n") if line.startswith(f"// {kind}: ")]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_jenkinsfile(runner: Runner, path: Path) -> None:
    text = path.read_text()
    answers: dict[str, Answer] = {
        "sh": lambda step: {"value": "v1\n" if step["args"].get("returnStdout") else None},
        "withCredentials": lambda step: {"env": {"U": "robot", "P": "secret"}},
    }
    answers |= {step: fails("script returned exit code 2") for step in expectations(text, "fails")}

    build = runner.run(text, answers, currentBuild={"number": 7, "previousBuild": {"number": 6, "result": "FAILURE"}})

    assert [build.result] == expectations(text, "result"), build.text
    for line in expectations(text, "prints"):
        assert line in build.log, build.text
    assert "never" not in build.log
