"""The server's package and the tests' own helpers are importable; servers of a test's own with the real runner."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3]))
sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from jenkins_harness import LightJenkins, runner_jar


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Callable[..., LightJenkins]]:
    """Makes servers of the test's own; what still runs at the end is killed."""
    made: list[LightJenkins] = []

    def make(**environment: str) -> LightJenkins:
        made.append(LightJenkins(tmp_path / f"server-{len(made)}", runner_jar(), **environment))
        return made[-1]

    yield make
    for server in made:
        server.kill()
