"""The OCI registry: one store, two doors.

distribution's htpasswd knows no rights per account, so pushing and pulling are two containers over one volume: the
one with the published port takes pushes of the account `pusher`; the other is read-only and serves the cluster's nodes.
"""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra.platform.inputs import LABEL, Inputs, secret_file
from infra.platform.network import Network

PORT = 5000
_DATA = "/var/lib/registry"
_HTPASSWD = "/etc/distribution/htpasswd"
_READ_ONLY = 'REGISTRY_STORAGE_MAINTENANCE_READONLY={"enabled":true}'


class Registry(pulumi.ComponentResource):
    """Both containers and their volume."""

    def __init__(self, inputs: Inputs, network: Network) -> None:
        """Declares them."""
        super().__init__("kubestage:platform:Registry", "registry")
        self._inputs = inputs
        self._network = network
        self._volume = docker.Volume(
            "registry",
            name=inputs.container("registry"),
            labels=[docker.VolumeLabelArgs(label=LABEL, value=inputs.sandbox)],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._door("registry", "registry_pusher_htpasswd", ports=[inputs.published(PORT, 5001)])
        self._door("registry-pull", "registry_puller_htpasswd", envs=[_READ_ONLY])
        self.register_outputs({})

    def _door(
        self,
        part: str,
        account: str,
        *,
        ports: list[docker.ContainerPortArgs] | None = None,
        envs: list[str] | None = None,
    ) -> docker.Container:
        return docker.Container(
            part,
            name=self._inputs.container(part),
            image=self._inputs.images["registry"],
            hostname=part,
            restart="unless-stopped",
            networks_advanced=self._network.joined_as(part),
            ports=ports,
            envs=[
                "REGISTRY_AUTH=htpasswd",
                "REGISTRY_AUTH_HTPASSWD_REALM=kubestage",
                f"REGISTRY_AUTH_HTPASSWD_PATH={_HTPASSWD}",
                *(envs or []),
            ],
            mounts=[docker.ContainerMountArgs(type="volume", source=self._volume.name, target=_DATA)],
            uploads=[secret_file(_HTPASSWD, self._inputs.secret(account).apply(lambda line: line + "\n"))],
            labels=self._inputs.container_labels(),
            opts=pulumi.ResourceOptions(parent=self),
        )
