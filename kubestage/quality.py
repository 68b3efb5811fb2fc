"""kubestage's own checks: lint, types and the tests by kind."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from kubestage.console import console
from kubestage.errors import InputError, PartError
from kubestage.measurements import COLUMNS, History, Measurements, compared
from kubestage.preflight import run_preflight
from kubestage.preflight.machine import Machine
from kubestage.preflight.packages import checks_of_benches, checks_of_tests
from kubestage.run import run_in_terminal
from kubestage.settings import CHECKOUT, Settings

REPORTS = CHECKOUT / "reports"
LOCK = "requirements.lock"
BENCH_REPORT = REPORTS / "bench.json"
_LINTED = ("kubestage", "infra", "servers", "tests", "tasks.py")


def lint() -> None:
    """Format, lint and types, each over everything.

    Raises:
        PartError: one of them found something; its findings are on the terminal.
    """
    _run("format", "ruff", "format", "--check", "--quiet", *_LINTED, fix="./inv format")
    _run("lint", "ruff", "check", "--quiet", *_LINTED, fix="./inv format")
    _run("types", "mypy", fix="mend what mypy names")


def reformat() -> None:
    """Formats the code and mends what ruff can mend by itself."""
    _run("format", "ruff", "format", *_LINTED, fix="")
    _run("mend", "ruff", "check", "--fix", *_LINTED, fix="mend what ruff names")


def fast_tests(paths: list[str], pytest_args: list[str]) -> None:
    """Unit, contract and integration tests that need no Docker engine.

    Args:
        paths: files or folders to restrict them to; all when empty.
        pytest_args: further arguments for pytest.
    """
    # CI asks nobody; a developer is asked, or told the command.
    run_preflight(Settings.load(), fix="yes" if os.environ.get("CI") else "ask", checks=checks_of_tests(Machine()))
    # A file stays in one process: its tests share servers.
    at_once = ["--numprocesses", str(max(2, os.cpu_count() or 2)), "--dist", "loadfile"]
    everything = ["tests/unit", "tests/contract", "tests/integration", "servers"]
    _pytest("tests", paths or everything, "not docker", [*([] if paths else at_once), *pytest_args])


def docker_tests(pytest_args: list[str], environment: dict[str, str]) -> None:
    """The tests that need an engine: integration tests marked docker, then the whole chain in tests/e2e.

    Args:
        pytest_args: further arguments for pytest.
        environment: variables for the tests, such as the sandbox's name.
    """
    _pytest("e2e", ["tests/integration", "tests/e2e"], "docker", pytest_args, environment)


def benches(pytest_args: list[str], *, compare: bool, against: Path | None = None) -> None:
    """The measurements of docs/performance.md, each run kept in the cache.

    Args:
        pytest_args: further arguments for pytest.
        compare: show what has changed since an earlier run.
        against: that run's file; the latest one before this if left out.

    Raises:
        PartError: an aim was missed, or a measurement failed (after the comparison has been shown).
        InputError: there is no earlier run to compare with, told before anything is measured.
    """
    run_preflight(Settings.load(), fix="yes" if os.environ.get("CI") else "ask", checks=checks_of_benches(Machine()))
    history = bench_history(Settings.load())
    earlier = (against or history.latest()) if compare or against else None
    if compare and earlier is None:
        raise InputError(
            "There is no earlier run to compare with", why=f"{history.folder} is empty.", fix="./inv bench"
        )
    then = Measurements.read(earlier) if earlier else None
    BENCH_REPORT.unlink(missing_ok=True)
    try:
        _pytest("bench", ["tests/bench"], "docker or not docker", ["-s", *pytest_args])
    finally:
        if then and BENCH_REPORT.exists():
            console.text(f"\ncompared with the run of {then.when}")
            console.table(COLUMNS, [change.cells() for change in compared(Measurements.read(BENCH_REPORT), then)])


def bench_history(settings: Settings) -> History:
    """The benches' earlier runs."""
    return History(settings.cache / "bench")


def lock() -> None:
    """Writes both lock files: one for kubestage with its tests, one for what runs inside the servers' images.

    They hold versions and checksums and no address of an index, so that a company's mirror serves them as well.
    """
    options = ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--python-version", "3.11"]
    servers = "servers/requirements.in"
    # --upgrade: without it uv keeps the versions of the file that is there.
    _run(
        "lock",
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--upgrade",
        "--universal",
        *options,
        "--group",
        "dev",
        "pyproject.toml",
        servers,
        "-o",
        LOCK,
        fix="mend pyproject.toml",
    )
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.writelines(
            f"{line.split()[0]}\n" for line in (CHECKOUT / LOCK).read_text().splitlines() if "==" in line
        )
        constraints.flush()
        _run(
            "servers' lock",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--upgrade",
            "--python-platform",
            "linux",
            *options,
            servers,
            "-c",
            constraints.name,
            "-o",
            "servers/requirements.lock",
            fix=f"mend {servers}",
        )


def _pytest(
    name: str, paths: list[str], marker: str, pytest_args: list[str], environment: dict[str, str] | None = None
) -> None:
    REPORTS.mkdir(exist_ok=True)
    junit = REPORTS / f"{name}.xml"
    _run(
        name,
        "pytest",
        "-m",
        marker,
        f"--junitxml={junit}",
        *pytest_args,
        *paths,
        fix=f"./inv test --only <path from above>   # {junit.relative_to(CHECKOUT)} has it all",
        environment=environment,
    )


def _run(title: str, module: str, *args: str, fix: str, environment: dict[str, str] | None = None) -> None:
    """Runs a Python tool in this terminal: its output is for people, and is not read."""
    console.say(f"{title}: {module} {' '.join(args)}")
    started = time.monotonic()
    tools = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    code = run_in_terminal([sys.executable, "-m", module, *args], env={**(environment or {}), **tools})
    if code != 0:
        raise PartError(f"{title} failed (exit code {code})", why=f"{module} says above what.", fix=fix)
    console.say(f"✓ {title} ({time.monotonic() - started:.1f} s)")
