"""KindCluster: kind's configuration, and what becomes of a cluster that was stopped, lost or never finished."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest

from kubestage.errors import InputError, MachineError
from kubestage.providers.kind.cluster import KindCluster
from kubestage.providers.kind.kindctl import cluster_config
from kubestage.providers.kind.plugin import KubestagePlugin
from kubestage.providers.resource import Call, State
from kubestage.providers.wire import UNKNOWN, Properties, Secret

INPUTS: Properties = {
    "clusterName": "eng",
    "image": "kubestage/node:1",
    "network": "eng",
    "ports": [{"containerPort": 30050, "hostPort": 34050, "listenAddress": "127.0.0.1"}],
    "nodeFiles": [{"path": "/etc/containerd/certs.d/x/hosts.toml", "content": "hush", "mode": "0600"}],
    "running": True,
}


class Engine:
    """The calls of docker's APIClient that KindCluster makes, on at most one node."""

    def __init__(self) -> None:
        self.node: dict[str, Any] | None = None
        self.files: dict[str, bytes] = {}
        self.images = {"kubestage/node:1"}
        self.removed: list[str] = []

    def make(self, *, running: bool = True) -> None:
        self.node = {"Id": "node-1", "State": {"Running": running}}

    def containers(self, **_: Any) -> list[dict[str, Any]]:
        return [self.node] if self.node else []

    def inspect_container(self, _: str) -> Any:
        return self.node

    def inspect_image(self, image: str) -> Any:
        if image not in self.images:
            raise _not_found()
        return {"Id": image}

    def start(self, _: str) -> None:
        assert self.node is not None
        self.node["State"]["Running"] = True

    def remove_container(self, container: str, **_: Any) -> None:
        self.removed.append(container)
        self.node, self.files = None, {}

    def put_archive(self, _: str, root: str, data: bytes) -> bool:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive.getmembers():
                content = archive.extractfile(member)
                assert content is not None
                self.files[root + member.name] = content.read()
        return True

    def get_archive(self, _: str, path: str) -> Any:
        if path not in self.files:
            raise _not_found()
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            entry = tarfile.TarInfo("file")
            entry.size = len(self.files[path])
            archive.addfile(entry, io.BytesIO(self.files[path]))
        return [buffer.getvalue()], {}


def _not_found() -> Exception:
    from docker.errors import NotFound
    from requests import Response

    response = Response()
    response.status_code = 404
    return NotFound("not there", response=response)


