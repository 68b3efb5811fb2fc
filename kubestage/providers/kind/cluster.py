"""kubestage:index:KindCluster: a cluster's life from creation to removal."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from typing import Any

import docker
import yaml

from kubestage.docker import remove_container
from kubestage.errors import InputError, MachineError
from kubestage.providers.diffs import Path
from kubestage.providers.docker.client import Info, asked, found
from kubestage.providers.kind import kubeproxy
from kubestage.providers.kind.kindctl import CLUSTER_LABEL, Kind, end_orphans
from kubestage.providers.kubernetes.api import Api, ApiError, Unreachable
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import UNKNOWN, Properties, Secret
from kubestage.waits import wait_for

_REQUIRED = ("clusterName", "image", "network")
_IN_PLACE = frozenset({"kubeProxyCpu", "nodeFiles", "waitSeconds", "running"})
_API_PORT = "6443/tcp"
# Written into the node last: a cluster without it was never finished.
_MARKER = "/kind/kubestage.json"


class KindCluster:
    """A cluster of one node.

    Its running state, files on it and kube-proxy's share of the processor change in place; all else needs a new one.
    """

    delete_first = True

    def __init__(self, client: docker.APIClient, kind: Kind) -> None:
        self._client = client
        self._kind = kind

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        """Completes the inputs; `running` is what `read` compares with."""
        missing = [key for key in _REQUIRED if not news.get(key)]
        if missing:
            raise InputError(f"KindCluster {call.name} lacks {', '.join(missing)}")
        return {**{key: value for key, value in news.items() if value is not None}, "running": True}

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        """Kind cannot change a cluster: ports and image are fixed at creation."""
        return [(key,) for key in sorted({*olds, *news} - _IN_PLACE)]

    def preview(self, call: Call, inputs: Properties) -> Properties:
        """The inputs; addresses and credentials are unknown until there is a cluster."""
        unknown = ("kubeconfig", "endpoint", "certificateAuthority")
        return {**inputs, **self._names(inputs), **dict.fromkeys(unknown, UNKNOWN)}

    def create(self, call: Call, inputs: Properties) -> State:
        """Makes the cluster; a finished one that a killed run left is taken over, a half-made one is removed first."""
        name = inputs["clusterName"]
        end_orphans(inputs["network"])
        leftover = self._node(name)
        if leftover is not None and self._marker(leftover["Id"]) != self._fingerprint(inputs):
            call.say("removing a half-made cluster")
            self._remove(name)
            leftover = None
        if leftover is None:
            self._refuse_without_image(inputs["image"])
            try:
                self._kind.create(inputs, call.say)
            except BaseException:
                self._remove(name)
                raise
        return self._finish(call, inputs)

    def read(self, call: Call, state: State) -> State | None:
        """Sees a node that is gone or stopped, and one that somebody else made anew."""
        node = self._node(state.outputs["clusterName"])
        if node is None or node["Id"] != state.id:
            return None
        running = bool(node["State"]["Running"])
        return State(
            state.id, {**self._secret(state.outputs), "running": running}, {**state.inputs, "running": running}
        )

    def update(self, call: Call, state: State, news: Properties) -> State:
        """Starts a stopped node, puts changed files on it."""
        node = self._node(news["clusterName"])
        if node is None:
            return self.create(call, news)
        if not node["State"]["Running"]:
            call.say("starting the stopped node")
            asked("The node cannot be started", lambda: self._client.start(node["Id"]))
        return self._finish(call, news)

    def delete(self, call: Call, state: State) -> None:
        """Removes the node with all that runs in it."""
        self._remove(state.outputs["clusterName"])

    def _remove(self, name: str) -> None:
        """Removes the node, which is all there is of a cluster; kind itself would give up on one that hangs."""
        if node := self._node(name):
            asked(f"The node of {name} cannot be removed", lambda: remove_container(self._client, node["Id"]))

    def _finish(self, call: Call, inputs: Properties) -> State:
        node = self._node(inputs["clusterName"])
        if node is None:
            raise MachineError(f"The node of {inputs['clusterName']} has gone while it was made", fix="./inv up")
        kubeconfig = self._kind.kubeconfig(inputs["clusterName"])
        self._put_files(node["Id"], inputs)
        api = Api(yaml.safe_dump(kubeconfig))
        self._await_api(api, float(inputs.get("waitSeconds", 180)), call)
        if inputs.get("kubeProxyCpu"):
            kubeproxy.request_cpu(api, inputs["kubeProxyCpu"])
        cluster = kubeconfig["clusters"][0]["cluster"]
        outputs = {
            **inputs,
            **self._names(inputs),
            "endpoint": cluster["server"],
            "certificateAuthority": cluster["certificate-authority-data"],
            "kubeconfig": yaml.safe_dump(kubeconfig, sort_keys=False),
        }
        return State(node["Id"], self._secret(outputs))

    @staticmethod
    def _names(inputs: Properties) -> Properties:
        node = f"{inputs['clusterName']}-control-plane"
        return {"containers": [node], "internalEndpoint": f"https://{node}:6443"}

    @staticmethod
    def _secret(outputs: Properties) -> Properties:
        hidden = {key: Secret(outputs[key]) for key in ("kubeconfig", "nodeFiles") if outputs.get(key) is not None}
        return {**outputs, **hidden}

    def _node(self, name: str) -> Info | None:
        nodes = asked(
            "The engine cannot be asked",
            lambda: self._client.containers(all=True, filters={"label": f"{CLUSTER_LABEL}={name}"}),
        )
        if not nodes:
            return None
        return found("The engine cannot be asked", lambda: self._client.inspect_container(nodes[0]["Id"]))

    def _refuse_without_image(self, image: str) -> None:
        if found("The engine cannot be asked", lambda: self._client.inspect_image(image)) is None:  # type: ignore[no-untyped-call]
            raise MachineError(f"The node image {image} is not on the engine", fix="./inv up")

    def _put_files(self, node: str, inputs: Properties) -> None:
        files = [*(inputs.get("nodeFiles") or []), {"path": _MARKER, "content": self._fingerprint(inputs)}]
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for file in files:
                content = str(file["content"]).encode()
                entry = tarfile.TarInfo(str(file["path"]).lstrip("/"))
                entry.size, entry.mode = len(content), int(file.get("mode", "0644"), 8)
                archive.addfile(entry, io.BytesIO(content))
        data = buffer.getvalue()
        asked("Files cannot be put on the node", lambda: self._client.put_archive(node, "/", data))

    def _marker(self, node: str) -> str:
        """The fingerprint of the inputs that a finished cluster was made from; empty on a half-made one."""
        there = found("The node cannot be read", lambda: self._client.get_archive(node, _MARKER))
        if there is None:
            return ""
        with tarfile.open(fileobj=io.BytesIO(b"".join(there[0]))) as archive:
            file = archive.extractfile(archive.getmembers()[0])
            return file.read().decode() if file else ""

    @staticmethod
    def _fingerprint(inputs: Properties) -> str:
        fixed: dict[str, Any] = {key: value for key, value in inputs.items() if key not in _IN_PLACE}
        return json.dumps(fixed, sort_keys=True)

    @staticmethod
    def _await_api(api: Api, seconds: float, call: Call) -> None:
        """Waits until the node is Ready: after a start the API needs some seconds, and the node some more."""
        call.say("waiting for the node to be Ready")

        def ready() -> bool:
            try:
                nodes = api.list("/api/v1/nodes")
            except (Unreachable, ApiError):
                return False
            conditions = [one for node in nodes for one in node["status"].get("conditions") or []]
            return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

        wait_for("the cluster's node is Ready", ready, seconds=seconds)
