"""Which version of kubestage made the sandbox, and whether this one can go on with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from kubestage.preflight.check import Answer, Check, Fix, fine, problem, warning
from kubestage.settings import CHECKOUT, Settings


def this_version() -> str:
    """The version of this checkout."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def record_version(settings: Settings) -> None:
    """Notes in the sandbox's folder that this version stood it up; call it at the end of `up`."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    _file(settings).write_text(this_version() + "\n", encoding="utf-8")


def version_checks(settings: Settings) -> list[Check]:
    """The check of the sandbox's version."""
    return [Check("version", "the sandbox is of this version, or there is none yet", lambda: _same(settings))]


def _same(settings: Settings) -> Answer:
    here = this_version()
    try:
        there = _file(settings).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return fine(f"this is {here}")
    if there == here:
        return fine(here)
    remake = Fix("remove the sandbox and stand it up anew; the cache stays", ("./inv down", "./inv up"))
    if _parts(there) > _parts(here):
        return problem(f"kubestage {there} made the sandbox {settings.sandbox}; this is the older {here}.", remake)
    return warning(f"kubestage {there} made the sandbox {settings.sandbox}; this is {here} and will update it.", remake)


def _file(settings: Settings) -> Path:
    return settings.folder / "version"


def _parts(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]
