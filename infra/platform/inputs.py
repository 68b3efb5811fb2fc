"""The platform's configuration, read once and handed to the components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

LABEL = "kubestage.sandbox"


@dataclass(frozen=True)
class Inputs:
    """What the components need to know.

    Attributes:
        sandbox: the sandbox's name; names containers, network, volumes and cluster.
        listen: the host's address on which ports are published.
        port_offset: added to every host port.
        images: image references by part: node, registry, gitlab, jenkins, and those of the extras.
        extras: the optional parts that are wanted: sonarqube.
        docker_socket: the engine's socket on its own host, for Jenkins.
        disable_default_cni: the node image brings its own network configuration; kind's official one does not.
        isolated: nothing in the sandbox's network reaches beyond this machine.
        secrets: the sandbox's secrets by name, as in secrets.json; None in a preview that was given none.
    """

    sandbox: str
    listen: str
    port_offset: int
    images: Mapping[str, str]
    extras: Sequence[str]
    docker_socket: str
    disable_default_cni: bool
    isolated: bool
    secrets: pulumi.Output[Mapping[str, str]] | None

    @classmethod
    def read(cls) -> Inputs:
        """Reads the stack's configuration."""
        config = pulumi.Config()
        secrets = config.get_secret_object("secrets")
        if secrets is None and not pulumi.runtime.is_dry_run():
            config.require_secret_object("secrets")  # for its error, which says how to set it
        return cls(
            sandbox=config.require("sandbox"),
            listen=config.require("listen"),
            port_offset=config.require_int("portOffset"),
            images=config.require_object("images"),
            extras=config.get_object("extras", []),
            docker_socket=config.require("dockerSocket"),
            disable_default_cni=config.require_bool("disableDefaultCni"),
            isolated=config.get_bool("isolated") or False,
            secrets=secrets,
        )

    def container(self, part: str) -> str:
        """The name of a part's container, and of its volume."""
        return f"{self.sandbox}-{part}"

    def port(self, port: int) -> int:
        """The host port of this sandbox for one that is `port` without an offset."""
        return port + self.port_offset

    def secret(self, name: str) -> pulumi.Output[str]:
        """One of the secrets."""
        if self.secrets is None:
            return pulumi.Output.secret("")
        return self.secrets.apply(lambda secrets: secrets[name])

    @property
    def registry_port(self) -> int:
        """The registry's host port."""
        return self.port(5001)

    @property
    def registry(self) -> str:
        """The registry's name in image references."""
        return f"localhost:{self.registry_port}"

    def container_labels(self) -> list[docker.ContainerLabelArgs]:
        """The labels of a container of this sandbox."""
        return [docker.ContainerLabelArgs(label=LABEL, value=self.sandbox)]

    def published(self, internal: int, external: int) -> docker.ContainerPortArgs:
        """A port of a container, published for this sandbox."""
        return docker.ContainerPortArgs(internal=internal, external=self.port(external), ip=self.listen)


def secret_file(path: str, content: pulumi.Input[str]) -> docker.ContainerUploadArgs:
    """A file in a container that only its root can read; servers read it before they give up root."""
    return docker.ContainerUploadArgs(file=path, content=content, permissions="0400")
