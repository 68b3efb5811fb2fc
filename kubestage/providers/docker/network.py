"""docker:index/network:Network."""

from __future__ import annotations

from functools import partial

from kubestage.providers.docker.client import Info, asked, found, labels_of, same_sandbox, taken
from kubestage.providers.docker.fixed import Fixed
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import Properties


class Network(Fixed):
    """A network."""

    kind = "network"
    supported = frozenset({"name", "driver", "labels", "internal", "ipv6", "options", "attachable"})
    driver = "bridge"
    told = ("scope", "Scope", "local")

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

    def _inspect(self, name: str) -> Info | None:
        return found("The engine cannot be asked", lambda: self._client.inspect_network(name))
