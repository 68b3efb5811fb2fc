"""One jar and one resident JVM for the whole session."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from runner_driver import Runner
from runner_jar import runner_jar


@pytest.fixture(scope="session")
def jar() -> Path:
    """The packed runner."""
    return runner_jar()


@pytest.fixture(scope="session")
def runner(jar: Path) -> Iterator[Runner]:
    """A resident runner that all tests share, as all builds do."""
    runner = Runner(jar)
    yield runner
    runner.close()
