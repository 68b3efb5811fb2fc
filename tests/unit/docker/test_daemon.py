"""A dockerd of ours: its configuration, its pid files, and its life, with a small program in dockerd's place."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from kubestage.docker import daemon as module
from kubestage.docker.daemon import Daemon, running_dockerd
from kubestage.errors import MachineError
from kubestage.settings import CHECKOUT, Settings
from kubestage.waits import wait_for

FAKE = """
import json, os, signal, sys, threading
sys.path.insert(0, "{checkout}")
from pathlib import Path
from tests.unit.docker.fake_engine import engine_at

config = json.loads(Path(sys.argv[sys.argv.index("--config-file") + 1]).read_text())
print("dockerd says hello", flush=True)
if "broken" in config:
    sys.exit("failed to start daemon: it is broken")
over = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: over.set())
Path(config["pidfile"]).write_text(str(os.getpid()))
with engine_at(config["hosts"][0].removeprefix("unix://")):
    while not over.wait(0.05):
        pass
"""


@pytest.fixture
def python_called(tmp_path, monkeypatch):
    """Makes a Python that the system knows by another name: that by which it was called."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))

    def make(name):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.symlink_to(sys.executable)
        return program

    return make


@pytest.fixture
def dockerd(tmp_path, monkeypatch, python_called):
    """A program that is called dockerd, takes its options from --config-file and answers at its first host."""
    script = tmp_path / "fake.py"
    script.write_text(textwrap.dedent(FAKE).format(checkout=CHECKOUT))
    program = python_called("dockerd")
    launcher = tmp_path / "launch"
    launcher.write_text(f'#!/bin/sh\nexec "{program}" "{script}" "$@"\n')
    launcher.chmod(0o755)
    monkeypatch.setattr(module, "find_dockerd", lambda: launcher)
    monkeypatch.setattr(module, "SYSTEM_CONFIG", tmp_path / "system.json")
    return launcher


@pytest.fixture
def daemon(tmp_path, dockerd):
    made = Daemon(tmp_path / "engine", {"exec-root": str(tmp_path / "exec")}, tmp_path / "d.sock")
    yield made
    made.stop()


def config_of(daemon):
    return json.loads(daemon.config.read_text())


def test_it_runs_detached_with_its_log_and_its_pid_in_its_folder(daemon):
    daemon.start()

    process = psutil.Process(daemon.pid)
    assert os.getsid(process.pid) == process.pid
    assert process.ppid() != os.getpid()
    assert daemon.log.read_text() == "dockerd says hello\n"
    for stream in range(3):
        target = Path(f"/proc/{process.pid}/fd/{stream}").readlink()
        assert target == (Path("/dev/null") if stream == 0 else daemon.log)


def test_started_twice_it_is_one(daemon):
    daemon.start()
    pid = daemon.pid
    daemon.start()

    assert daemon.pid == pid


def test_it_is_found_again_by_another_process(daemon):
    daemon.start()

    assert Daemon(daemon.folder, {}, daemon.socket).pid == daemon.pid


def test_it_ends_when_told(daemon):
    daemon.start()
    process = psutil.Process(daemon.pid)
    daemon.stop()

    assert daemon.pid is None
    assert not daemon.pid_file.exists()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_one_that_hangs_is_ended_all_the_same(daemon):
    daemon.start()
    os.kill(daemon.pid, signal.SIGSTOP)

    daemon.stop(seconds=5)

    assert daemon.pid is None


def test_stopping_what_does_not_run_is_no_error(daemon):
    daemon.stop()


def test_one_that_ends_at_once_is_told_with_its_last_words(daemon, tmp_path):
    broken = Daemon(daemon.folder, {"broken": True}, daemon.socket)

    with pytest.raises(MachineError) as caught:
        broken.start(seconds=10)

    assert caught.value.what == "The Docker engine ended as soon as it was started"
    assert "failed to start daemon: it is broken" in caught.value.why
    assert str(daemon.log) in caught.value.fix


