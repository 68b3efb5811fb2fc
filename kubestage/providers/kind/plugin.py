"""The plugin `kubestage`."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from kubestage.docker import Engine, connect
from kubestage.errors import InputError
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
        engine: the engine to work on; found by docker's own rules if left out.
    """

    name = "kubestage"
    version = "0.1.0"

    def __init__(
        self, kind: Path = Path("kind"), docker_client: Path | None = None, engine: Engine | None = None
    ) -> None:
        self._program = kind
        self._docker_client = docker_client
        self._given = engine

    def resource(self, type_token: str) -> Resource:
        """The one type."""
        if type_token != _TYPE:
            raise InputError(f"The plugin kubestage does not know {type_token}", why=f"It knows {_TYPE}.")
        kind = Kind(self._program, self._docker_client, self._engine.environment)
        return KindCluster(self._engine.client.api, kind)

    @cached_property
    def _engine(self) -> Engine:
        return self._given or connect()
