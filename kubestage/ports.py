"""Ports on this machine: which the sandbox needs, which are taken, and by whom."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

import psutil

from kubestage.settings import FIRST_NODE_PORT, NODE_PORT_COUNT, Settings

# Below it every sandbox has its own ports: offsets are multiples of this.
OFFSET_STEP = 100


def needed_ports(settings: Settings) -> dict[int, str]:
    """Every host port that the sandbox publishes, and what for."""
    nodes = range(FIRST_NODE_PORT, FIRST_NODE_PORT + NODE_PORT_COUNT)
    return {
        settings.jenkins_port: "Jenkins",
        settings.gitlab_port: "GitLab",
        settings.registry_port: "the registry",
        **{settings.host_port(port): f"NodePort {port}" for port in nodes},
    }


def taken(ports: Iterable[int], address: str) -> list[int]:
    """Those of `ports` on which something else listens at `address`."""
    return [port for port in ports if _is_taken(port, address)]


def _is_taken(port: int, address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: connections that have just been closed (TIME_WAIT) do not count, listeners do.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            if error.errno == errno.EACCES:
                return False  # a port below 1024, which the engine may open and this user may not
            raise
    return False


def holder(port: int) -> str:
    """Who listens on `port`: "process 4711 (java)", or "" where the system does not tell this user."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        # A listener's local address is an (ip, port) pair; psutil has none for other states.
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
        if listens and connection.pid:
            try:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
            except psutil.Error:
                return f"process {connection.pid}"
    return ""


def free_offset(settings: Settings) -> int | None:
    """The smallest KUBESTAGE_PORT_OFFSET with which every port of the sandbox is free; None if there is none."""
    for offset in range(0, 30000, OFFSET_STEP):
        moved = settings.model_copy(update={"port_offset": offset})
        if not taken(needed_ports(moved), settings.listen):
            return offset
    return None