def test_a_stale_pid_file_is_seen_through(daemon):
    daemon.folder.mkdir()
    daemon.pid_file.write_text(str(os.getpid()))  # alive, and no dockerd of ours

    assert daemon.pid is None
    daemon.start()
    assert daemon.pid not in (None, os.getpid())


def test_a_foreign_process_in_containerds_pid_file_is_seen_through(daemon, tmp_path):
    stale = tmp_path / "exec/containerd/containerd.pid"
    stale.parent.mkdir(parents=True)
    stale.write_text(str(os.getpid()))

    daemon.start()

    assert not stale.exists()


def test_a_containerd_that_outlived_its_dockerd_is_left_to_the_next_one(daemon, tmp_path, python_called):
    folder = tmp_path / "exec/containerd"
    folder.mkdir(parents=True)
    wait = "import sys; sys.stdin.read()"
    config = str(folder / "containerd.toml")
    with subprocess.Popen(
        [python_called("containerd"), "-c", wait, "--config", config], stdin=subprocess.PIPE
    ) as running:
        (folder / "containerd.pid").write_text(str(running.pid))
        daemon.start()

        assert (folder / "containerd.pid").read_text() == str(running.pid)


def test_the_administrators_settings_are_followed_and_never_written(daemon):
    text = '{"registry-mirrors": ["http://mirror"], "hosts": ["tcp://127.0.0.1:2375"], "pidfile": "/run/x.pid"}'
    module.SYSTEM_CONFIG.write_text(text)

    daemon.start()

    config = config_of(daemon)
    assert config["registry-mirrors"] == ["http://mirror"]
    assert config["hosts"] == [f"unix://{daemon.socket}", "tcp://127.0.0.1:2375"]
    assert config["pidfile"] == str(daemon.pid_file)
    assert module.SYSTEM_CONFIG.read_text() == text


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_broken_file_of_the_administrator_is_told(daemon, text):
    module.SYSTEM_CONFIG.write_text(text)

    with pytest.raises(MachineError, match=r"system\.json cannot be used"):
        daemon.start()


def test_the_runtime_that_asks_for_less_is_copied_out_of_the_cache(daemon, tmp_path):
    module.SYSTEM_CONFIG.write_text('{"runtimes": {"other": {"path": "/other"}}}')
    runtime = tmp_path / "cached-runtime"
    runtime.write_text("#!/bin/sh\n")
    runtime.chmod(0o755)

    daemon.start(runtime)

    own = daemon.folder / "oci-fewer-caps"
    assert os.access(own, os.X_OK)
    assert config_of(daemon)["default-runtime"] == "fewer-caps"
    assert config_of(daemon)["runtimes"] == {"other": {"path": "/other"}, "fewer-caps": {"path": str(own)}}


def test_without_need_no_runtime_is_set(daemon):
    daemon.start()

    assert "default-runtime" not in config_of(daemon)


def test_proxy_variables_reach_it(daemon, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    daemon.start()

    assert psutil.Process(daemon.pid).environ()["HTTPS_PROXY"] == "http://proxy.example:3128"


def test_without_dockerd_it_says_so(daemon, monkeypatch):
    monkeypatch.setattr(module, "find_dockerd", lambda: None)

    with pytest.raises(MachineError, match="dockerd is not installed"):
        daemon.start()


def test_a_running_one_is_seen_among_the_processes(daemon):
    daemon.start()

    assert daemon.pid in running_dockerd()


def test_one_that_ended_and_was_not_reaped_yet_does_not_count_as_running(python_called):
    """As after a stop where the first process of the machine is slow to reap."""
    ended = subprocess.Popen([python_called("dockerd"), "-c", ""])
    wait_for("it has ended", lambda: psutil.Process(ended.pid).status() == psutil.STATUS_ZOMBIE, seconds=10)

    assert ended.pid not in running_dockerd()
    ended.wait()


def test_all_sandboxes_share_one(tmp_path):
    one = Daemon.of(Settings(home=tmp_path, sandbox="one"))

    assert one == Daemon.of(Settings(home=tmp_path, sandbox="two"))
    assert one.folder == tmp_path / "engine"
