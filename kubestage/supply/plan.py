"""Decides for each artefact where it comes from, and under which key it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kubestage.errors import InputError
from kubestage.settings import Settings
from kubestage.supply.artefact import Artefact, Origin, digest_of
from kubestage.supply.job import Job
from kubestage.supply.store import Store

_KEY_LENGTH = 12


@dataclass(frozen=True)
class Plan:
    """An artefact with its source and key.

    Attributes:
        artefact: what it is.
        origin: where it comes from.
        key: what its recipe and those of its inputs hash to.
        folder: its entry in the cache.
        reference: its name in the engine; empty for files.
        inputs: the plans of what goes in.
        uses: the names of what only helps; planned when it must really be made.
    """

    artefact: Artefact
    origin: Origin
    key: str
    folder: Path
    reference: str
    inputs: tuple[Plan, ...]
    uses: tuple[str, ...]

    @property
    def name(self) -> str:
        """The artefact's name."""
        return self.artefact.name

    def produce(self, job: Job) -> None:
        """Makes it in the way that was chosen."""
        if self.origin == "pull" and self.artefact.pull:
            self.artefact.pull.pull(job)
        elif self.artefact.build:
            self.artefact.build.build(job)


class Planner:
    """Plans artefacts, each once.

    Args:
        settings: `source` forces a way; with `auto` what the cache has comes first, then pull where it answers.
        catalogue: every artefact by name.
        store: the cache.
        answers: asks, at most once per publisher, whether an artefact can be pulled now.
    """

    def __init__(
        self,
        settings: Settings,
        catalogue: Mapping[str, Artefact],
        store: Store,
        answers: Callable[[Artefact], bool],
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._store = store
        self._answers = answers
        self._plans: dict[str, Plan] = {}

    def plan(self, name: str) -> Plan:
        """The plan for `name`.

        Raises:
            InputError: there is no such artefact.
        """
        if name not in self._catalogue:
            raise InputError(f"There is no artefact {name}", why="Known: " + ", ".join(sorted(self._catalogue)))
        if name not in self._plans:
            self._plans[name] = self._choose(self._catalogue[name])
        return self._plans[name]

    def _choose(self, artefact: Artefact) -> Plan:
        wish = self._settings.source
        if artefact.pull is None:
            return self._built(artefact)
        if artefact.build is None or wish == "pull":
            return self._pulled(artefact)
        if wish == "build":
            return self._built(artefact)
        pulled = self._pulled(artefact)
        if pulled.folder.exists():
            return pulled
        built = self._built(artefact)
        if built.folder.exists():
            return built
        return pulled if self._answers(artefact) else built

    def _built(self, artefact: Artefact) -> Plan:
        assert artefact.build is not None  # noqa: S101 - every artefact has at least one way
        inputs = tuple(self.plan(name) for name in artefact.build.inputs)
        parts = [*artefact.build.recipe(), *(plan.key for plan in inputs)]
        return self._plan(artefact, "build", parts, inputs, artefact.build.uses)

    def _pulled(self, artefact: Artefact) -> Plan:
        assert artefact.pull is not None  # noqa: S101 - the caller looked
        uses = ("docker",) if artefact.kind == "image" else ()
        return self._plan(artefact, "pull", [*artefact.pull.recipe()], (), uses)

    def _plan(
        self,
        artefact: Artefact,
        origin: Origin,
        parts: list[str | Path],
        inputs: tuple[Plan, ...],
        uses: tuple[str, ...],
    ) -> Plan:
        key = digest_of([artefact.name, artefact.version, origin, *parts])[:_KEY_LENGTH]
        group = "images" if artefact.kind == "image" else "artifacts"
        tag = f"{artefact.tag}-{key}" if artefact.tag else key
        reference = f"kubestage/{artefact.name}:{tag}" if artefact.kind == "image" else ""
        return Plan(artefact, origin, key, self._store.folder(group, artefact.name, key), reference, inputs, uses)
