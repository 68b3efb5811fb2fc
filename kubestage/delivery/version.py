"""Versions as the talk writes them, and where they may stand."""

from __future__ import annotations

import re

from kubestage.errors import InputError
from kubestage.settings import ENVIRONMENTS, FIRST_NODE_PORT, NODE_PORT_COUNT

# What the trigger of uuid.runner admits (kubestage/seed/jobs): the talk's form, which a branch's image continues with
# its name and commit, with or without the digest that it must have.
_VERSION = re.compile(r"v[0-9]+(\.[0-9]+){3}(-[A-Za-z0-9_.-]{1,90})?(@sha256:[0-9a-f]{64})?", re.ASCII)


def check_version(version: str) -> str:
    """Returns `version` if it is written as a version, with or without `@sha256:…`.

    Raises:
        InputError: it cannot.
    """
    if not _VERSION.fullmatch(version):
        raise InputError(
            f"{version!r} is no version",
            why="It is written v1.0.0.0 or v1.0.0.0-branch-commit, and may end in @sha256: and 64 digits.",
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
