"""The sandbox's own Docker network: two sandboxes on one network would answer to the same aliases."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra.platform.inputs import LABEL, Inputs

# Packets then leave with an address that nobody beyond this machine can answer to. An internal network would do the
# same by having no gateway, but loses its published ports and the route by which kubeadm finds the node's address.
_NO_WAY_OUT = {"com.docker.network.bridge.enable_ip_masquerade": "false"}


class Network(pulumi.ComponentResource):
    """A bridge network.

    Attributes:
        name: its name.
    """

    name: pulumi.Output[str]

    def __init__(self, inputs: Inputs) -> None:
        """Declares it."""
        super().__init__("kubestage:platform:Network", "network")
        self._network = docker.Network(
            "network",
            name=inputs.sandbox,
            driver="bridge",
            options=_NO_WAY_OUT if inputs.isolated else None,
            labels=[docker.NetworkLabelArgs(label=LABEL, value=inputs.sandbox)],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = self._network.name
        self.register_outputs({"name": self.name})

    def joined_as(self, alias: str) -> list[docker.ContainerNetworksAdvancedArgs]:
        """How a container joins the network under `alias`."""
        return [docker.ContainerNetworksAdvancedArgs(name=self.name, aliases=[alias])]
