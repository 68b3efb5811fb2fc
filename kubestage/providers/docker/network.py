"""docker:index/network:Network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import docker

from kubestage.errors import InputError
from kubestage.providers.diffs import Path
from kubestage.providers.docker.client import Info, asked, found, labels_of, same_sandbox, taken
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import UNKNOWN, Properties

_SUPPORTED = frozenset({"name", "driver", "labels", "internal", "ipv6", "options", "attachable"})


class Network:
    """A network; everything about it is fixed when it is made."""

    delete_first = True

    def __init__(self, client: docker.APIClient) -> None:
        self._client = client

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        """Refuses what the substitute would silently leave out."""
        unknown = sorted(key for key in news if key not in _SUPPORTED)
        if unknown or not news.get("name"):
            what = f"does not know {', '.join(unknown)}" if unknown else "needs a name"
            raise InputError(f"The built-in Docker plugin {what} of network {call.name}")
        return {"driver": "bridge", **news}

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        """All of it."""
        return [(key,) for key in sorted({*olds, *news})]

    def preview(self, call: Call, inputs: Properties) -> Properties:
        """The inputs; the engine chooses the scope."""
        return {**inputs, "scope": UNKNOWN}

    def create(self, call: Call, inputs: Properties) -> State:
        """Makes the network, or takes over this sandbox's own of that name."""
        name = inputs["name"]
        live = self._inspect(name)
        if live is not None and not same_sandbox(inputs, live.get("Labels")):
            raise taken("network", name, "docker network rm")
        if live is None:
            asked(
                f"Network {name} cannot be made",
                lambda: self._client.create_network(
                    name,
                    driver=inputs["driver"],
                    options=inputs.get("options"),
                    internal=bool(inputs.get("internal")),
                    enable_ipv6=bool(inputs.get("ipv6")),
                    attachable=inputs.get("attachable"),
                    labels=labels_of(inputs),
                    check_duplicate=True,
                ),
            )
            live = self._inspect(name) or {}
        return State(live["Id"], self._outputs(live, inputs))

    def read(self, call: Call, state: State) -> State | None:
        """Sees a network that is gone."""
        live = self._inspect(state.id)
        return None if live is None else State(state.id, self._outputs(live, state.inputs), state.inputs)

    def update(self, call: Call, state: State, news: Properties) -> State:
        """Is never asked for: every change replaces."""
        return State(state.id, {**state.outputs, **news})

    def delete(self, call: Call, state: State) -> None:
        """Removes the network; containers that still hang on it are unplugged first."""
        live = self._inspect(state.id)
        if live is None:
            return
        name = live["Name"]
        for container in live.get("Containers") or {}:
            unplug = partial(self._client.disconnect_container_from_network, container, state.id, force=True)
            found(f"{container} cannot be unplugged from {name}", unplug)
        found(f"Network {name} cannot be removed", lambda: self._client.remove_network(state.id))

    def _inspect(self, network: str) -> Info | None:
        return found("The engine cannot be asked", lambda: self._client.inspect_network(network))

    @staticmethod
    def _outputs(live: Info, inputs: Properties) -> Properties:
        return {**inputs, "scope": live.get("Scope", "local")}
