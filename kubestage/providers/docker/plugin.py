"""The Docker plugin: networks, volumes and containers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import docker

from kubestage.docker import Engine, connect
from kubestage.errors import InputError
from kubestage.providers.docker.container import Container
from kubestage.providers.docker.network import Network
from kubestage.providers.docker.volume import Volume
from kubestage.providers.resource import Resource
from kubestage.providers.servicer import Plugin

_TYPES: dict[str, Callable[[docker.APIClient], Resource]] = {
    "docker:index/container:Container": Container,
    "docker:index/network:Network": Network,
    "docker:index/volume:Volume": Volume,
}


class DockerPlugin(Plugin):
    """Stands in for the official plugin of the SDK pulumi_docker.

    Args:
        engine: the engine to work on; found by docker's own rules if left out.
    """

    name = "docker"
    version = "5.2.0"

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine

    def resource(self, type_token: str) -> Resource:
        """One of the three types."""
        try:
            make = _TYPES[type_token]
        except KeyError:
            raise InputError(
                f"The built-in Docker plugin does not know {type_token}",
                why="It knows " + ", ".join(token.rpartition(":")[2] for token in _TYPES) + ".",
                fix="install the official plugin: pulumi plugin install resource docker",
            ) from None
        return make(self.client)

    @cached_property
    def client(self) -> docker.APIClient:
        """The connection, made when first needed."""
        return (self._engine or connect()).client.api
