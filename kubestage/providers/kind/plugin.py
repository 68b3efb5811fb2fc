"""The plugin `kubestage`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import docker

from kubestage.errors import InputError
from kubestage.providers.docker.client import connect
from kubestage.providers.kind.cluster import KindCluster
from kubestage.providers.kind.kindctl import Kind
from kubestage.providers.resource import Resource
from kubestage.providers.servicer import Plugin

_TYPE = "kubestage:index:KindCluster"


class KubestagePlugin(Plugin):
    """Our own resource types.

    Args:
        kind: the kind program.
        docker_client: the docker program that kind calls; PATH's if left out.
        host: the engine's address, as in DOCKER_HOST; the environment's if empty.
    """

    name = "kubestage"
    version = "0.1.0"

    def __init__(self, kind: Path = Path("kind"), docker_client: Path | None = None, host: str = "") -> None:
        self._kind = Kind(kind, docker_client, host)
        self._host = host

    def resource(self, type_token: str) -> Resource:
        """The one type."""
        if type_token != _TYPE:
            raise InputError(f"The plugin kubestage does not know {type_token}", why=f"It knows {_TYPE}.")
        return KindCluster(self._client, self._kind)

    @cached_property
    def _client(self) -> docker.APIClient:
        return connect(self._host)
