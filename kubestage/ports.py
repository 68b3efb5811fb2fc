"""Ports on this machine: which the sandbox needs, which are taken, and by whom."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

import psutil

from kubestage.extras import SONARQUBE, read_extras
from kubestage.settings import FIRST_NODE_PORT, NODE_PORT_COUNT, Settings

# Below it every sandbox has its own ports: offsets are multiples of this.
OFFSET_STEP = 100

# The start of net.ipv4.ip_local_port_range, unless an administrator has moved it.
FIRST_EPHEMERAL_PORT = 32768


def needed_ports(settings: Settings) -> dict[int, str]:
    """Every host port that the sandbox publishes, and what for."""
    nodes = range(FIRST_NODE_PORT, FIRST_NODE_PORT + NODE_PORT_COUNT)
    return {
        settings.jenkins_port: "Jenkins",
        settings.gitlab_port: "GitLab",
        settings.gitlab_ssh_port: "GitLab's SSH",
        settings.registry_port: "the registry",
        settings.portal_port: "the portal",
        **({settings.sonarqube_port: "SonarQube"} if SONARQUBE in read_extras(settings) else {}),
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
    """Who has `port`: "process 4711 (java)", or "" where the system does not tell this user.

    A listener comes first; else it is a connection whose own end happens to be there, which ends by itself.
    """
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    # psutil gives the local address as an (ip, port) pair.
    having = [connection for connection in connections if connection.pid and connection.laddr[1:] == (port,)]
    for connection in sorted(having, key=lambda each: each.status != psutil.CONN_LISTEN):
        what = "" if connection.status == psutil.CONN_LISTEN else ", for a connection elsewhere"
        try:
            return f"process {connection.pid} ({psutil.Process(connection.pid).name()}){what}"
        except psutil.Error:
            return f"process {connection.pid}{what}"
    return ""


def free_offset(settings: Settings) -> int | None:
    """The smallest KUBESTAGE_PORT_OFFSET with which every port of the sandbox is free; None if there is none.

    It keeps below the ports that Linux gives to outgoing connections: one of those may be in the way at any time.
    """
    for offset in range(0, FIRST_EPHEMERAL_PORT - FIRST_NODE_PORT - NODE_PORT_COUNT, OFFSET_STEP):
        moved = settings.model_copy(update={"port_offset": offset})
        if not taken(needed_ports(moved), settings.listen):
            return offset
    return None
