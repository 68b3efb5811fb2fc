"""Checks of memory and disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil

from kubestage.extras import SONARQUBE, read_extras
from kubestage.preflight.check import Answer, Check, Fix, fine, problem, warning
from kubestage.preflight.machine import Machine
from kubestage.settings import Settings

GIB = 1 << 30

# The parts idle stay under 2.5 GiB; a Maven build and three replicas of the service come on top.
MEMORY_NEEDED = 4 * GIB
MEMORY_AVAILABLE = 3 * GIB
SONARQUBE_NEEDED = 2 * GIB

# For running. What is still to be built or fetched needs room of its own, which the supply checks by artefact.
CACHE_NEEDED = GIB
ENGINE_NEEDED = 4 * GIB


def space_checks(settings: Settings, machine: Machine) -> list[Check]:
    """The checks of memory and disk."""
    return [
        Check("memory", "there is memory enough", lambda: _memory(settings, machine)),
        Check("disk", "there is room on the disk", lambda: _disk(settings, machine)),
    ]


def _memory(settings: Settings, machine: Machine) -> Answer:
    needed = MEMORY_NEEDED + (SONARQUBE_NEEDED if SONARQUBE in read_extras(settings) else 0)
    here = psutil.virtual_memory()
    total, where = here.total, "This machine"
    if machine.engine and not machine.engine_is_here:
        total, where = machine.engine.facts.memory, "The engine's virtual machine"
    if total < 0.95 * needed:  # a machine of 4 GiB shows a little less
        return problem(
            f"{where} has {_gib(total)}; the sandbox needs {_gib(needed)}.",
            Fix("give it more memory"),
        )
    if machine.engine_is_here and here.available < MEMORY_AVAILABLE and not settings.folder.exists():
        return warning(
            f"{_gib(here.available)} of {_gib(total)} is available; the sandbox takes about {_gib(MEMORY_AVAILABLE)}.",
            Fix("end programs that hold much memory", ("ps aux --sort=-rss | head",)),
        )
    return fine(f"{_gib(total)}, {_gib(here.available)} of this machine's is available")


def _disk(settings: Settings, machine: Machine) -> Answer:
    wanted: dict[Path, tuple[int, str]] = {settings.cache: (CACHE_NEEDED, "the cache")}
    if machine.engine_is_here and machine.engine:
        root = machine.engine.facts.root
        wanted[root] = (ENGINE_NEEDED, "the engine's images and volumes")
    # Folders on one file system share its room.
    by_device: dict[int, list[Path]] = {}
    for path in wanted:
        by_device.setdefault(_existing(path).stat().st_dev, []).append(path)
    notes = []
    for paths in by_device.values():
        free = shutil.disk_usage(_existing(paths[0])).free
        needed = sum(wanted[path][0] for path in paths)
        names = " and ".join(f"{wanted[path][1]} ({path})" for path in paths)
        if free < needed:
            return problem(
                f"{_gib(free)} is free for {names}; {_gib(needed)} is needed.",
                Fix(
                    "make room", (f"df -h {paths[0]}", "docker system prune", "./inv down --all   # empties the cache")
                ),
            )
        notes.append(f"{_gib(free)} free for {names}")
    return fine("\n".join(notes))


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there and can be looked at."""
    for candidate in (path, *path.parents):
        try:
            candidate.stat()
        except OSError:
            continue
        return candidate
    return Path("/")


def _gib(amount: float) -> str:
    return f"{amount / GIB:.1f} GiB"
