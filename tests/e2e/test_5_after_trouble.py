"""After trouble, `up` repairs and goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import docker
import pytest

from kubestage.docker import remove_container
from kubestage.docker.daemon import Daemon
from kubestage.sandbox.sandbox import Sandbox
from kubestage.sandbox.status import ABSENT
from kubestage.settings import CHECKOUT

from .conftest import inv, served
from .repositories import Work


@pytest.fixture
def engine():
    client = docker.from_env()
    yield client
    client.close()


def assert_healthy() -> None:
    run = inv("status", "--json")
    assert run.code == 0, run.text
    assert run.facts()["healthy"] is True, run.stdout


@pytest.mark.timeout(600)
def test_what_is_stopped_or_removed_is_there_again_though_the_first_up_is_killed_meanwhile(sandbox: Sandbox, engine):
    """The soak kills `up` at many more moments, those of a first `up` among them."""
    builds = sandbox.jenkins.last_number("uuid.image")
    for part in ("registry", "portal"):
        engine.containers.get(sandbox.settings.container(part)).stop(timeout=3)
    for part in ("gitlab", "jenkins", "control-plane"):
        remove_container(engine.api, str(engine.containers.get(sandbox.settings.container(part)).id))
    told = inv("status", "--json")
    assert told.code == 4
    states = {part["name"]: part["health"] for part in told.facts()["parts"]}
    assert states["registry"] == states["portal"] == "its container is exited"
    assert states["gitlab"] == states["jenkins"] == states["cluster"] == ABSENT
    kill_and_repeat(9)
    assert served(sandbox.settings, "prod")["version"] == "v1.0.0.0"
    assert "v1.0.0.0" in {tag.name for tag in Work(sandbox).project.tags.list(get_all=True)}
    assert sandbox.jenkins.last_number("uuid.image") == builds
    again = inv("ci.build", "--version", "v1.0.0.0")
    assert again.code == 2  # still there: the registry knows the version


def test_of_two_ups_at_once_the_second_says_who_holds_the_lock(sandbox: Sandbox):
    first = subprocess.Popen([CHECKOUT / "inv", "up", "--yes"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1.5)
        second = inv("up", "--yes", "--no-wait")
        assert second.code == 3, second.text
        assert "is held by process" in second.stderr
        assert first.wait(timeout=120) == 0
    finally:
        first.kill()
        first.wait()


def test_after_the_engine_went_away_and_came_back(sandbox: Sandbox, engine):
    """As after a reboot. Only where the engine is kubestage's own and runs nothing but this sandbox."""
    daemon = Daemon.of(sandbox.settings)
    names = [container.name for container in engine.containers.list()]
    if daemon.pid is None or any(not name.startswith(sandbox.settings.sandbox) for name in names):
        pytest.skip("the engine, or something that runs on it, is the user's: it is not stopped for a test")
    daemon.stop()
    gone = inv("status")
    assert gone.code == 3, gone.text
    assert "The Docker engine" in gone.stderr
    up = inv("up", "--yes")
    assert up.code == 0, up.text
    assert_healthy()


def kill_and_repeat(seconds: float) -> None:
    """An `up` that is killed after so many seconds, and another one that finishes the work."""
    up = subprocess.Popen(
        [CHECKOUT / "inv", "up", "--yes"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(seconds)
    os.killpg(up.pid, signal.SIGKILL)
    assert up.wait() == -signal.SIGKILL, "it had ended before"
    again = inv("up", "--yes", timeout=600)
    assert again.code == 0, again.text
    assert_healthy()
