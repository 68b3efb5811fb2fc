"""kubestage's own checks: lint, types and the tests by kind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kubestage.checks import Check
from kubestage.console import console
from kubestage.errors import InputError
from kubestage.measurements import COLUMNS, History, Measurements, compared
from kubestage.preflight import run_preflight
from kubestage.preflight.machine import Machine
from kubestage.preflight.packages import checks_of_benches, checks_of_tests
from kubestage.settings import CHECKOUT, Settings

REPORTS = CHECKOUT / "reports"
LOCK = "requirements.lock"
BENCH_REPORT = REPORTS / "bench.json"
_LINTED = ("kubestage", "infra", "servers", "tests", "tasks.py")
_FORMAT = Check("format", ("ruff", "format", "--check", "--quiet", *_LINTED), "./inv format")
_LINT = Check("lint", ("ruff", "check", "--quiet", *_LINTED), "./inv format")


def check() -> None:
    """Format, lint and types, each over everything, and the tests that need no Docker engine, beside the types.

    Raises:
        PartError: one of them found something; its findings are on the terminal.
    """
    # What mypy knows of unchanged files and libraries serves every checkout: it goes by their contents.
    known = {"MYPY_CACHE_DIR": str(Settings.load().cache / "mypy")}
    _FORMAT.run()
    _LINT.run()
    with Check("types", ("mypy",), "mend what mypy names", known).beside():
        fast_tests([], [])


def reformat() -> None:
    """Formats the code and mends what ruff can mend by itself."""
    Check("format", ("ruff", "format", *_LINTED), "mend what ruff names").run()
    Check("mend", ("ruff", "check", "--fix", *_LINTED), "mend what ruff names").run()


def fast_tests(paths: list[str], pytest_args: list[str]) -> None:
    """Unit, contract and integration tests that need no Docker engine.

    Args:
        paths: files or folders to restrict them to; all when empty.
        pytest_args: further arguments for pytest.
    """
    # CI asks nobody; a developer is asked, or told the command.
    run_preflight(Settings.load(), fix="yes" if os.environ.get("CI") else "ask", checks=checks_of_tests(Machine()))
    # A file stays in one process: its tests share servers. Twice as many as processors: most wait mostly.
    at_once = ["--numprocesses", str(2 * (os.cpu_count() or 1)), "--dist", "loadfile"]
    everything = ["tests/unit", "tests/contract", "tests/integration", "servers"]
    _pytest("tests", paths or everything, "not docker", [*([] if paths else at_once), *pytest_args]).run()


def docker_tests(expression: str, environment: dict[str, str]) -> None:
    """The tests that need an engine: the whole chain in tests/e2e, which runs those of single parts beside itself.

    Args:
        expression: pytest's, to choose among both; all when empty.
        environment: variables for the tests, such as the sandbox's name.
    """
    chain, parts = "tests/e2e", "tests/integration"
    chosen = ["-k", expression] if expression else []
    _pytest("e2e", [parts, chain] if expression else [chain], "docker", chosen, environment).run()


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
        _pytest("bench", ["tests/bench"], "docker or not docker", ["-s", *pytest_args]).run()
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
    words = ("uv", "pip", "compile", "--quiet", "--upgrade")
    Check(
        "lock",
        (*words, "--universal", *options, "--group", "dev", "pyproject.toml", servers, "-o", LOCK),
        "mend pyproject.toml",
    ).run()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.writelines(
            f"{line.split()[0]}\n" for line in (CHECKOUT / LOCK).read_text().splitlines() if "==" in line
        )
        constraints.flush()
        into = ("-c", constraints.name, "-o", "servers/requirements.lock")
        Check(
            "servers' lock", (*words, "--python-platform", "linux", *options, servers, *into), f"mend {servers}"
        ).run()


def _pytest(
    name: str, paths: list[str], marker: str, pytest_args: list[str], environment: dict[str, str] | None = None
) -> Check:
    REPORTS.mkdir(exist_ok=True)
    junit = REPORTS / f"{name}.xml"
    fix = f"./inv test --only <path from above>   # {junit.relative_to(CHECKOUT)} has it all"
    return Check(name, ("pytest", "-m", marker, f"--junitxml={junit}", *pytest_args, *paths), fix, environment or {})
