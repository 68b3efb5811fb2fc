"""The sandbox's lock: one holder, named; nested use; no lock outlives its holder."""

import os
import signal
import subprocess
import sys
import time

import pytest

from kubestage.errors import MachineError
from kubestage.lock import exclusive, read_holder, sandbox_lock, sandbox_lock_path
from kubestage.settings import CHECKOUT, Settings

HOLD = """
import sys, time
from pathlib import Path
from kubestage.lock import exclusive
sys.argv = ["/somewhere/invoke", "up", "--yes"]
with exclusive(Path("{path}"), "the sandbox"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.fixture
def path(settings):
    return sandbox_lock_path(settings)


@pytest.fixture
def other(path):
    """Another process that holds the sandbox until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(path=path)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_a_second_command_that_may_not_wait_learns_who_holds_the_sandbox(settings, other):
    with pytest.raises(MachineError) as caught, sandbox_lock(settings, wait=0):
        pass

    assert caught.value.what == "The sandbox kubestage is being changed by another command"
    assert f"process {other.pid} (invoke up --yes), since 20" in caught.value.why
    assert caught.value.fix == f"wait for it, or end it: kill {other.pid}"


def test_a_wait_has_a_bound(settings, other):
    started = time.monotonic()

    with pytest.raises(MachineError, match="is being changed"), sandbox_lock(settings, wait=0.4):
        pass

    assert 0.3 < time.monotonic() - started < 2


def test_a_second_command_waits_says_for_whom_and_goes_on(settings, other, capsys):
    def hand_over(*_):
        other.stdin.close()

    before = signal.signal(signal.SIGALRM, hand_over)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with sandbox_lock(settings, wait=10):
            assert read_holder(sandbox_lock_path(settings)).pid == os.getpid()
    finally:
        signal.signal(signal.SIGALRM, before)

    err = capsys.readouterr().err
    assert f"Waiting for the sandbox kubestage: it is held by process {other.pid} (invoke up --yes)" in err


def test_a_killed_holder_holds_nothing(settings, other):
    other.kill()
    other.wait()

    with sandbox_lock(settings, wait=0):
        pass


def test_another_sandbox_is_free(settings, other):
    with sandbox_lock(settings.model_copy(update={"sandbox": "another"}), wait=0):
        pass


def test_a_task_that_calls_another_takes_the_lock_once_more(settings, path):
    with sandbox_lock(settings, wait=0):
        with sandbox_lock(settings, wait=0):
            pass
        assert read_holder(path).pid == os.getpid()

    assert read_holder(path) is None


def test_it_is_free_after_an_error(path):
    with pytest.raises(ValueError, match="oops"), exclusive(path, "the sandbox", wait=0):
        raise ValueError("oops")

    with exclusive(path, "the sandbox", wait=0):
        pass


def test_down_may_remove_the_sandboxs_folder_while_it_holds_the_lock(settings, path):
    assert not path.is_relative_to(settings.folder)


def test_a_holder_that_cannot_be_read_is_another_process(path, settings, other):
    path.with_name(path.name + ".holder").write_text("{half")

    with pytest.raises(MachineError) as caught, sandbox_lock(settings, wait=0):
        pass

    assert caught.value.why == "It is held by another process."


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(MachineError, match="cannot be made"), exclusive(tmp_path / "file" / "lock", "the sandbox"):
        pass
