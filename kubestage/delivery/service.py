"""The uuid service as its users see it: from outside, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from kubestage.waits import wait_for

_FIRST_PATIENCE_SECONDS = 0.4
_MOST_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Served:
    """One answer of /status.

    Attributes:
        version: the version that served the request.
        demo_value: the environment's demo.value.
        pod: the pod that served it.
    """

    version: str
    demo_value: str
    pod: str


def ask(url: str, *, seconds: float = 2.0) -> Served | None:
    """Asks `url`/status once; None when nobody answers with one.

    Args:
        url: the service's address from outside, without a path.
        seconds: how long to wait for the answer.
    """
    try:
        # A connection of its own each time: a kept one would show only the pod it is bound to.
        response = requests.get(
            f"{url}/status", timeout=seconds, headers={"Connection": "close"}, proxies={"http": "", "https": ""}
        )
        body: dict[str, Any] = response.json() if response.ok else {}
    except (requests.RequestException, ValueError):
        return None
    if "version" not in body:
        return None
    return Served(str(body["version"]), str(body.get("demoValue", "")), str(body.get("pod", "")))


def wait_until_served(url: str, version: str, *, seconds: float = 60.0) -> Served:
    """Waits until `url` serves `version`.

    Raises:
        WaitTimeout: it does not; says what was served last.
    """
    return wait_until_current(url, lambda: version, seconds=seconds)


def wait_until_current(url: str, wanted: Callable[[], str], *, seconds: float = 60.0) -> Served:
    """Waits until `url` serves the version that `wanted` names at that moment; a delivery may change it meanwhile.

    A NodePort still leads nowhere for a moment after the rollout has ended, until kube-proxy follows. A connection that
    was made in that moment hangs, and is answered a second later when it is tried again: so the first ones are soon
    given up for new ones, and only a service that is slow to answer gets more time each time.

    Raises:
        WaitTimeout: it does not; says what was served last.
    """
    seen, patience = "nobody answered", _FIRST_PATIENCE_SECONDS

    def served() -> Served | None:
        nonlocal seen, patience
        answer = ask(url, seconds=patience)
        patience = min(2 * patience, _MOST_PATIENCE_SECONDS)
        seen = f"{url}/status says {answer.version}" if answer else f"{url}/status: no answer"
        return answer if answer and answer.version == wanted().partition("@")[0] else None

    return wait_for(f"{url} serves {wanted()}", served, seconds=seconds, why=lambda: seen)
