"""docker:index/volume:Volume."""

from __future__ import annotations

from kubestage.providers.docker.client import Info, asked, found, labels_of, same_sandbox, taken
from kubestage.providers.docker.fixed import Fixed
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import Properties


class Volume(Fixed):
    """A named volume."""

    kind = "volume"
    supported = frozenset({"name", "driver", "driverOpts", "labels"})
    driver = "local"
    told = ("mountpoint", "Mountpoint", "")

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

    def delete(self, call: Call, state: State) -> None:
        """Removes the volume with all that is in it."""
        found(f"Volume {state.id} cannot be removed", lambda: self._client.remove_volume(state.id))

    def _inspect(self, name: str) -> Info | None:
        return found("The engine cannot be asked", lambda: self._client.inspect_volume(name))