class Kind:
    """The kind program, noting what it was asked for."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.asked: list[str] = []

    def create(self, inputs: Properties, say: Any) -> None:
        self.asked.append("create")
        self.engine.make()

    def kubeconfig(self, name: str) -> Properties:
        cluster = {"server": "https://127.0.0.1:1", "certificate-authority-data": "QQ=="}
        return {"clusters": [{"cluster": cluster}]}


@pytest.fixture
def engine() -> Any:
    return Engine()


@pytest.fixture
def kind(engine: Engine) -> Any:
    return Kind(engine)


@pytest.fixture
def cluster(engine: Any, kind: Any, monkeypatch: pytest.MonkeyPatch) -> KindCluster:
    monkeypatch.setattr(KindCluster, "_await_api", staticmethod(lambda *_: None))
    monkeypatch.setattr("kubestage.providers.kind.cluster.Api", lambda _: None)
    return KindCluster(engine, kind)


@pytest.fixture
def call() -> Call:
    return Call("cluster", "kubestage:index:KindCluster", 0, print, print)


def test_kinds_configuration() -> None:
    config = cluster_config({**INPUTS, "disableDefaultCni": True, "kubeProxyMode": "iptables"})

    assert config["networking"] == {"disableDefaultCNI": True, "kubeProxyMode": "iptables"}
    (node,) = config["nodes"]
    assert node["image"] == "kubestage/node:1"
    assert node["extraPortMappings"] == [
        {"containerPort": 30050, "hostPort": 34050, "listenAddress": "127.0.0.1", "protocol": "TCP"}
    ]


def test_what_is_missing_is_named(cluster: KindCluster, call: Call) -> None:
    with pytest.raises(InputError, match="KindCluster cluster lacks image, network"):
        cluster.check(call, {"clusterName": "eng"}, {})


def test_files_on_the_node_and_kube_proxys_share_change_in_place(cluster: KindCluster) -> None:
    replacing = {path[0] for path in cluster.replaces(INPUTS, {**INPUTS, "kubeProxyCpu": "100m"})}

    assert replacing == {"clusterName", "image", "network", "ports"}


def test_a_preview_knows_names_and_no_credentials(cluster: KindCluster, call: Call) -> None:
    outputs = cluster.preview(call, INPUTS)

    assert outputs["containers"] == ["eng-control-plane"]
    assert outputs["internalEndpoint"] == "https://eng-control-plane:6443"
    assert outputs["kubeconfig"] is UNKNOWN


@pytest.mark.parametrize(("given", "expected"), [({"kubeProxyCpu": "100m"}, ["100m"]), ({}, [])])
def test_kube_proxy_gets_its_share_where_one_is_asked_for(
    given: Properties, expected: list[str], cluster: KindCluster, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("kubestage.providers.kind.kubeproxy.request_cpu", lambda _, cpu: asked.append(cpu))
    cluster.create(call, {**INPUTS, **given})

    assert asked == expected


def test_a_cluster_is_made_and_its_files_are_put(cluster: KindCluster, engine: Engine, kind: Kind, call: Call) -> None:
    state = cluster.create(call, INPUTS)

    assert kind.asked == ["create"]
    assert engine.files["/etc/containerd/certs.d/x/hosts.toml"] == b"hush"
    assert state.id == "node-1"
    assert state.outputs["endpoint"] == "https://127.0.0.1:1"
    assert isinstance(state.outputs["kubeconfig"], Secret)
    assert isinstance(state.outputs["nodeFiles"], Secret)


def test_a_finished_cluster_that_a_killed_run_left_is_taken_over(cluster: KindCluster, kind: Kind, call: Call) -> None:
    cluster.create(call, INPUTS)
    cluster.create(call, INPUTS)

    assert kind.asked == ["create"]


def test_a_half_made_cluster_is_removed_first(cluster: KindCluster, engine: Engine, kind: Kind, call: Call) -> None:
    engine.make()

    cluster.create(call, INPUTS)

    assert (engine.removed, kind.asked) == (["node-1"], ["create"])


def test_a_finished_cluster_of_other_inputs_is_no_use(
    cluster: KindCluster, engine: Engine, kind: Kind, call: Call
) -> None:
    cluster.create(call, INPUTS)
    cluster.create(call, {**INPUTS, "ports": []})

    assert (engine.removed, kind.asked) == (["node-1"], ["create", "create"])


def test_a_failed_creation_leaves_nothing(
    cluster: KindCluster, engine: Engine, kind: Kind, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        engine.make()
        raise MachineError("no room")

    monkeypatch.setattr(kind, "create", fail)

    with pytest.raises(MachineError, match="no room"):
        cluster.create(call, INPUTS)
    assert engine.node is None


def test_a_missing_node_image_is_said_before_anything_is_made(
    cluster: KindCluster, engine: Engine, kind: Kind, call: Call
) -> None:
    engine.images.clear()

    with pytest.raises(MachineError, match="The node image kubestage/node:1 is not on the engine"):
        cluster.create(call, INPUTS)
    assert kind.asked == []


def test_a_stopped_node_is_drift_and_is_started(cluster: KindCluster, engine: Engine, call: Call) -> None:
    state = cluster.create(call, INPUTS)
    engine.make(running=False)

    seen = cluster.read(call, State(state.id, INPUTS, INPUTS))
    assert seen is not None
    assert seen.inputs["running"] is False

    cluster.update(call, seen, INPUTS)
    assert engine.node == {"Id": "node-1", "State": {"Running": True}}


@pytest.mark.parametrize("node", [None, {"Id": "another", "State": {"Running": True}}])
def test_a_node_that_is_gone_or_somebody_elses_is_seen(
    cluster: KindCluster, engine: Engine, call: Call, node: Any
) -> None:
    engine.node = node

    assert cluster.read(call, State("node-1", INPUTS, INPUTS)) is None


def test_the_plugin_knows_one_type() -> None:
    with pytest.raises(InputError, match="does not know kubestage:index:Rocket"):
        KubestagePlugin().resource("kubestage:index:Rocket")
