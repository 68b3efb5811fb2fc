"""Makes planned artefacts: one maker at a time for each, complete or not at all, timed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kubestage.console import console
from kubestage.errors import MachineError
from kubestage.run import run_command
from kubestage.settings import Settings
from kubestage.supply.artefact import Origin
from kubestage.supply.durations import Duration, Durations
from kubestage.supply.engine import Engine
from kubestage.supply.job import Job
from kubestage.supply.plan import Plan
from kubestage.supply.store import Entry, Store

# An image whose entry has one can be loaded; one that only the engine holds is made again.
ARCHIVE = "image.tar"

_DOING = {"pull": "fetching", "build": "building"}


@dataclass(frozen=True)
class Made:
    """An artefact that was made or fetched in this run.

    Attributes:
        name: its name.
        version: its version.
        origin: `pull` or `build`.
        seconds: wall time, waiting for others not included.
        command_seconds: the wall time of its commands alone.
    """

    name: str
    version: str
    origin: Origin
    seconds: float
    command_seconds: float


class Maker:
    """Turns plans into cache entries and images in the engine.

    Args:
        settings: the settings in force.
        store: the cache.
        engine: the container engine.
        durations: where it is kept how long things took.
        plan: gives the plan of an artefact by name.
    """

    def __init__(
        self, settings: Settings, store: Store, engine: Engine, durations: Durations, plan: Callable[[str], Plan]
    ) -> None:
        self._settings = settings
        self._store = store
        self._engine = engine
        self._durations = durations
        self._plan = plan

    def make(self, plan: Plan) -> Made | None:
        """Makes one artefact, unless another process has made it meanwhile.

        Raises:
            KubestageError: it could not be made; nothing is left of the attempt but its log.
        """
        with self._store.locked(plan.name):
            started = time.monotonic()
            entry = self._store.read(plan.folder)
            lost = bool(plan.reference) and plan.reference not in self._engine.images()
            if entry is not None and not lost:
                return None
            if entry is not None and (plan.folder / ARCHIVE).exists():
                with console.step(f"loading {plan.name} into the engine"):
                    self._load(plan)
                return None
            title = f"{_DOING[plan.origin]} {plan.name} {plan.artefact.version}"
            with console.step(title, expected=self._durations.expected(plan.origin, plan.name)):
                entry = self._store.make(plan.folder, lambda out: self._fill(plan, out))
                load_seconds = self._load(plan)
            seconds = time.monotonic() - started
            made = Made(plan.name, plan.artefact.version, plan.origin, seconds, entry.command_seconds + load_seconds)
            self._drop_superseded(plan)
            self._durations.record(Duration(made.origin, made.name, made.seconds, made.command_seconds))
            return made

    def _fill(self, plan: Plan, out: Path) -> Entry:
        started = time.monotonic()
        log = self._settings.cache / "logs" / f"{plan.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        scratch = out.with_name(f".{plan.key}.scratch")
        scratch.mkdir()
        needed = [*plan.inputs, *(self._plan(name) for name in plan.uses)]
        job = Job(
            name=plan.name,
            settings=self._settings,
            out=out,
            scratch=scratch,
            log=log,
            reference=plan.reference,
            engine=self._engine,
            inputs={need.name: need.folder for need in needed},
            images={need.name: need.reference for need in needed if need.reference},
        )
        try:
            plan.produce(job)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return Entry(plan.origin, plan.artefact.version, time.monotonic() - started, job.command_seconds)

    def _drop_superseded(self, plan: Plan) -> None:
        for folder in self._store.superseded(plan.folder):
            if plan.reference:
                self._engine.remove(plan.reference.replace(plan.key, folder.name))  # refused while in use
            self._store.remove(folder)

    def _load(self, plan: Plan) -> float:
        """Loads an image's archive unless the engine has the image, and returns the command's seconds."""
        if not plan.reference or plan.reference in self._engine.images():
            return 0.0
        seconds = 0.0
        archive = plan.folder / ARCHIVE
        if archive.exists():
            load = self._engine.command("load", "--quiet", "--input", archive)
            seconds = run_command(load, env=self._engine.env).seconds
        if plan.reference not in self._engine.images():
            raise MachineError(
                f"The engine has no image {plan.reference}", why="It took it without complaint, but does not list it."
            )
        return seconds
