"""The engine's checks and fixes against a real dockerd of the test's own, apart from the machine's."""

import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kubestage.docker import EngineAddress, connect
from kubestage.docker.daemon import Daemon, find_dockerd
from kubestage.errors import MachineError
from kubestage.preflight import engine as engine_checks
from kubestage.preflight.capabilities import missing_capabilities
from kubestage.preflight.engine import EngineChecks
from kubestage.preflight.machine import Machine
from kubestage.preflight.runner import run_preflight
from kubestage.settings import CHECKOUT, Settings
from kubestage.waits import wait_for

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(os.geteuid() != 0 or not find_dockerd(), reason="starts a dockerd, which takes root and Linux"),
    # The SDK leaves its socket open where a daemon goes away just before it connects; `tidied` collects it.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def tidied():
    yield
    gc.collect()


@pytest.fixture
def short():
    """A folder with a short name: a Unix socket's path has room for 107 characters."""
    folder = Path(f"/tmp/ks-{os.getpid()}-{time.monotonic_ns() % 100000}")
    folder.mkdir()
    yield folder
    wait_for("dockerd's folder is free", lambda: unmounted(folder / "data"), seconds=20)
    shutil.rmtree(folder)


def unmounted(folder):
    """dockerd mounts its folder onto itself; one that was killed leaves that behind, with its containerd."""
    if f" {folder} " not in Path("/proc/self/mounts").read_text():
        return True
    subprocess.run(["umount", "--lazy", folder], check=False)
    return False


@pytest.fixture
def dockerd_apart(short, monkeypatch):
    """Has dockerd start in a network of its own: with no bridge it removes docker0, which belongs to the machine's."""
    real = find_dockerd()
    script = short / "bin" / "dockerd"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec unshare --net -- {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def daemon(short, dockerd_apart):
    options = {
        "data-root": str(short / "data"),
        "exec-root": str(short / "exec"),
        "bridge": "none",
        "iptables": False,
        "ip6tables": False,
    }
    made = Daemon(short / "engine", options, short / "d.sock")
    yield made
    made.stop()


@pytest.fixture
def machine(daemon):
    """A machine that knows this daemon only."""
    made = Machine(environment={"DOCKER_HOST": f"unix://{daemon.socket}"}, systemd=False)
    yield made
    if made.engine:
        made.engine.close()


@pytest.fixture
def checks(daemon, machine, short, monkeypatch):
    monkeypatch.setattr(engine_checks, "running_dockerd", lambda: [daemon.pid] if daemon.pid else [])
    return EngineChecks(Settings(home=short, cache=Settings.load().cache), machine, daemon)


def run(checks):
    return run_preflight(Settings(), fix="yes", checks=checks.checks())


def test_a_stopped_engine_is_started_detached_and_can_start_a_node(checks, daemon, machine):
    findings = run(checks)

    assert {finding.state for finding in findings} == {"ok"}
    process = psutil.Process(daemon.pid)
    assert os.getsid(process.pid) == process.pid
    assert not process.terminal()
    wrapped = machine.engine.facts.default_runtime == "fewer-caps"
    assert wrapped == bool(missing_capabilities())


def test_an_engine_of_ours_that_could_start_no_node_is_restarted(checks, daemon, machine):
    daemon.start()

    run(checks)

    assert (machine.engine.facts.default_runtime == "fewer-caps") == bool(missing_capabilities())


def test_it_outlives_the_process_that_started_it_and_holds_none_of_its_streams(daemon):
    code = (
        "import sys; from pathlib import Path; from kubestage.docker.daemon import Daemon;"
        f"Daemon(Path({str(daemon.folder)!r}), {dict(daemon.options)!r}, Path({str(daemon.socket)!r})).start()"
    )
    started = time.monotonic()
    # With its output captured: it would block here until dockerd ends, if dockerd held the pipes.
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, check=True, timeout=60)

    assert time.monotonic() - started < 60
    assert daemon.pid
    connect(EngineAddress(f"unix://{daemon.socket}", "a test")).close()


def test_after_a_kill_it_comes_back(checks, daemon, machine):
    run(checks)
    first = daemon.pid
    os.kill(first, signal.SIGKILL)
    wait_for("dockerd is gone", lambda: daemon.pid is None, seconds=10)
    assert daemon.pid_file.exists()
    machine.engine.close()
    machine.engine = None

    run(checks)

    assert daemon.pid not in (None, first)


def test_a_daemon_that_hangs_is_told_within_5_seconds_and_restarted(checks, daemon, machine):
    run(checks)
    hanging = daemon.pid
    os.kill(hanging, signal.SIGSTOP)
    machine.engine.close()
    machine.engine = None
    started = time.monotonic()

    answer = checks.answers()

    assert time.monotonic() - started < 5
    assert "accepts connections but does not answer" in answer.detail
    answer.fix.run()
    assert checks.answers().ok
    assert daemon.pid != hanging


def test_an_option_that_dockerd_refuses_is_told_with_its_own_words(daemon, short):
    wrong = Daemon(daemon.folder, {**daemon.options, "storage-driver": "no-such-driver"}, daemon.socket)

    with pytest.raises(MachineError) as caught:
        wrong.start()

    assert "driver not supported" in caught.value.why
    assert str(daemon.log) in caught.value.fix


def test_undo_stops_it(checks, daemon):
    run(checks)

    checks.undo_start()

    assert daemon.pid is None
