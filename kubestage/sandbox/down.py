"""Removing a sandbox: everything that carries its label, whatever state Pulumi thinks it is in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

from docker import DockerClient
from docker.errors import APIError

from kubestage.console import console
from kubestage.docker import remove_container
from kubestage.errors import MachineError
from kubestage.settings import Settings
from kubestage.supply import Supply

LABEL = "kubestage.sandbox"
KIND_LABEL = "io.x-k8s.kind.cluster"


@dataclass
class Removed:
    """What was removed, by name."""

    containers: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


def remove_sandbox(settings: Settings, docker: DockerClient) -> Removed:
    """Removes this sandbox's containers, volumes, network and folder; no other sandbox's.

    It goes by labels and not by Pulumi's state, so that it also removes what a killed `up` has left half made.

    Raises:
        MachineError: the engine refuses to remove something; what is gone is gone, and a repetition goes on.
    """
    removed = Removed()
    try:
        with console.step("containers, volumes and network"):
            _remove_containers(settings, docker, removed)
            _remove_volumes(settings, docker, removed)
            _remove_networks(settings, docker, removed)
    except APIError as error:
        raise MachineError(
            "The engine did not remove everything", why=str(error.explanation or error), fix="./inv down"
        ) from error
    if settings.folder.exists():
        shutil.rmtree(settings.folder)
        removed.folders.append(str(settings.folder))
    return removed


def remove_cache(settings: Settings, docker: DockerClient, supply: Supply) -> Removed:
    """Removes what all sandboxes share: artefacts on disk and the images that were made from them.

    Raises:
        MachineError: another sandbox is still up and runs from these images.
    """
    others = _other_sandboxes(settings, docker)
    if others:
        raise MachineError(
            "The cache is still in use",
            why=f"Up besides this sandbox: {', '.join(others)}.",
            fix=f"KUBESTAGE_SANDBOX={others[0]} ./inv down",
        )
    with console.step("cache and images"):
        supply.clean()
    return Removed(folders=[str(settings.cache)])


def _remove_containers(settings: Settings, docker: DockerClient, removed: Removed) -> None:
    for label in (f"{LABEL}={settings.sandbox}", f"{KIND_LABEL}={settings.cluster}"):
        for container in docker.containers.list(all=True, filters={"label": label}, ignore_removed=True):
            name = container.name
            remove_container(docker.api, str(container.id))
            removed.containers.append(str(name))


def _remove_volumes(settings: Settings, docker: DockerClient, removed: Removed) -> None:
    for volume in docker.volumes.list(filters={"label": f"{LABEL}={settings.sandbox}"}):
        volume.remove(force=True)
        removed.volumes.append(volume.name)


def _remove_networks(settings: Settings, docker: DockerClient, removed: Removed) -> None:
    for network in docker.networks.list(filters={"label": f"{LABEL}={settings.sandbox}"}):
        network.remove()
        removed.networks.append(str(network.name))


def _other_sandboxes(settings: Settings, docker: DockerClient) -> list[str]:
    found = {
        c.labels.get(LABEL) for c in docker.containers.list(all=True, filters={"label": LABEL}, ignore_removed=True)
    }
    return sorted(str(name) for name in found if name and name != settings.sandbox)
