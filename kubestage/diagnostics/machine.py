"""This machine: versions, settings, checks, the sandbox's state, and kubestage's own logs."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from kubestage.docker.daemon import Daemon
from kubestage.preflight import doctor
from kubestage.run import run_command
from kubestage.sandbox.sandbox import Sandbox
from kubestage.sandbox.status import read_status
from kubestage.settings import CHECKOUT

_LOGS = ("*.log", "*.json")


def pieces(sandbox: Sandbox) -> dict[str, Callable[[], str]]:
    """What this machine tells."""
    found: dict[str, Callable[[], str]] = {
        "about.json": lambda: _about(sandbox),
        "engine.json": lambda: _json(asdict(sandbox.engine.facts)),
        "preflight.json": lambda: _json([finding.record() for finding in doctor(sandbox.settings)]),
        "artefacts.json": lambda: _json(sandbox.supply.status(thorough=False)),
        "status.json": lambda: _json(
            read_status(sandbox.settings, sandbox.engine.client, sandbox.registry).record()
        ),
        "processes.txt": lambda: run_command(["ps", "-eo", "pid,ppid,etime,time,rss,comm"], timeout=10).stdout,
        "disk.txt": lambda: run_command(["df", "-h"], check=False, timeout=10).stdout,
    }  # fmt: skip
    for file in _own_logs(sandbox):
        found[f"logs/{file.name}"] = partial(file.read_text, encoding="utf-8", errors="replace")
    return found


def _own_logs(sandbox: Sandbox) -> list[Path]:
    folder = sandbox.settings.logs
    files = [file for pattern in _LOGS for file in sorted(folder.glob(pattern))]
    return [file for file in [*files, Daemon.of(sandbox.settings).log] if file.is_file()]


def _about(sandbox: Sandbox) -> str:
    described = run_command(["git", "-C", CHECKOUT, "describe", "--always", "--dirty"], check=False, timeout=10)
    return _json(
        {
            "kubestage": described.stdout.strip(),
            "python": sys.version,
            "system": platform.platform(),
            "settings": sandbox.settings.model_dump(mode="json"),
        }
    )


def _json(facts: object) -> str:
    return json.dumps(facts, indent=1, default=str) + "\n"
