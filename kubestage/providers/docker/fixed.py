"""What the engine keeps just as it was made: networks and volumes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import docker

from kubestage.errors import InputError
from kubestage.providers.diffs import Path
from kubestage.providers.docker.client import Info
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import UNKNOWN, Properties


class Fixed(ABC):
    """A thing of the engine's of which nothing changes in place: every other input makes a new one.

    Attributes:
        kind: what it is called in errors.
        supported: the inputs that are understood.
        driver: the one that is taken where the program names none.
        told: what the engine's answer tells beside the inputs: the output's name, the answer's, and what stands in
            for one that is missing.
    """

    kind: ClassVar[str]
    supported: ClassVar[frozenset[str]]
    driver: ClassVar[str]
    told: ClassVar[tuple[str, str, str]]
    delete_first = True

    def __init__(self, client: docker.APIClient) -> None:
        self._client = client

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        """Refuses what the substitute would silently leave out."""
        unknown = sorted(key for key in news if key not in self.supported)
        if unknown or not news.get("name"):
            what = f"does not know {', '.join(unknown)}" if unknown else "needs a name"
            raise InputError(f"The built-in Docker plugin {what} of {self.kind} {call.name}")
        return {"driver": self.driver, **news}

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        """All of it."""
        return [(key,) for key in sorted({*olds, *news})]

    def preview(self, call: Call, inputs: Properties) -> Properties:
        """The inputs; what else is told the engine decides."""
        return {**inputs, self.told[0]: UNKNOWN}

    def read(self, call: Call, state: State) -> State | None:
        """Sees one that is gone."""
        live = self._inspect(state.id)
        return None if live is None else State(state.id, self._outputs(live, state.inputs), state.inputs)

    def update(self, call: Call, state: State, news: Properties) -> State:
        """Is never asked for: every change replaces."""
        return State(state.id, {**state.outputs, **news})

    @abstractmethod
    def _inspect(self, name: str) -> Info | None:
        """What the engine has by this id or name."""

    def _outputs(self, live: Info, inputs: Properties) -> Properties:
        output, answered, otherwise = self.told
        return {**inputs, output: live.get(answered, otherwise)}
