"""Hands out tools and images, and has those made that are missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from kubestage.console import console
from kubestage.settings import Settings
from kubestage.supply.artefact import Artefact
from kubestage.supply.catalogue import catalogue
from kubestage.supply.downloads import Probes
from kubestage.supply.durations import Durations
from kubestage.supply.engine import Engine
from kubestage.supply.maker import ARCHIVE, Made, Maker
from kubestage.supply.plan import Plan, Planner
from kubestage.supply.profile import NodeProfile
from kubestage.supply.space import check_space
from kubestage.supply.store import Store

_CLIENT = "docker"


class Supply:
    """All that the sandbox needs from outside: from the cache, from its publishers, or made here.

    Attributes:
        durations: what making each artefact took the last time.

    Args:
        settings: the cache's place and the source wished for.
        docker_host: the engine's address; empty for the docker client's own choice.
        artefacts: the catalogue, if not the usual one.
    """

    def __init__(
        self, settings: Settings, docker_host: str = "", *, artefacts: dict[str, Artefact] | None = None
    ) -> None:
        self.durations = Durations(settings.cache / "durations.json")
        self._settings = settings
        self._catalogue = artefacts or catalogue()
        self._store = Store(settings.cache)
        self._engine = Engine(lambda: self.tool(_CLIENT), docker_host)
        pulls = [artefact.pull for artefact in self._catalogue.values() if artefact.pull]
        self._probes = Probes(pull.probe(settings) for pull in pulls)
        self._planner = Planner(settings, self._catalogue, self._store, self._answers)
        self._maker = Maker(settings, self._store, self._engine, self.durations, self._planner.plan)
        self._images: set[str] | None = None

    def tool(self, name: str) -> Path:
        """The path of the program `name`, which is made first if it is missing.

        Raises:
            InputError: there is no such tool.
            KubestageError: it could not be made.
        """
        return self.folder(name) / "bin" / name

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

    def node_profile(self) -> NodeProfile:
        """How to make a cluster with the node image, which is made first if missing."""
        reference = self.image("node")
        return NodeProfile(reference, disable_default_cni=self._planner.plan("node").origin == "build")

    def ensure(self, names: Sequence[str]) -> list[Made]:
        """Makes whatever is missing of `names`, as much at once as the cores allow, and says what came from where.

        Returns:
            what was made, in the order in which it was finished; empty if nothing was missing.

        Raises:
            MachineError: there is not enough room, or a publisher or the engine does not answer.
            CommandFailed: a recipe's command failed; the others under way were let finish.
        """
        plans = self._missing(names)
        if not plans:
            return []
        check_space(self._settings, [plan.artefact for plan in plans.values()])
        made = self._run(plans)
        for origin, word in (("pull", "pulled from their publishers"), ("build", "built here")):
            ours = [f"{each.name} {each.version}" for each in made if each.origin == origin]
            if ours:
                console.say(f"{word}: {', '.join(ours)}")
        return made

    def status(self, *, thorough: bool = False) -> list[dict[str, Any]]:
        """For each artefact: name, version, kind, source, key, reference, whether it is there, bytes, seconds it took.

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
                    "reference": plan.reference,
                    "present": entry is not None,
                    "bytes": entry.bytes if entry else 0,
                    "seconds": round(entry.seconds, 1) if entry else None,
                }
            )
        return rows

    def clean(self) -> None:
        """Removes everything that was ever made: images from the engine, then the cache."""
        if self._store.read(self._planner.plan(_CLIENT).folder):
            for reference in self._engine.images():
                self._engine.remove(reference)
        self._images = None
        shutil.rmtree(self._settings.cache, ignore_errors=True)

    def _answers(self, artefact: Artefact) -> bool:
        return artefact.pull is not None and self._probes.answers(artefact.pull.probe(self._settings)[0])

    def _missing(self, names: Iterable[str]) -> dict[str, Plan]:
        """The plans of all that must be made for `names`, helpers such as a toolchain included."""
        found: dict[str, Plan] = {}
        waiting = list(dict.fromkeys(names))
        # Without a client nobody can say which images there are, so it is looked at first.
        if any(self._planner.plan(name).reference for name in waiting):
            waiting.insert(0, _CLIENT)
        while waiting:
            plan = self._planner.plan(waiting.pop(0))
            if plan.name in found or self._is_there(plan, found):
                continue
            found[plan.name] = plan
            if not (plan.folder / ARCHIVE).exists():
                waiting += [need.name for need in plan.inputs] + list(plan.uses)
        return found

    def _is_there(self, plan: Plan, missing: dict[str, Plan]) -> bool:
        if self._store.read(plan.folder) is None:
            return False
        if not plan.reference:
            return True
        if _CLIENT in missing:
            return False  # it is asked again when there is a client
        if self._images is None:
            self._images = self._engine.images()
        return plan.reference in self._images

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
            while True:
                if not failures:
                    running |= {pool.submit(self._maker.make, plans[name]): name for name in order.get_ready()}
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    error = future.exception()
                    if error:
                        failures.append(error)
                        continue
                    order.done(name)
                    made += [result for result in [future.result()] if result]
        self._images = None
        if failures:
            raise failures[0]
        return made
