"""The light GitLab."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra.platform.inputs import LABEL, Inputs, secret_file
from infra.platform.network import Network

_PASSWORD = "/run/secrets/gitlab-root-password"  # noqa: S105 - paths
_TOKEN = "/run/secrets/gitlab-root-token"  # noqa: S105

PORT = 8929  # on the host


class GitLab(pulumi.ComponentResource):
    """The server and its data."""

    def __init__(self, inputs: Inputs, network: Network) -> None:
        """Declares them."""
        super().__init__("kubestage:platform:GitLab", "gitlab")
        child = pulumi.ResourceOptions(parent=self)
        volume = docker.Volume(
            "gitlab",
            name=inputs.container("gitlab"),
            labels=[docker.VolumeLabelArgs(label=LABEL, value=inputs.sandbox)],
            opts=child,
        )
        docker.Container(
            "gitlab",
            name=inputs.container("gitlab"),
            image=inputs.images["gitlab"],
            hostname="gitlab",
            restart="unless-stopped",
            networks_advanced=network.joined_as("gitlab"),
            ports=[inputs.published(8080, PORT), inputs.published(22, 2222)],
            envs=[
                f"GITLAB_EXTERNAL_URL=http://localhost:{inputs.port(PORT)}",
                f"GITLAB_EXTERNAL_SSH_PORT={inputs.port(2222)}",
                "GITLAB_INTERNAL_URL=http://gitlab:8080",
                f"GITLAB_ROOT_PASSWORD_FILE={_PASSWORD}",
                f"GITLAB_ROOT_TOKEN_FILE={_TOKEN}",
            ],
            mounts=[docker.ContainerMountArgs(type="volume", source=volume.name, target="/var/opt/gitlab")],
            uploads=[
                secret_file(_PASSWORD, inputs.secret("gitlab_root_password")),
                secret_file(_TOKEN, inputs.secret("gitlab_root_token")),
            ],
            labels=inputs.container_labels(),
            opts=child,
        )
        self.register_outputs({})
