"""A real cluster as a resource, and objects in it beside another client: who owns what."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, Namespace

from kubestage.docker import Engine, remove_container
from kubestage.engine.outcome import Changes
from kubestage.providers.kind.plugin import KubestagePlugin
from kubestage.providers.kind.sdk import KindCluster
from kubestage.providers.kubernetes.api import Api
from kubestage.providers.kubernetes.plugin import KubernetesPlugin
from kubestage.providers.kubernetes.replicasets import replica_sets_of
from kubestage.providers.kubernetes.wedge import Wedge, wedge_of
from kubestage.run import run_command
from kubestage.supply import Supply
from kubestage.waits import wait_for
from tests.integration.engine.conftest import SANDBOX, Program

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # see `tidied`
    pytest.mark.timeout(900),
]

LABELS = {"kubestage.sandbox": SANDBOX}
IMAGE = "spec.template.spec.containers[0].image"


@pytest.fixture
def node_image(supply: Supply) -> str:
    return supply.image("node")


@pytest.fixture
def kubectl(supply: Supply, tmp_path: Path) -> Callable[..., str]:
    def call(*words: str) -> str:
        command = [str(supply.tool("kubectl")), "--kubeconfig", str(tmp_path / "kubeconfig"), *words]
        return run_command(command, env={"HOME": str(tmp_path)}).stdout

    return call


@pytest.fixture
def network(engine: Engine) -> Iterator[str]:
    made = engine.client.networks.create(SANDBOX, labels=LABELS)
    yield SANDBOX
    made.remove()


def cluster(
    node_image: str, kubeconfig: Path, *, replicas: int = 1, strategy: str = "Recreate", image: str = ""
) -> Callable[[], None]:
    """A cluster, and in it a namespace, a ConfigMap and a Deployment of the node's own pause image."""

    def declare() -> None:
        kind = KindCluster(
            "cluster",
            cluster_name=SANDBOX,
            image=node_image,
            network=SANDBOX,
            ports=[],
            disable_default_cni=True,
            kube_proxy_mode="iptables",
        )
        kind.kubeconfig.apply(kubeconfig.write_text)
        options = pulumi.ResourceOptions(
            provider=kubernetes.Provider("cluster", kubeconfig=kind.kubeconfig), deleted_with=kind
        )
        namespace = Namespace("ns", metadata={"name": "ns", "labels": LABELS}, opts=options)
        place: Any = {"namespace": namespace.metadata["name"]}
        ConfigMap("env", metadata={"name": "env-config", **place}, data={"demo.value": "test"}, opts=options)
        container = {"name": "pause", "image": image, "imagePullPolicy": "IfNotPresent"}
        labels = {"app": "pause"}
        spec: Any = {
            "replicas": replicas,
            "strategy": {"type": strategy},
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        }
        ignoring = pulumi.ResourceOptions(ignore_changes=[IMAGE])
        Deployment(
            "pause",
            metadata={"name": "pause", **place},
            spec=spec,
            opts=pulumi.ResourceOptions.merge(options, ignoring),
        )

    return declare


