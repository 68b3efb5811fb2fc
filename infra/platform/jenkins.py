"""The light Jenkins. It holds the engine's socket, which is root on the host: docs/security says so."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra.platform.inputs import LABEL, Inputs, secret_file
from infra.platform.network import Network

_PASSWORD = "/run/secrets/jenkins-admin-password"  # noqa: S105 - paths
_TOKEN = "/run/secrets/jenkins-admin-token"  # noqa: S105

PORT = 8080  # on the host


class Jenkins(pulumi.ComponentResource):
    """The server and its home."""

    def __init__(self, inputs: Inputs, network: Network) -> None:
        """Declares them."""
        super().__init__("kubestage:platform:Jenkins", "jenkins")
        child = pulumi.ResourceOptions(parent=self)
        volume = docker.Volume(
            "jenkins",
            name=inputs.container("jenkins"),
            labels=[docker.VolumeLabelArgs(label=LABEL, value=inputs.sandbox)],
            opts=child,
        )
        docker.Container(
            "jenkins",
            name=inputs.container("jenkins"),
            image=inputs.images["jenkins"],
            hostname="jenkins",
            restart="unless-stopped",
            networks_advanced=network.joined_as("jenkins"),
            ports=[inputs.published(8080, PORT)],
            envs=[
                f"JENKINS_URL=http://localhost:{inputs.port(PORT)}/",
                "JENKINS_ADMIN_USER=admin",
                f"JENKINS_ADMIN_PASSWORD_FILE={_PASSWORD}",
                f"JENKINS_ADMIN_TOKEN_FILE={_TOKEN}",
                "JENKINS_EXECUTORS=2",
            ],
            mounts=[
                docker.ContainerMountArgs(type="volume", source=volume.name, target="/var/jenkins_home"),
                docker.ContainerMountArgs(type="bind", source=inputs.docker_socket, target="/var/run/docker.sock"),
            ],
            uploads=[
                secret_file(_PASSWORD, inputs.secret("jenkins_admin_password")),
                secret_file(_TOKEN, inputs.secret("jenkins_admin_token")),
            ],
            labels=inputs.container_labels(),
            opts=child,
        )
        self.register_outputs({})
