"""A sandbox of the tests' own name and ports, stood up as a user would, and removed afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from kubestage.delivery.sonarqube import SonarQube
from kubestage.extras import read_extras
from kubestage.quality import REPORTS
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import CHECKOUT, Settings

from .pushes import ANALYSED, EVERYDAY, Pushes
from .timeline import Timeline

UP_SECONDS = 3600  # with an empty cache everything is built first


TIMELINE = Timeline()
MOST_ARCHIVES = 3  # the first failures tell the most


class Archives:
    """A pytest plugin that packs the sandbox's logs and states when a test fails, before the next test changes them."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.nodeid.startswith("tests/e2e") and len(self.made) < MOST_ARCHIVES:
            run = inv("diagnose", "--output", str(REPORTS))
            self.made.append(f"{report.nodeid}: {run.stdout.strip() or run.text}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.made:
            terminalreporter.write_line(f"diagnostics of {line}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(TIMELINE, "kubestage-timeline")
    config.pluginmanager.register(Archives(), "kubestage-archives")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.docker)


@dataclass(frozen=True)
class Run:
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def text(self) -> str:
        return self.stdout + self.stderr

    def facts(self) -> Any:
        return json.loads(self.stdout)


def inv(*args: str, timeout: float = 600, env: dict[str, str] | None = None) -> Run:
    """Runs ./inv as a user does, without a terminal."""
    started = time.monotonic()
    done = subprocess.run(
        [str(CHECKOUT / "inv"), *args],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr, time.monotonic() - started)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.load()


@pytest.fixture(scope="session")
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    assert settings.sandbox != "kubestage", "these tests remove the sandbox: run them through ./inv e2e"
    up = inv("up", "--yes", timeout=UP_SECONDS)
    print(up.stderr)
    assert up.code == 0, up.text
    TIMELINE.read_up(settings.logs / "timeline.json")
    yield Sandbox(settings)
    if not os.environ.get("KUBESTAGE_KEEP"):
        down = inv("down")
        assert down.code == 0, down.text


class Beside:
    """A command that runs as in a second terminal.

    Args:
        log: where it writes what it says.
    """

    def __init__(self, log: Path, *command: str) -> None:
        self._log = log
        self._started = time.monotonic()
        with log.open("wb") as file:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)

    def end(self, timeout: float) -> Run:
        """Waits for its end."""
        code = self._process.wait(timeout)
        return Run(code, self._log.read_text(encoding="utf-8"), "", time.monotonic() - self._started)

    def interrupt(self) -> None:
        """Has it end, as Ctrl-C would, if nobody has waited for it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=120)


@pytest.fixture(scope="session")
def pushes(sandbox: Sandbox) -> Pushes:
    """Four pushes, which CI builds while the next tests wait for pods."""
    return Pushes.make(sandbox, EVERYDAY)


@pytest.fixture(scope="session")
def sonarqube_comes_up(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """SonarQube takes a minute to start, in which the tests that build nothing do their work.

    Pods come and go meanwhile: an `up` asks nobody to stop delivering.
    """
    log = tmp_path_factory.mktemp("up") / "sonarqube.log"
    run = Beside(log, str(CHECKOUT / "inv"), "up", "--yes", "--with", "sonarqube")
    yield run
    run.interrupt()


@pytest.fixture(scope="session")
def sonarqube(sandbox: Sandbox, sonarqube_comes_up: Beside) -> Iterator[SonarQube]:
    """The real SonarQube, once it is up."""
    run = sonarqube_comes_up.end(timeout=1800)
    print(run.text)
    assert run.code == 0, run.text
    yield SonarQube(sandbox.settings.sonarqube_url, "admin", sandbox.secrets.sonarqube_admin_password)
    if sandbox.settings.folder.exists() and read_extras(sandbox.settings):  # a test failed before it was taken away
        inv("up", "--yes", "--without", "sonarqube", timeout=600)


@pytest.fixture(scope="session")
def analysed(sandbox: Sandbox, sonarqube: SonarQube) -> Pushes:
    """Two pushes that CI builds with an analysis: a good one, and one with a bug."""
    return Pushes.make(sandbox, ANALYSED)


@pytest.fixture(scope="session")
def integration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """The tests of single parts that need an engine. They share nothing but that with the chain."""
    log = tmp_path_factory.mktemp("integration") / "log"
    junit = f"--junitxml={REPORTS / 'integration.xml'}"
    # The chain comes first: these take the processor time that it leaves.
    tests = [sys.executable, "-m", "pytest", "-m", "docker", junit, str(CHECKOUT / "tests/integration")]
    run = Beside(log, "nice", *tests)
    yield run
    run.interrupt()


@pytest.fixture
def waits_for_pods(request: pytest.FixtureRequest) -> None:
    """From here on the chain waits more than it computes: the tests of its parts run beside it."""
    _beside(request, "integration")


@pytest.fixture
def builds_nothing(request: pytest.FixtureRequest) -> None:
    """From here on CI has nothing to build, and SonarQube may start: with it there, each build would be analysed."""
    _beside(request, "sonarqube_comes_up")


@pytest.fixture
def leaves_ci_alone(request: pytest.FixtureRequest) -> None:
    """CI may build and analyse meanwhile."""
    _beside(request, "analysed")


def _beside(request: pytest.FixtureRequest, fixture: str) -> None:
    """Begins what tests to come will need; nothing if none of them was asked for."""
    if any(fixture in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue(fixture)


def served(settings: Settings, environment: str) -> dict[str, Any]:
    """What /status says from outside."""
    answer = requests.get(f"{settings.service_url(environment)}/status", timeout=5)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture(scope="session")
def kubectl(sandbox: Sandbox) -> Any:
    """kubectl as `eval "$(./inv env)"` gives it to a user, who does so once in a terminal."""
    told = inv("env")
    assert told.code == 0, told.text

    def run(line: str) -> str:
        script = f"{told.stdout}\nkubectl {line}"
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
