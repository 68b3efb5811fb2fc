"""The sandbox's settings in the words of the programs' configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubestage.engine.config import Config, Secret
from kubestage.secrets import Secrets
from kubestage.settings import Settings

IMAGES = ("node", "registry", "gitlab", "jenkins", "portal")


def platform_config(
    settings: Settings,
    secrets: Secrets,
    images: Mapping[str, str],
    docker_socket: str,
    *,
    disable_default_cni: bool,
    extras: Sequence[str] = (),
) -> Config:
    """The platform's configuration.

    Args:
        settings: the sandbox's.
        secrets: its secrets; those that the platform needs are passed on, encrypted.
        images: image references by the names in IMAGES and of the extras.
        docker_socket: the engine's socket on the engine's own host.
        disable_default_cni: the node image brings its own network configuration.
        extras: the optional parts that are wanted.
    """
    passed_on = {key: value for key, value in secrets.model_dump().items() if key != "pulumi_passphrase"}
    values = {
        "sandbox": settings.sandbox,
        "listen": settings.listen,
        "portOffset": str(settings.port_offset),
        "images": {name: images[name] for name in (*IMAGES, *extras)},
        "extras": list(extras),
        "dockerSocket": docker_socket,
        "disableDefaultCni": str(disable_default_cni).lower(),
        "isolated": str(settings.isolated).lower(),
        "secrets": Secret(passed_on),
    }
    return {f"kubestage-platform:{name}": value for name, value in values.items()}


def service_config(settings: Settings, kubeconfig: str) -> Config:
    """The configuration of the service in any environment; the rest stands in the stack's own file.

    Args:
        settings: the sandbox's.
        kubeconfig: the administrator's, an output of the platform.
    """
    values = {"sandbox": settings.sandbox, "registry": settings.registry, "kubeconfig": Secret(kubeconfig)}
    return {f"kubestage-service:{name}": value for name, value in values.items()}
