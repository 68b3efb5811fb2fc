from datetime import UTC, datetime

import pytest

from kubestage.delivery.deploy import Wish
from kubestage.delivery.deployment import Deployments
from kubestage.delivery.rollout import Rollout
from kubestage.errors import InputError, PartError, WaitTimeout

IMAGE = "localhost:5001/apps/uuid:v2.0.0.0"


def deployment(*, updated: int = 3, available: int = 3, total: int = 3, observed: int = 2) -> dict:
    return {
        "kind": "Deployment",
        "metadata": {
            "name": "uuid-deploy",
            "namespace": "ns-uuid-test",
            "uid": "u",
            "generation": 2,
            "annotations": {"deployment.kubernetes.io/revision": "4"},
        },
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "uuid-label"}},
            "template": {"spec": {"containers": [{"image": IMAGE}]}},
        },
        "status": {
            "updatedReplicas": updated,
            "availableReplicas": available,
            "replicas": total,
            "observedGeneration": observed,
        },
    }


class Api:
    """Gives its deployments in order, the last one for ever, and the collections it was made with."""

    def __init__(self, *deployments: dict, **collections: list[dict]) -> None:
        self.deployments = list(deployments)
        self.collections = collections

    def get(self, path: str) -> dict | None:
        assert path == "/apis/apps/v1/namespaces/ns-uuid-test/deployments/uuid-deploy"
        if not self.deployments:
            return None
        return self.deployments.pop(0) if len(self.deployments) > 1 else self.deployments[0]

    def list(self, path: str, **query: str) -> list[dict]:
        return self.collections.get(path.rpartition("/")[2], [])


def test_a_rollout_is_complete_when_all_replicas_are_new_and_available():
    rollout = Rollout.of(deployment())
    assert rollout.complete
    assert (rollout.version, rollout.revision) == ("v2.0.0.0", 4)


@pytest.mark.parametrize(
    "state",
    [{"updated": 2}, {"available": 2}, {"total": 4}, {"observed": 1}],
    ids=["an old replica", "one not ready", "one still leaving", "not seen by the controller yet"],
)
def test_a_rollout_is_not_complete_while(state: dict[str, int]):
    assert not Rollout.of(deployment(**state)).complete


def test_an_image_with_a_digest_has_its_tag_as_version():
    given = deployment()
    given["spec"]["template"]["spec"]["containers"][0]["image"] = f"{IMAGE}@sha256:{'0' * 64}"
    assert Rollout.of(given).version == "v2.0.0.0"


def test_an_environment_without_a_deployment_has_no_rollout():
    assert Deployments(Api()).rollout("test") is None


def test_waiting_ends_with_the_rollout():
    api = Api(deployment(updated=0, available=0, total=0), deployment())
    assert Deployments(api).wait("test", seconds=5).available == 3


def test_a_running_rollout_settles():
    api = Api(deployment(updated=0, available=0, total=0), deployment())
    settled = Deployments(api).settle("test", seconds=5)
    assert settled is not None
    assert settled.complete


def test_an_environment_without_a_deployment_has_nothing_to_settle():
    assert Deployments(Api()).settle("test") is None


def test_waiting_for_nothing_fails_at_once():
    with pytest.raises(PartError, match="test has no uuid-deploy"):
        Deployments(Api()).wait("test")


def node(name: str, ready: str) -> dict:
    return {"metadata": {"name": name}, "status": {"conditions": [{"type": "Ready", "status": ready}]}}


def test_a_cluster_is_healthy_when_every_node_is_ready():
    assert Deployments(Api(nodes=[node("a", "True")])).node_health() == "healthy"
    assert Deployments(Api(nodes=[node("a", "True"), node("b", "Unknown")])).node_health() == "not Ready: b"


def service(namespace: str, name: str, port: int | None) -> dict:
    return {"metadata": {"namespace": namespace, "name": name}, "spec": {"ports": [{"port": 80, "nodePort": port}]}}


def test_a_port_of_another_service_is_refused_before_anything_is_deployed():
    services = [service("ns-uuid-test", "uuidservice", 30050), service("ns-uuid-prod", "uuidservice", 30051)]
    deployments = Deployments(Api(services=[*services, service("default", "kubernetes", None)]))

    for port in (30050, 30052):
        Wish("test", "v1.0.0.0", port).check_port(deployments)
    with pytest.raises(InputError, match="NodePort 30051 is taken") as caught:
        Wish("test", "v1.0.0.0", 30051).check_port(deployments)
    assert caught.value.why == "The Service uuidservice in ns-uuid-prod has it."


def test_without_a_kubeconfig_there_is_no_cluster(tmp_path):
    with pytest.raises(PartError, match="There is no cluster"):
        Deployments.of(tmp_path / "kubeconfig")


def test_pods_that_still_leave_are_waited_for(monkeypatch):
    leaving = {"metadata": {"name": "old", "deletionTimestamp": "2026-11-22T12:00:00Z"}}
    staying = {"metadata": {"name": "new"}}
    api = Api(deployment(), pods=[staying, leaving])
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        api.collections["pods"] = [staying]

    monkeypatch.setattr("time.sleep", nap)
    Deployments(api).wait_left("test")
    assert len(naps) == 1


NODE_STARTED = datetime(2026, 11, 23, 14, 5, 6, 789012, UTC)
BEFORE, SINCE = "2026-11-23T13:58:00Z", "2026-11-23T14:05:06Z"  # the second in which the node started counts as since
REPLICA_SET = {"metadata": {"labels": {"pod-template-hash": "h"}, "ownerReferences": [{"uid": "u"}]}}


def pod(name: str, started: str, *, ready: bool) -> dict:
    status = {"name": "uuid", "ready": ready, "state": {"running": {"startedAt": started}}}
    return {"metadata": {"name": name}, "status": {"containerStatuses": [status]}}


def crashing(name: str) -> dict:
    status = {"name": "uuid", "ready": False, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    return {"metadata": {"name": name}, "status": {"containerStatuses": [status]}}


@pytest.mark.parametrize(
    "told",
    [pod("a", BEFORE, ready=True), pod("a", SINCE, ready=False), {"metadata": {"name": "a"}, "status": {}}],
    ids=["as it was before", "started and not ready", "of no container yet"],
)
def test_after_the_nodes_return_pods_are_waited_for_while_the_api_tells(told: dict):
    api = Api(deployment(), replicasets=[REPLICA_SET], pods=[pod("b", SINCE, ready=True), told])
    with pytest.raises(WaitTimeout, match="the pods of test are back") as caught:
        Deployments(api).wait_restarted("test", NODE_STARTED, seconds=0)
    assert caught.value.why == "since the node's start these have not become ready: a"


def test_after_the_nodes_return_the_wait_ends_with_pods_that_are_ready_or_never_will_be():
    api = Api(deployment(), replicasets=[REPLICA_SET], pods=[pod("a", SINCE, ready=True), crashing("b")])
    Deployments(api).wait_restarted("test", NODE_STARTED, seconds=0)
