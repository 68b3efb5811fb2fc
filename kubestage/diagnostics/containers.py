"""The sandbox's containers and network, as the engine has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from docker.models.containers import Container

from kubestage.diagnostics.redaction import without_secret_values
from kubestage.sandbox.sandbox import Sandbox

_LINES = 5000


def pieces(sandbox: Sandbox) -> dict[str, Callable[[], str]]:
    """Of each container, running or not, its log and what `docker inspect` says; and the network.

    Raises:
        MachineError: the engine does not answer.
    """
    client, settings = sandbox.engine.client, sandbox.settings
    labels = (f"kubestage.sandbox={settings.sandbox}", f"io.x-k8s.kind.cluster={settings.cluster}")
    every: dict[str, Container] = {
        str(container.name): container
        for label in labels
        for container in client.containers.list(all=True, filters={"label": label})
    }
    found: dict[str, Callable[[], str]] = {
        "docker/containers.json": lambda: _json({name: one.status for name, one in every.items()}),
        "docker/network.json": lambda: _json(client.networks.get(settings.network).attrs),
    }
    for name, container in every.items():
        found[f"docker/{name}.inspect.json"] = partial(_inspected, container)
        found[f"docker/{name}.log"] = partial(_log, container)
    return found


def _inspected(container: Container) -> str:
    facts: dict[str, Any] = container.attrs
    facts["Config"]["Env"] = without_secret_values(facts["Config"].get("Env") or [])
    return _json(facts)


def _log(container: Container) -> str:
    text: bytes = container.logs(tail=_LINES, timestamps=True)
    return text.decode("utf-8", "replace")


def _json(facts: object) -> str:
    return json.dumps(facts, indent=1, default=str) + "\n"