def test_a_clusters_life_beside_kubectl(
    program: Program,
    engine: Engine,
    supply: Supply,
    node_image: str,
    network: str,
    kubectl: Callable[..., str],
    tmp_path: Path,
) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    program.plugins = {
        "kubestage": lambda: KubestagePlugin(supply.tool("kind"), supply.tool("docker"), engine),
        "kubernetes": KubernetesPlugin,
    }
    pause = _pause_image(engine, node_image)

    def declared(**changes: Any) -> Callable[[], None]:
        return cluster(node_image, kubeconfig, **{"image": pause, **changes})

    program.declare = declared()
    assert program.up().changes == Changes(create=4)
    assert program.up().changes == Changes(same=4)
    assert "certificate-authority-data" not in program.state

    # Another client's doing stays; what is ours is mended.
    kubectl("-n", "ns", "scale", "deployment/pause", "--replicas=2")
    kubectl("-n", "ns", "set", "image", "deployment/pause", f"pause={pause}", "--field-manager=cd")
    kubectl("-n", "ns", "rollout", "status", "deployment/pause", "--timeout=60s")
    kubectl("-n", "ns", "delete", "configmap", "env-config")
    assert program.up().changes == Changes(create=1, same=3)
    assert kubectl("-n", "ns", "get", "deployment/pause", "-o", "jsonpath={.spec.replicas}") == "2"

    # There and back, twice: the API server forbids its own defaults beside Recreate.
    for strategy in ("RollingUpdate", "Recreate", "RollingUpdate", "Recreate"):
        program.declare = declared(strategy=strategy)
        assert program.up().changes == Changes(update=1, same=3)
        assert kubectl("-n", "ns", "get", "deployment/pause", "-o", "jsonpath={.spec.strategy.type}") == strategy

    _prove_that_a_wedge_is_seen(kubectl, Api(kubeconfig.read_text()), pause)

    engine.client.containers.get(f"{SANDBOX}-control-plane").stop(timeout=10)
    assert program.up().changes == Changes(update=1, same=3)
    assert "pause" in kubectl("-n", "ns", "get", "deployments")

    remove_container(engine.client.api, str(engine.client.containers.get(f"{SANDBOX}-control-plane").id))
    assert program.up().changes == Changes(create=1, replace=3)
    assert "pause" in kubectl("-n", "ns", "get", "deployments")

    assert program.destroy().errors == []
    assert not engine.client.containers.list(all=True, filters={"name": f"{SANDBOX}-control-plane"})


def _prove_that_a_wedge_is_seen(kubectl: Callable[..., str], api: Api, pause: str) -> None:
    """Recreate and other replicas in the middle of a rolling update: the controller stands still and says nothing."""
    path = "/apis/apps/v1/namespaces/ns/deployments/wedged"

    def patch(spec: dict[str, Any]) -> None:
        kubectl("-n", "ns", "patch", "deployment/wedged", "--patch", json.dumps({"spec": spec}))

    def found() -> Wedge | None:
        live = api.get(path)
        assert live is not None
        seen = live["status"]["observedGeneration"] == live["metadata"]["generation"]
        return wedge_of(live, replica_sets_of(api, live)) if seen else None

    kubectl("-n", "ns", "create", "deployment", "wedged", f"--image={pause}", "--replicas=2")
    kubectl("-n", "ns", "rollout", "status", "deployment/wedged", "--timeout=60s")
    name = kubectl("-n", "ns", "get", "deployment/wedged", "-o", "jsonpath={.spec.template.spec.containers[0].name}")
    never_ready = {"name": name, "readinessProbe": {"tcpSocket": {"port": 9}}}
    patch({"template": {"spec": {"containers": [never_ready]}}})
    wait_for("a pod of the new revision", lambda: "2" in _revisions(kubectl), seconds=30)
    assert found() is None
    patch({"replicas": 1, "strategy": {"type": "Recreate", "rollingUpdate": None}})
    wedge = wait_for("the wedge is seen", found, seconds=30)
    kubectl(*wedge.fix.split()[1:])
    wait_for("the new revision is scaled", lambda: _revisions(kubectl) == {"1": "0", "2": "1"}, seconds=30)
    assert found() is None
    kubectl("-n", "ns", "delete", "deployment/wedged")


def _revisions(kubectl: Callable[..., str]) -> dict[str, str]:
    """The wanted pods of each revision."""
    columns = r"REVISION:.metadata.annotations.deployment\.kubernetes\.io/revision,PODS:.spec.replicas"
    said = kubectl("-n", "ns", "get", "rs", "-l", "app=wedged", "--no-headers", "-o", f"custom-columns={columns}")
    found: dict[str, str] = {}
    for line in said.splitlines():
        revision, pods = line.split()
        found[revision] = pods
    return found


def _pause_image(engine: Engine, node_image: str) -> str:
    """The pause image that is preloaded in the node, as its containerd's configuration names it."""
    text = engine.client.containers.run(
        node_image, ["/etc/containerd/config.toml"], entrypoint="cat", remove=True, network_mode="none"
    ).decode()
    (line,) = [line for line in text.splitlines() if "sandbox_image" in line]
    return line.split('"')[1]
