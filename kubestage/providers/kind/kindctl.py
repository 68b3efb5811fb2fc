"""The kind program and the engine it talks to."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import yaml

from kubestage.errors import CommandFailed, PartError
from kubestage.providers.wire import Properties
from kubestage.run import run_command

CLUSTER_LABEL = "io.x-k8s.kind.cluster"
_STAGE_MARK = " \u2713 "


def cluster_config(inputs: Properties) -> dict[str, Any]:
    """Kind's configuration file for a cluster of one node.

    Source: kind.sigs.k8s.io/docs/user/configuration.
    """
    networking: dict[str, Any] = {"disableDefaultCNI": bool(inputs.get("disableDefaultCni"))}
    if inputs.get("kubeProxyMode"):
        networking["kubeProxyMode"] = inputs["kubeProxyMode"]
    ports = [{**port, "protocol": port.get("protocol", "TCP")} for port in inputs.get("ports") or []]
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "name": inputs["clusterName"],
        "networking": networking,
        "nodes": [{"role": "control-plane", "image": inputs["image"], "extraPortMappings": ports}],
        "kubeadmConfigPatches": list(inputs.get("kubeadmConfigPatches") or []),
    }


class Kind:
    """Runs kind against one engine.

    Args:
        program: the kind program.
        docker: the docker client that kind calls; it is found by its folder being first on PATH.
        environment: variables that lead the docker client to the engine.
    """

    def __init__(self, program: Path, docker: Path | None, environment: Mapping[str, str]) -> None:
        self._program = program
        self._env = dict(environment)
        if docker is not None:
            self._env["PATH"] = os.pathsep.join([str(docker.parent), os.environ.get("PATH", os.defpath)])

    def create(self, inputs: Properties, say: Callable[[str], None]) -> None:
        """Makes the cluster and waits until its node is Ready.

        Args:
            inputs: the resource's.
            say: is told each of kind's stages.

        Raises:
            PartError: kind failed; what it had made is removed.
        """
        name = inputs["clusterName"]
        config = json.dumps(cluster_config(inputs))  # JSON is YAML, and needs no quoting
        wait = f"{inputs.get('waitSeconds', 180)}s"
        env = {"KIND_EXPERIMENTAL_DOCKER_NETWORK": inputs["network"]}

        def stage(line: str) -> None:
            if line.startswith(_STAGE_MARK):
                say(line.removeprefix(_STAGE_MARK).strip())

        try:
            self._run("create", "cluster", "--config", "-", "--wait", wait, env=env, stdin=config, on_line=stage)
        except CommandFailed as error:
            raise PartError(f"The kind cluster {name} could not be made", why=error.why, fix="./inv doctor") from None

    def kubeconfig(self, name: str) -> Properties:
        """The administrator's kubeconfig as kind gives it."""
        command: list[str | Path] = [self._program, "get", "kubeconfig", "--name", name]
        said = run_command(command, env=self._env, separate_stderr=True).stdout
        loaded: Properties = yaml.safe_load(said)
        return loaded

    def _run(self, *words: str, env: dict[str, str] | None = None, **options: Any) -> None:
        """Runs kind with a kubeconfig that is thrown away: it insists on writing one, the caller keeps its own."""
        with tempfile.TemporaryDirectory(prefix="kind-") as folder:
            command: list[str | Path] = [self._program, *words, "--kubeconfig", f"{folder}/kubeconfig"]
            run_command(command, env={**self._env, **(env or {})}, **options)


def end_orphans(name: str) -> None:
    """Ends a `kind create cluster` for this cluster that outlived a killed run.

    The caller holds the sandbox's lock, so no such process can be a live run's.
    """
    for process in psutil.process_iter(["pid", "ppid", "cmdline", "environ"]):
        command = process.info["cmdline"] or []
        if len(command) < 3 or Path(command[0]).name != "kind" or command[1:3] != ["create", "cluster"]:
            continue
        environment = process.info["environ"] or {}
        if environment.get("KIND_EXPERIMENTAL_DOCKER_NETWORK") == name and process.info["ppid"] != os.getpid():
            process.kill()
            process.wait(10)
