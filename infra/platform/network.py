"""The sandbox's own Docker network: two sandboxes on one network would answer to the same aliases."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra.platform.inputs import LABEL, Inputs


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
            labels=[docker.NetworkLabelArgs(label=LABEL, value=inputs.sandbox)],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = self._network.name
        self.register_outputs({"name": self.name})

    def joined_as(self, alias: str) -> list[docker.ContainerNetworksAdvancedArgs]:
        """How a container joins the network under `alias`."""
        return [docker.ContainerNetworksAdvancedArgs(name=self.name, aliases=[alias])]
