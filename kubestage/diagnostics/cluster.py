"""The cluster: its objects in kubectl's words, events, pods' logs, and the node's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kubestage.delivery.deployment import namespace
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import ENVIRONMENTS

_LINES = "2000"
_SERVICE = "app=uuid-label"

# `describe` shows of a Secret only how long it is; the Secrets themselves are not asked for.
_QUESTIONS = {
    "nodes.txt": ["describe", "nodes"],
    "pods.txt": ["get", "pods", "--all-namespaces", "--output=wide"],
    "events.txt": ["get", "events", "--all-namespaces", "--sort-by=.lastTimestamp"],
    "version.txt": ["version"],
}
_OF_THE_NODE = {
    "node-kubelet.log": ["journalctl", "--no-pager", "--unit=kubelet", f"--lines={_LINES}"],
    "node-containerd.log": ["journalctl", "--no-pager", "--unit=containerd", f"--lines={_LINES}"],
    "node-containers.txt": ["crictl", "ps", "--all"],
}


def pieces(sandbox: Sandbox) -> dict[str, Callable[[], str]]:
    """What kubectl and the node tell."""
    found: dict[str, Callable[[], str]] = {
        f"kubernetes/{name}": partial(_kubectl, sandbox, arguments) for name, arguments in _QUESTIONS.items()
    }
    found |= {f"kubernetes/{name}": partial(_in_node, sandbox, command) for name, command in _OF_THE_NODE.items()}
    logs = ["logs", f"--selector={_SERVICE}", "--prefix", "--all-containers", "--ignore-errors", f"--tail={_LINES}"]
    for environment in ENVIRONMENTS:
        place = f"--namespace={namespace(environment)}"
        kinds = "deployments,replicasets,services,configmaps,pods"
        found[f"kubernetes/{environment}/describe.txt"] = partial(_kubectl, sandbox, ["describe", kinds, place])
        found[f"kubernetes/{environment}/events.txt"] = partial(_kubectl, sandbox, ["get", "events", place])
        found[f"kubernetes/{environment}/pods.log"] = partial(_kubectl, sandbox, [*logs, place])
        found[f"kubernetes/{environment}/pods-before-restart.log"] = partial(
            _kubectl, sandbox, [*logs, place, "--previous"]
        )
    return found


def _kubectl(sandbox: Sandbox, arguments: list[str]) -> str:
    return sandbox.kubectl.run([*arguments, "--request-timeout=15s"]).stdout


def _in_node(sandbox: Sandbox, command: list[str]) -> str:
    node = sandbox.engine.client.containers.get(sandbox.settings.container("control-plane"))
    output: Any = node.exec_run(command).output
    return bytes(output).decode("utf-8", "replace")
