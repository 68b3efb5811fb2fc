"""Ports for the servers of tests: known before a server listens, and its own while it is stopped."""

from __future__ import annotations

import os
import random
import socket

# Below the ports that the system gives to whoever asks for any: nobody is given one of these between choice and use.
# Each of xdist's workers has a thousand of its own: none takes what another has chosen and does not use yet.
_COUNT, _SHARES = 1_000, 6
_SHARE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
_FIRST = 20_000 + _COUNT * (_SHARE % _SHARES)
_place = random.SystemRandom().randrange(_COUNT)


def free_port() -> int:
    """A port on which nobody listens; no two calls of a process give the same."""
    global _place
    for _ in range(_COUNT):
        _place = (_place + 1) % _COUNT
        if _is_free(_FIRST + _place):
            return _FIRST + _place
    raise AssertionError(f"no port from {_FIRST} to {_FIRST + _COUNT} is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
