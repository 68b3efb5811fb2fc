"""Versions as the talk writes them, and where they may stand."""

from __future__ import annotations

import re

from kubestage.errors import InputError
from kubestage.settings import ENVIRONMENTS, FIRST_NODE_PORT, NODE_PORT_COUNT

# An image tag (OCI distribution: [A-Za-z0-9_][A-Za-z0-9._-]{0,127}), with or without the digest it must have.
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?")


def check_version(version: str) -> str:
    """Returns `version` if it can be an image's tag, with or without `@sha256:…`.

    Raises:
        InputError: it cannot.
    """
    if not _VERSION.fullmatch(version):
        raise InputError(
            f"{version!r} is no version",
            why="A version is an image tag such as v1.0.0.0, or tag@sha256:… with the 64 digits of its digest.",
            fix="./inv status   # shows the versions there are",
        )
    return version


def check_environment(environment: str) -> str:
    """Returns `environment` if there is one of that name.

    Raises:
        InputError: there is none.
    """
    if environment not in ENVIRONMENTS:
        raise InputError(
            f"There is no environment {environment!r}",
            why=f"There are {' and '.join(ENVIRONMENTS)}.",
            fix=f"--env {ENVIRONMENTS[0]}",
        )
    return environment


def check_node_port(port: int) -> int:
    """Returns `port` if kind maps it to the host.

    Raises:
        InputError: it was not mapped when the cluster was made, and a mapping cannot be added later.
    """
    last = FIRST_NODE_PORT + NODE_PORT_COUNT - 1
    if not FIRST_NODE_PORT <= port <= last:
        raise InputError(
            f"NodePort {port} would not be reachable from this machine",
            why=f"kind maps ports when a cluster is made, and this one maps {FIRST_NODE_PORT} to {last}.",
            fix=f"--node-port {FIRST_NODE_PORT}",
        )
    return port
