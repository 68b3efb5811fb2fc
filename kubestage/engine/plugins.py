"""Which plugins serve a run: the official ones where they are installed, else ours, attached."""

from __future__ import annotations

from kubestage.docker import Engine
from kubestage.engine.workspace import Places
from kubestage.providers.docker.plugin import DockerPlugin
from kubestage.providers.kind.plugin import KubestagePlugin
from kubestage.providers.kubernetes.plugin import KubernetesPlugin
from kubestage.providers.servicer import Plugin


def official(places: Places, plugin: Plugin) -> bool:
    """Whether the official plugin of the SDK's version is installed (`pulumi plugin install resource …`)."""
    return (places.home / "plugins" / f"resource-{plugin.name}-v{plugin.version}").is_dir()


def substitutes(places: Places, engine: Engine, own: KubestagePlugin) -> list[Plugin]:
    """The plugins that this process must serve, made anew for each run."""
    replaceable: list[Plugin] = [KubernetesPlugin(), DockerPlugin(engine)]
    return [own, *(plugin for plugin in replaceable if not official(places, plugin))]
