"""The portal: a page over the public APIs of all the other parts."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra.platform.cluster import FIRST_NODE_PORT
from infra.platform.gitlab import PORT as GITLAB_PORT
from infra.platform.inputs import LABEL, Inputs
from infra.platform.jenkins import PORT as JENKINS_PORT
from infra.platform.network import Network
from infra.platform.sonarqube import PORT as SONARQUBE_PORT

PORT = 8090
_ENVIRONMENTS = {"TEST": FIRST_NODE_PORT, "PROD": FIRST_NODE_PORT + 1}


class Portal(pulumi.ComponentResource):
    """The server and its data. Its accounts at the other parts are put into the data by `up`."""

    def __init__(self, inputs: Inputs, network: Network) -> None:
        """Declares them."""
        super().__init__("kubestage:platform:Portal", "portal")
        child = pulumi.ResourceOptions(parent=self)
        volume = docker.Volume(
            "portal",
            name=inputs.container("portal"),
            labels=[docker.VolumeLabelArgs(label=LABEL, value=inputs.sandbox)],
            opts=child,
        )
        docker.Container(
            "portal",
            name=inputs.container("portal"),
            image=inputs.images["portal"],
            hostname="portal",
            restart="unless-stopped",
            networks_advanced=network.joined_as("portal"),
            ports=[inputs.published(8080, PORT)],
            envs=_addresses(inputs),
            mounts=[docker.ContainerMountArgs(type="volume", source=volume.name, target="/var/lib/portal")],
            labels=inputs.container_labels(),
            opts=child,
        )
        self.register_outputs({})


def _addresses(inputs: Inputs) -> list[str]:
    """Where each part answers: within the network for the portal, on the host for the links on its pages."""
    node = f"http://{inputs.sandbox}-control-plane"
    services = [
        line
        for name, port in _ENVIRONMENTS.items()
        for line in (
            f"PORTAL_SERVICE_{name}_URL={node}:{port}",
            f"PORTAL_SERVICE_{name}_LINK=http://localhost:{inputs.port(port)}",
        )
    ]
    sonarqube = [
        f"PORTAL_SONARQUBE_URL=http://sonarqube:{SONARQUBE_PORT}",
        f"PORTAL_SONARQUBE_LINK=http://localhost:{inputs.port(SONARQUBE_PORT)}",
    ]
    return [
        f"PORTAL_EXTERNAL_URL=http://localhost:{inputs.port(PORT)}",
        "PORTAL_ALLOWED_HOSTS=portal",
        "PORTAL_OPERATORS=jenkins:admin,gitlab:root",
        "PORTAL_GITLAB_URL=http://gitlab:8080",
        f"PORTAL_GITLAB_LINK=http://localhost:{inputs.port(GITLAB_PORT)}",
        "PORTAL_JENKINS_URL=http://jenkins:8080",
        f"PORTAL_JENKINS_LINK=http://localhost:{inputs.port(JENKINS_PORT)}",
        "PORTAL_REGISTRY_URL=http://registry-pull:5000",
        f"PORTAL_REGISTRY_NAME={inputs.registry}",
        *services,
        *(sonarqube if "sonarqube" in inputs.extras else []),
    ]
