"""The real SonarQube, for a sandbox that asked for it."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from infra.platform.inputs import LABEL, Inputs
from infra.platform.network import Network

PORT = 9000

# Processes that are short of time at their start and of work afterwards: the quick compiler alone, and one thread to
# collect garbage, take a third less processor time until SonarQube answers.
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_SERVER_HEAP = "-Xmx512m -Xms128m"
_SEARCH_HEAP = "-Xmx384m -Xms384m -XX:MaxDirectMemorySize=192m"
# All three processes settle at about 1.4 GiB; an analysis takes some more.
_MEMORY_MIB = 2560
# The embedded database is written out at the end.
_STOP_SECONDS = 60


class SonarQube(pulumi.ComponentResource):
    """The server with its embedded database and Elasticsearch, and their data.

    The folders and variables are those of the official image, which our own has too.
    """

    def __init__(self, inputs: Inputs, network: Network) -> None:
        """Declares it."""
        super().__init__("kubestage:platform:SonarQube", "sonarqube")
        child = pulumi.ResourceOptions(parent=self)
        volume = docker.Volume(
            "sonarqube",
            name=inputs.container("sonarqube"),
            labels=[docker.VolumeLabelArgs(label=LABEL, value=inputs.sandbox)],
            opts=child,
        )
        docker.Container(
            "sonarqube",
            name=inputs.container("sonarqube"),
            image=inputs.images["sonarqube"],
            hostname="sonarqube",
            restart="unless-stopped",
            networks_advanced=network.joined_as("sonarqube"),
            ports=[inputs.published(PORT, PORT)],
            envs=[
                # Without memory-mapped files Elasticsearch needs no higher vm.max_map_count than kernels have.
                "SONAR_SEARCH_JAVAADDITIONALOPTS=-Dnode.store.allow_mmap=false -XX:TieredStopAtLevel=1",
                f"SONAR_SEARCH_JAVAOPTS={_SEARCH_HEAP}",
                f"SONAR_WEB_JAVAOPTS={_SERVER_HEAP} {_QUICK}",
                f"SONAR_CE_JAVAOPTS={_SERVER_HEAP} {_QUICK}",
                # Nothing of a sandbox calls home, and a room without network waits for nobody.
                "SONAR_TELEMETRY_ENABLE=false",
                "SONAR_UPDATECENTER_ACTIVATE=false",
            ],
            mounts=[docker.ContainerMountArgs(type="volume", source=volume.name, target="/opt/sonarqube/data")],
            memory=_MEMORY_MIB,
            destroy_grace_seconds=_STOP_SECONDS,
            stop_timeout=_STOP_SECONDS,
            labels=inputs.container_labels(),
            opts=child,
        )
        self.register_outputs({})
