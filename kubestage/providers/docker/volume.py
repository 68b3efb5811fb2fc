"""docker:index/volume:Volume."""

from __future__ import annotations

from collections.abc import Sequence

import docker

from kubestage.errors import InputError
from kubestage.providers.diffs import Path
from kubestage.providers.docker.client import Info, asked, found, labels_of, same_sandbox, taken
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import UNKNOWN, Properties

_SUPPORTED = frozenset({"name", "driver", "driverOpts", "labels"})


class Volume:
    """A named volume; everything about it is fixed when it is made."""

    delete_first = True

    def __init__(self, client: docker.APIClient) -> None:
        self._client = client

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        """Refuses what the substitute would silently leave out."""
        unknown = sorted(key for key in news if key not in _SUPPORTED)
        if unknown or not news.get("name"):
            what = f"does not know {', '.join(unknown)}" if unknown else "needs a name"
            raise InputError(f"The built-in Docker plugin {what} of volume {call.name}")
        return {"driver": "local", **news}

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        """All of it."""
        return [(key,) for key in sorted({*olds, *news})]

    def preview(self, call: Call, inputs: Properties) -> Properties:
        """The inputs; the engine chooses the mount point."""
        return {**inputs, "mountpoint": UNKNOWN}

    def create(self, call: Call, inputs: Properties) -> State:
        """Makes the volume, or takes over this sandbox's own of that name with what is in it."""
        name = inputs["name"]
        live = self._inspect(name)
        if live is not None and not same_sandbox(inputs, live.get("Labels")):
            raise taken("volume", name, "docker volume rm")
        if live is None:
            live = asked(
                f"Volume {name} cannot be made",
                lambda: self._client.create_volume(
                    name, driver=inputs["driver"], driver_opts=inputs.get("driverOpts"), labels=labels_of(inputs)
                ),
            )
        return State(name, self._outputs(live, inputs))

    def read(self, call: Call, state: State) -> State | None:
        """Sees a volume that is gone."""
        live = self._inspect(state.id)
        return None if live is None else State(state.id, self._outputs(live, state.inputs), state.inputs)

    def update(self, call: Call, state: State, news: Properties) -> State:
        """Is never asked for: every change replaces."""
        return State(state.id, {**state.outputs, **news})

    def delete(self, call: Call, state: State) -> None:
        """Removes the volume with all that is in it."""
        found(f"Volume {state.id} cannot be removed", lambda: self._client.remove_volume(state.id))

    def _inspect(self, name: str) -> Info | None:
        return found("The engine cannot be asked", lambda: self._client.inspect_volume(name))

    @staticmethod
    def _outputs(live: Info, inputs: Properties) -> Properties:
        return {**inputs, "mountpoint": live.get("Mountpoint", "")}
