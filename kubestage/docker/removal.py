"""Removing a container that does not want to go."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from docker.api import APIClient
from docker.errors import APIError, NotFound

# Where cgroup v1 keeps its freezer, and a container's folder in it by the engine's two cgroup drivers.
FREEZER = Path("/sys/fs/cgroup/freezer")
_FOLDERS = ("docker/{id}", "system.slice/docker-{id}.scope")
_STILL_THERE = "did not receive an exit event"


def remove_container(client: APIClient, container_id: str, freezer: Path = FREEZER) -> None:
    """Removes a container with its anonymous volumes, whatever it does; one that has gone already is no matter.

    runc freezes a cgroup of version 1 for a moment while it sets a container up. A node that is killed in just this
    moment leaves a pod frozen, whose processes no signal ends, and with them the node stays: the engine gives up. They
    are thawed then.

    Args:
        client: the engine's.
        container_id: the container's full id.
        freezer: where the freezer's cgroups are.

    Raises:
        APIError: the engine cannot remove it.
    """
    try:
        _remove(client, container_id)
    except APIError as error:
        if _STILL_THERE not in str(error) or not _thaw(container_id, freezer):
            raise
        _remove(client, container_id)


def _remove(client: APIClient, container_id: str) -> None:
    with suppress(NotFound):
        client.remove_container(container_id, force=True, v=True)


def _thaw(container_id: str, freezer: Path) -> bool:
    """Thaws what is frozen in a container; whether there was anything, on this host."""
    thawed = False
    for folder in _FOLDERS:
        for state in (freezer / folder.format(id=container_id)).rglob("freezer.state"):
            with suppress(OSError):  # it has gone, or is another user's
                if state.read_text().strip() != "THAWED":
                    state.write_text("THAWED")
                    thawed = True
    return thawed
