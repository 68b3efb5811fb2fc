"""One jar and one resident JVM for the whole session."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from runner_driver import Runner

RUNNER = Path(__file__).parents[2] / "runner"


@pytest.fixture(scope="session")
def jar() -> Path:
    """The packed runner, built once per state of its sources and kept in the user's cache."""
    sources = sorted(p for p in RUNNER.joinpath("src").rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for path in [RUNNER / "pom.xml", *sources]:
        digest.update(str(path.relative_to(RUNNER)).encode() + b"\0" + path.read_bytes())
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kubestage" / "runner-tests"
    built = cache / digest.hexdigest()[:16]
    if not built.is_dir():
        making = cache / f"making-{os.getpid()}"
        shutil.copytree(RUNNER, making, ignore=shutil.ignore_patterns("target"))
        subprocess.run(["mvn", "-q", "-B", "package"], cwd=making, check=True)
        # Another session may have been quicker.
        with contextlib.suppress(OSError):
            (making / "target").rename(built)
        shutil.rmtree(making)
    return built / "runner.jar"


@pytest.fixture(scope="session")
def runner(jar: Path) -> Iterator[Runner]:
    """A resident runner that all tests share, as all builds do."""
    runner = Runner(jar)
    yield runner
    runner.close()
