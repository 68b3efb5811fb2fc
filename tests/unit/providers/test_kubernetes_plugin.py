"""Kubernetes objects: what is checked, previewed, applied and taken over, against a cluster in memory."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kubestage.errors import InputError, MachineError
from kubestage.providers.kubernetes.kinds import kind_of
from kubestage.providers.kubernetes.plugin import KubernetesObject, KubernetesPlugin
from kubestage.providers.resource import Call, NotReady, State
from kubestage.providers.wire import UNKNOWN, Properties, Secret
from tests.unit.providers.memory_cluster import Cluster

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
PATH = "/api/v1/namespaces/ns-uuid-test/configmaps/env-config"


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def plugin(cluster: Cluster) -> KubernetesPlugin:
    plugin = KubernetesPlugin()
    fake: Any = cluster
    plugin._api = fake
    return plugin


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def call(warnings: list[str]) -> Call:
    return Call("env", CONFIG_MAP, 0, print, warnings.append)


def inputs(**metadata: Any) -> Properties:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "env-config", "namespace": "ns-uuid-test", **metadata},
        "data": {"demo.value": "test"},
    }


def kubeconfig(server: str, authority: str = "QQ==", user: str = "admin") -> str:
    clusters = [{"name": "c", "cluster": {"server": server, "certificate-authority-data": authority}}]
    return yaml.safe_dump({"clusters": clusters, "users": [{"name": user, "user": {}}]})


def test_an_unknown_type_is_refused_with_those_that_are_known(plugin: KubernetesPlugin) -> None:
    with pytest.raises(InputError, match="does not know kubernetes:batch/v1:Job") as error:
        plugin.resource("kubernetes:batch/v1:Job")

    assert "ConfigMap" in error.value.why
    assert "Deployment" in error.value.why


@pytest.mark.parametrize(
    ("token", "path"),
    [
        ("kubernetes:core/v1:Namespace", "/api/v1/namespaces/n"),
        (DEPLOYMENT, "/apis/apps/v1/namespaces/s/deployments/n"),
        ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles/n"),
    ],
)
def test_where_an_object_is_in_the_api(token: str, path: str) -> None:
    assert kind_of(token).path("s", "n") == path


def test_kind_version_and_namespace_are_completed(plugin: KubernetesPlugin, call: Call) -> None:
    checked = plugin.resource(CONFIG_MAP).check(call, {"metadata": {"name": "a"}}, {})

    assert checked == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}}


def test_an_object_needs_a_name(plugin: KubernetesPlugin, call: Call) -> None:
    with pytest.raises(InputError, match=r"has no metadata\.name"):
        plugin.resource(CONFIG_MAP).check(call, {}, {})


def test_what_the_server_refuses_to_change_replaces(plugin: KubernetesPlugin) -> None:
    assert ("spec", "selector") in plugin.resource(DEPLOYMENT).replaces({}, {})
    assert ("metadata", "namespace") in plugin.resource(CONFIG_MAP).replaces({}, {})
    assert ("data",) not in plugin.resource(CONFIG_MAP).replaces({}, {})
    assert ("data",) in plugin.resource(CONFIG_MAP).replaces({"immutable": True}, {})


def test_in_a_preview_the_uid_is_unknown_and_not_none(plugin: KubernetesPlugin, call: Call) -> None:
    outputs = plugin.resource(CONFIG_MAP).preview(call, inputs())

    assert outputs["metadata"]["uid"] is UNKNOWN
    assert outputs["metadata"]["name"] == "env-config"


def test_an_object_is_applied_without_force(plugin: KubernetesPlugin, cluster: Cluster, call: Call) -> None:
    state = plugin.resource(CONFIG_MAP).create(call, inputs())

    assert state.id == "ns-uuid-test/env-config"
    assert cluster.applied == [(inputs(), False)]
    assert "managedFields" not in state.outputs["metadata"]


def test_patch_force_is_the_users_own_word(plugin: KubernetesPlugin, cluster: Cluster, call: Call) -> None:
    plugin.resource(CONFIG_MAP).create(call, inputs(annotations={"pulumi.com/patchForce": "true"}))

    assert cluster.applied[0][1] is True


def test_a_missing_namespace_is_said(plugin: KubernetesPlugin, call: Call) -> None:
    with pytest.raises(InputError, match="ConfigMap env-config cannot be made") as error:
        plugin.resource(CONFIG_MAP).create(call, inputs(namespace="absent"))

    assert 'namespaces "absent" not found' in error.value.why


def test_what_a_killed_run_left_is_taken_over(plugin: KubernetesPlugin, cluster: Cluster, call: Call) -> None:
    mine = inputs(labels={"kubestage.sandbox": "eng"})
    cluster.objects[PATH] = mine

    assert plugin.resource(CONFIG_MAP).create(call, mine).id == "ns-uuid-test/env-config"


def test_another_sandboxs_object_is_left_alone(plugin: KubernetesPlugin, cluster: Cluster, call: Call) -> None:
    cluster.objects[PATH] = inputs(labels={"kubestage.sandbox": "other"})

    with pytest.raises(MachineError, match="belongs to the sandbox other"):
        plugin.resource(CONFIG_MAP).create(call, inputs(labels={"kubestage.sandbox": "eng"}))
    assert cluster.applied == []


def test_drift_is_seen(plugin: KubernetesPlugin, cluster: Cluster, call: Call) -> None:
    cluster.objects[PATH] = {**inputs(), "data": {"demo.value": "else"}}

    seen = plugin.resource(CONFIG_MAP).read(call, State("id", inputs(), inputs()))

    assert seen is not None
    assert seen.inputs["data"] == {"demo.value": "else"}


@pytest.mark.parametrize("there", [None, inputs(deletionTimestamp="now")])
def test_an_object_that_goes_or_has_gone_is_made_again(
    plugin: KubernetesPlugin, cluster: Cluster, call: Call, there: Any
) -> None:
    cluster.objects[PATH] = there

    assert plugin.resource(CONFIG_MAP).read(call, State("id", inputs(), inputs())) is None


def test_while_the_cluster_is_away_nothing_is_taken_for_gone(
    plugin: KubernetesPlugin, cluster: Cluster, call: Call, warnings: list[str]
) -> None:
    cluster.reachable = False
    state = State("id", inputs(), inputs())

    for _ in range(3):
        assert plugin.resource(CONFIG_MAP).read(call, state) is state
    assert warnings == ["The cluster does not answer; its objects are taken to be as they were"]


def test_only_the_very_object_of_the_state_is_deleted(plugin: KubernetesPlugin, cluster: Cluster, call: Call) -> None:
    state = plugin.resource(CONFIG_MAP).create(call, inputs())

    plugin.resource(CONFIG_MAP).delete(call, state)

    assert cluster.deleted == [(PATH, "u1")]


def test_objects_of_a_lost_cluster_are_gone_with_it(plugin: KubernetesPlugin, cluster: Cluster, call: Call) -> None:
    state = plugin.resource(CONFIG_MAP).create(call, inputs())
    cluster.reachable = False

    plugin.resource(CONFIG_MAP).delete(call, state)


def deployment(strategy: str) -> Properties:
    return {
        "metadata": {"name": "uuid-deploy", "namespace": "ns-uuid-test"},
        "spec": {"replicas": 0, "strategy": {"type": strategy}, "selector": {}, "template": {}},
    }


def running(strategy: dict[str, Any], **more: Any) -> Properties:
    found = deployment("")
    found["kind"] = "Deployment"
    found["metadata"] |= {"generation": 1, "uid": "d", **more}
    found["spec"]["strategy"] = strategy
    return {**found, "status": {"observedGeneration": 1}}


def test_rolling_update_is_cleared_on_the_way_to_recreate(
    plugin: KubernetesPlugin, cluster: Cluster, call: Call
) -> None:
    resource: KubernetesObject = plugin.resource(DEPLOYMENT)
    path = resource._path(deployment("Recreate"))
    cluster.objects[path] = running({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}})
    news = deployment("Recreate")
    news["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}

    resource.update(call, State("id", {}, deployment("RollingUpdate")), news)

    assert cluster.merged == [{"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}]


@pytest.mark.parametrize(
    ("strategy", "waits"), [("Recreate", True), ("RollingUpdate", False)], ids=["another strategy", "the same"]
)
def test_another_strategy_waits_for_the_rollout_that_is_under_way(
    strategy: str, waits: bool, plugin: KubernetesPlugin, cluster: Cluster, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    resource = plugin.resource(DEPLOYMENT)
    path = resource._path(deployment(strategy))
    half_way = running({"type": "RollingUpdate"})
    half_way["status"] |= {"replicas": 1}
    cluster.objects[path] = half_way

    def settled(_api: Any, _kind: Any, _path: str, live: Any, **_: Any) -> Any:
        order.append(f"settled, {len(cluster.applied)} applied")
        return live

    monkeypatch.setattr("kubestage.providers.kubernetes.settling.settled", settled)
    news = deployment(strategy)
    news["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    resource.update(call, State("id", {}, deployment("RollingUpdate")), news)

    assert order == (["settled, 0 applied"] if waits else [])
    assert len(cluster.applied) == 1


def test_pods_that_never_came_up_are_brought_up_by_the_next_run(
    plugin: KubernetesPlugin, cluster: Cluster, call: Call
) -> None:
    wanted = deployment("Recreate")
    wanted["spec"]["replicas"] = 3
    there = running({"type": "Recreate"})
    there["spec"]["replicas"] = 3
    resource = plugin.resource(DEPLOYMENT)
    cluster.objects[resource._path(wanted)] = there

    with pytest.raises(NotReady, match="0 of 3 replicas"):
        resource.read(call, State("id", wanted, wanted))

    delivered = {"manager": "kubectl-set", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {}}}}}
    there["metadata"]["managedFields"] = [delivered]
    assert resource.read(call, State("id", wanted, wanted)) is not None


def test_a_secrets_data_is_marked(plugin: KubernetesPlugin, call: Call) -> None:
    secret = {"metadata": {"name": "s", "namespace": "n"}, "data": {"token": "aHVzaA=="}}

    assert plugin.resource("kubernetes:core/v1:Secret").create(call, secret).outputs["data"] == Secret(
        {"token": "aHVzaA=="}
    )


def test_another_cluster_replaces_everything_and_other_credentials_nothing(plugin: KubernetesPlugin) -> None:
    old = {"kubeconfig": kubeconfig("https://a")}

    assert plugin.config_replaces(old, {"kubeconfig": kubeconfig("https://b")}) == ["kubeconfig"]
    assert plugin.config_replaces(old, {"kubeconfig": kubeconfig("https://a", "Qg==")}) == ["kubeconfig"]
    assert plugin.config_replaces(old, {"kubeconfig": kubeconfig("https://a", user="else")}) == []
    assert plugin.config_replaces(old, {"kubeconfig": UNKNOWN}) == []


def test_a_provider_without_a_kubeconfig_says_so() -> None:
    plugin = KubernetesPlugin()
    plugin.configure({"kubeconfig": UNKNOWN})

    with pytest.raises(InputError, match="has no kubeconfig"):
        _ = plugin.api


def test_a_broken_kubeconfig_is_the_users_input() -> None:
    with pytest.raises(InputError, match="The kubeconfig cannot be read"):
        KubernetesPlugin().configure({"kubeconfig": "::: no yaml"})
