"""Which plugins serve a run: the official ones where they are installed, else ours, attached."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from kubestage.docker import Engine
from kubestage.engine.workspace import Places
from kubestage.providers.docker.plugin import DockerPlugin
from kubestage.providers.kind.plugin import KubestagePlugin
from kubestage.providers.kubernetes.plugin import KubernetesPlugin
from kubestage.providers.servicer import Plugin


def official(places: Places, plugin: type[Plugin]) -> bool:
    """Whether the official plugin of the SDK's version is installed (`pulumi plugin install resource …`)."""
    return (places.home / "plugins" / f"resource-{plugin.name}-v{plugin.version}").is_dir()


def served(places: Places, engine: Engine, kind: Path, docker_client: Path) -> dict[str, Callable[[], Plugin]]:
    """The plugins that this process must serve, by name, and how each is made.

    Args:
        places: where the official ones would be.
        engine: the Docker engine that ours work on.
        kind: the kind program.
        docker_client: the docker program that kind calls.
    """
    ours: dict[str, Callable[[], Plugin]] = {
        KubestagePlugin.name: partial(KubestagePlugin, kind, docker_client, engine)
    }
    if not official(places, KubernetesPlugin):
        ours[KubernetesPlugin.name] = KubernetesPlugin
    if not official(places, DockerPlugin):
        ours[DockerPlugin.name] = partial(DockerPlugin, engine)
    return ours
