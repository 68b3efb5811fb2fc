"""Hands out tools and images, and makes those that are missing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from kubestage.console import console
from kubestage.errors import MachineError
from kubestage.run import run_command
from kubestage.settings import Settings
from kubestage.supply.artefact import Artefact
from kubestage.supply.catalogue import TOOLS, catalogue
from kubestage.supply.durations import Durations
from kubestage.supply.engine import Engine
from kubestage.supply.job import Job
from kubestage.supply.plan import Plan, Planner
from kubestage.supply.space import check_space
from kubestage.supply.store import Entry, Store

# An image whose entry has one can be loaded; one that only the engine holds is made again.
_ARCHIVE = "image.tar"


@dataclass(frozen=True)
class Made:
    """An artefact that was made or fetched in this run.

    Attributes:
        name: its name.
        origin: `pull` or `build`.
        seconds: wall time, waiting for others not included.
        command_seconds: the wall time of its commands alone.
    """

    name: str
    origin: str
    seconds: float
    command_seconds: float


class Supply:
    """All that the sandbox needs from outside, from the cache, from its publishers or made here.

    Args:
        settings: the cache's place and the source wished for.
        docker_host: the engine's address; empty for the docker client's own choice.
    """

    def __init__(self, settings: Settings, docker_host: str = "") -> None:
        self.settings = settings
        self.engine = Engine(lambda: self.tool("docker"), docker_host)
        self.durations = Durations(settings.cache / "durations.json")
        self._store = Store(settings.cache)
        self._catalogue = catalogue()
        self._planner = Planner(settings, self._catalogue, self._store, self._answers)
        self._loaded: set[str] | None = None

    def tool(self, name: str) -> Path:
        """The path of the program `name`, which is made first if it is missing.

        Raises:
            InputError: there is no such tool.
            KubestageError: it could not be made.
        """
        self.ensure([name])
        return self._planner.plan(name).folder / "bin" / TOOLS.get(name, name)

    def image(self, name: str) -> str:
        """The reference of the image `name`, present in the engine; made first if it is missing.

        Raises:
            InputError: there is no such image.
            KubestageError: it could not be made.
        """
        self.ensure([name])
        return self._planner.plan(name).reference

    def folder(self, name: str) -> Path:
        """The cache folder of the files `name`, which are made first if missing."""
        self.ensure([name])
        return self._planner.plan(name).folder

    def ensure(self, names: Sequence[str]) -> list[Made]:
        """Makes whatever is missing of `names`, as much at once as the cores allow.

        Returns:
            what was made, in the order in which it was finished; empty if nothing was missing.

        Raises:
            MachineError: there is not enough room, or a publisher or the engine does not answer.
            CommandFailed: a recipe's command failed; the others under way were let finish.
        """
        plans = self._missing(names)
        if not plans:
            return []
        check_space(self.settings, [plan.artefact for plan in plans.values()])
        made = self._run(plans)
        for each in made:
            word = "pulled" if each.origin == "pull" else "built"
            console.say(f"  {each.name} {self._catalogue[each.name].version}: {word} in {each.seconds:.1f} s")
        return made

    def status(self, *, thorough: bool = False) -> list[dict[str, Any]]:
        """For each artefact: name, version, source, key, size in bytes, seconds it took, whether it is there.

        Args:
            thorough: read and hash every cached file.
        """
        rows = []
        for name, artefact in self._catalogue.items():
            plan = self._planner.plan(name)
            entry = self._store.read(plan.folder, thorough=thorough)
            rows.append(
                {
                    "name": name,
                    "version": artefact.version,
                    "kind": artefact.kind,
                    "source": plan.origin,
                    "key": plan.key,
                    "present": entry is not None,
                    "bytes": entry.bytes if entry else 0,
                    "seconds": round(entry.seconds, 1) if entry else None,
                    "reference": plan.reference,
                }
            )
        return rows

    def clean(self) -> None:
        """Removes everything that was ever made: images from the engine, then the cache."""
        if self._present(self._planner.plan("docker")):
            for reference in self._references():
                self.engine.remove(reference)
        self._loaded = None
        shutil.rmtree(self.settings.cache, ignore_errors=True)

    def _answers(self, artefact: Artefact) -> bool:
        return artefact.pull is not None and artefact.pull.answers()

    def _references(self) -> set[str]:
        if self._loaded is None:
            self._loaded = self.engine.images()
        return self._loaded

    def _present(self, plan: Plan) -> bool:
        if self._store.read(plan.folder) is None:
            return False
        return not plan.reference or plan.reference in self._references()

    def _missing(self, names: Iterable[str]) -> dict[str, Plan]:
        """The plans of all that must be made for `names`, helpers such as a toolchain included."""
        found: dict[str, Plan] = {}
        waiting = list(dict.fromkeys(names))
        if any(self._planner.plan(name).reference for name in waiting) and not self._present(
            self._planner.plan("docker")
        ):
            waiting.insert(0, "docker")  # without a client nobody can say which images there are
        while waiting:
            plan = self._planner.plan(waiting.pop(0))
            if plan.name in found:
                continue
            client_missing = "docker" in found and bool(plan.reference)
            if (self._store.read(plan.folder) is None) if client_missing else not self._present(plan):
                found[plan.name] = plan
                if not (plan.folder / _ARCHIVE).exists():
                    waiting += [need.name for need in plan.inputs] + list(plan.uses)
        return found

    def _run(self, plans: dict[str, Plan]) -> list[Made]:
        order: TopologicalSorter[str] = TopologicalSorter()
        for plan in plans.values():
            needed = {need.name for need in plan.inputs} | set(plan.uses)
            order.add(plan.name, *(needed & plans.keys()))
        order.prepare()
        made: list[Made] = []
        failures: list[BaseException] = []
        running: dict[Future[Made | None], str] = {}
        with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
            while order.is_active():
                if not failures:
                    for name in order.get_ready():
                        running[pool.submit(self._make, plans[name])] = name
                if not running:
                    break
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    name = running.pop(future)
                    if error := future.exception():
                        failures.append(error)
                    else:
                        order.done(name)
                        if result := future.result():
                            made.append(result)
        if failures:
            raise failures[0]
        return made

    def _make(self, plan: Plan) -> Made | None:
        """Makes one artefact unless another process has made it meanwhile."""
        with self._store.locked(plan.name):
            started = time.monotonic()
            entry = self._store.read(plan.folder)
            made = None
            archived = (plan.folder / _ARCHIVE).exists()
            lost = bool(plan.reference) and plan.reference not in self.engine.images()
            if entry is None or (lost and not archived):
                verb = "fetching" if plan.origin == "pull" else "building"
                expected = self.durations.expected(plan.origin, plan.name)
                with console.step(f"{verb} {plan.name} {plan.artefact.version}", expected=expected):
                    entry = self._store.make(plan.folder, lambda out: self._fill(plan, out))
                    self._load(plan)
                seconds = time.monotonic() - started
                self.durations.record(plan.origin, plan.name, seconds=seconds, command_seconds=entry.command_seconds)
                made = Made(plan.name, plan.origin, seconds, entry.command_seconds)
            elif lost:
                with console.step(f"loading {plan.name} into the engine"):
                    self._load(plan)
            return made

    def _fill(self, plan: Plan, out: Path) -> Entry:
        started = time.monotonic()
        log = self.settings.cache / "logs" / f"{plan.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        scratch = out.with_name(f".{plan.key}.scratch")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        needed = [*plan.inputs, *(self._planner.plan(name) for name in plan.uses)]
        job = Job(
            name=plan.name,
            settings=self.settings,
            out=out,
            scratch=scratch,
            log=log,
            reference=plan.reference,
            engine=self.engine,
            inputs={need.name: need.folder for need in needed},
            images={need.name: need.reference for need in needed if need.reference},
        )
        try:
            if plan.origin == "pull":
                plan.artefact.pull.pull(job)  # type: ignore[union-attr]
            else:
                plan.artefact.build.build(job)  # type: ignore[union-attr]
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return Entry(plan.origin, plan.artefact.version, time.monotonic() - started, job.command_seconds)

    def _load(self, plan: Plan) -> None:
        if not plan.reference:
            return
        archive = plan.folder / _ARCHIVE
        if archive.exists():
            run_command(self.engine.command("load", "--quiet", "--input", archive), env=self.engine.env)
        if plan.reference not in self.engine.images():
            raise MachineError(f"The engine has no image {plan.reference}", why="It was loaded, but is not listed.")
        if self._loaded is not None:
            self._loaded.add(plan.reference)
