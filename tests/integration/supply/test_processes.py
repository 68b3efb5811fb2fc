import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kubestage.settings import CHECKOUT
from kubestage.waits import wait_for


@pytest.fixture
def ensure(tmp_path):
    """Starts a process that has a slow artefact made, which leaves a line in `made` each time it is begun."""
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from kubestage.settings import Settings
        from kubestage.supply import Supply
        from tests.unit.supply.recipes import artefact, named

        begin = "echo begun >> {tmp_path}/begun; mkdir bin; echo half > bin/tool"
        tool = artefact("tool", begin + "; sleep 2; echo whole > bin/tool")
        print(Supply(Settings(cache=Path({str(tmp_path / "cache")!r})), artefacts=named(tool)).tool("tool").read_text())
        """
    )
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def begun(folder: Path) -> int:
    file = folder / "begun"
    return len(file.read_text().splitlines()) if file.exists() else 0


def test_of_two_processes_one_makes_and_the_other_waits_and_says_so(ensure, tmp_path):
    first, second = ensure(), ensure()
    answers = [process.communicate(timeout=60) for process in (first, second)]

    assert [out.strip() for out, _ in answers] == ["whole", "whole"]
    assert begun(tmp_path) == 1
    assert sum("tool is being made by another process" in said for _, said in answers) == 1


def test_what_a_killed_process_had_half_made_is_made_again(ensure, tmp_path):
    victim = ensure()
    wait_for("the making has begun", lambda: begun(tmp_path) == 1, seconds=30)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()

    out, said = ensure().communicate(timeout=60)

    assert out.strip() == "whole", said
    assert begun(tmp_path) == 2
    kept = [path.name for path in (tmp_path / "cache" / "artifacts" / "tool").iterdir()]
    assert len(kept) == 1
    assert not kept[0].startswith(".")
