"""When an object is ready, and when it never will be."""

from __future__ import annotations

from typing import Any

import pytest

from kubestage.errors import PartError, WaitTimeout
from kubestage.providers.kubernetes import awaiting
from kubestage.providers.kubernetes.kinds import KINDS

DEPLOYMENT = KINDS["apps/v1", "Deployment"]


class Cluster:
    """An API with one deployment and its pods."""

    def __init__(
        self,
        *,
        available: int = 3,
        updated: int = 3,
        seen: int = 1,
        waiting: dict[str, str] | None = None,
        ended: str = "Error",
    ) -> None:
        self.deployment: dict[str, Any] = {
            "kind": "Deployment",
            "metadata": {"name": "uuid-deploy", "namespace": "ns-uuid-test", "generation": 1, "uid": "d"},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "uuid-label"}}},
            "status": {
                "observedGeneration": seen,
                "replicas": 3,
                "updatedReplicas": updated,
                "availableReplicas": available,
            },
        }
        self.ended = ended
        self.waiting = waiting or {"reason": "ContainerCreating"}
        self.selectors: list[str] = []

    def get(self, path: str) -> dict[str, Any]:
        return self.deployment

    def list(self, path: str, **query: str) -> list[dict[str, Any]]:
        if path.endswith("replicasets"):
            return [self.replica_set("old", 1), self.replica_set("new", 2)]
        if path.endswith("pods"):
            self.selectors.append(query["labelSelector"])
            state = {
                "name": "uuid-server",
                "state": {"waiting": self.waiting},
                "lastState": {"terminated": {"exitCode": 3, "reason": self.ended}},
            }
            return [{"metadata": {"name": "uuid-deploy-1"}, "status": {"containerStatuses": [state]}}]
        return [
            {"involvedObject": {"name": "uuid-deploy-1"}, "reason": "BackOff", "message": "restarting failed container"}
        ]

    def text(self, path: str, **query: str) -> str:
        assert path == "/api/v1/namespaces/ns-uuid-test/pods/uuid-deploy-1/log"
        assert query == {"container": "uuid-server", "tailLines": "10", "previous": "true"}
        return "Error: Unable to access jarfile app.jar\n"

    @staticmethod
    def replica_set(template: str, revision: int) -> dict[str, Any]:
        return {
            "metadata": {
                "ownerReferences": [{"uid": "d"}],
                "labels": {"pod-template-hash": template},
                "annotations": {"deployment.kubernetes.io/revision": str(revision)},
            }
        }


def wait(cluster: Any, seconds: float = 0.0) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    live = awaiting.ready(cluster, DEPLOYMENT, "/path", cluster.deployment, seconds=seconds, say=said.append)
    return live, said


def test_a_deployment_is_ready_when_all_replicas_are_new_and_available() -> None:
    live, said = wait(Cluster())

    assert live["metadata"]["name"] == "uuid-deploy"
    assert said == []


@pytest.mark.parametrize("state", [{"available": 2}, {"updated": 1}, {"seen": 0}])
def test_it_is_not_ready_before(state: dict[str, Any]) -> None:
    with pytest.raises(WaitTimeout, match="Deployment ns-uuid-test/uuid-deploy is ready"):
        wait(Cluster(**state))


def test_what_is_waited_for_is_told() -> None:
    said: list[str] = []
    cluster: Any = Cluster(available=1)

    with pytest.raises(WaitTimeout):
        awaiting.ready(cluster, DEPLOYMENT, "/path", cluster.deployment, seconds=0, say=said.append)

    assert said == ["1 of 3 replicas available, 3 updated"]


def test_a_crash_loop_ends_the_wait_at_once_with_the_pods_own_words() -> None:
    cluster = Cluster(available=0, waiting={"reason": "CrashLoopBackOff", "message": "back-off 10s"})

    with pytest.raises(PartError) as failure:
        wait(cluster, seconds=60)

    assert "CrashLoopBackOff; back-off 10s; it ended with exit code 3" in failure.value.why
    assert "uuid-deploy-1: BackOff: restarting failed container" in failure.value.why
    assert failure.value.why.endswith("the last lines of pod uuid-deploy-1:\nError: Unable to access jarfile app.jar")
    assert failure.value.fix == "kubectl -n ns-uuid-test describe pods"


def test_a_container_that_went_down_with_its_node_is_no_crash_loop() -> None:
    backing_off = {"reason": "CrashLoopBackOff", "message": "back-off 10s"}
    with pytest.raises(WaitTimeout):
        wait(Cluster(available=0, waiting=backing_off, ended="Unknown"))


def test_a_pod_that_never_gets_ready_is_quoted_when_the_time_is_over() -> None:
    with pytest.raises(WaitTimeout) as failure:
        wait(Cluster(available=0))

    assert "Unable to access jarfile app.jar" in failure.value.why


def test_only_the_newest_revisions_pods_are_judged() -> None:
    cluster = Cluster(available=0)

    with pytest.raises(WaitTimeout):
        wait(cluster)

    assert cluster.selectors[0] == "app=uuid-label,pod-template-hash=new"


def test_an_image_that_the_registry_does_not_have_is_final() -> None:
    missing = {
        "reason": "ErrImagePull",
        "message": "failed to resolve reference: localhost:5001/apps/uuid:v9: not found",
    }
    busy = {"reason": "ErrImagePull", "message": "connection refused"}

    with pytest.raises(PartError):
        wait(Cluster(available=0, waiting=missing), seconds=60)
    with pytest.raises(WaitTimeout):
        wait(Cluster(available=0, waiting=busy))


@pytest.mark.parametrize(
    ("message", "final"),
    [
        ("failed to sync configmap cache: timed out waiting for the condition", False),
        ('configmap "env-config" not found', True),
    ],
)
def test_a_kubelet_that_was_late_with_its_copies_tries_again(message: str, final: bool) -> None:
    cluster = Cluster(available=0, waiting={"reason": "CreateContainerConfigError", "message": message})
    with pytest.raises(PartError if final else WaitTimeout):
        wait(cluster)


@pytest.mark.parametrize(
    ("cause", "final"),
    [
        ('failed to do request: Head "http://registry/v2/": dial tcp: lookup registry: no such host', False),
        (
            'failed to do request: Head "http://registry/v2/": dial tcp 127.0.0.1:5000: connect: connection refused',
            False,
        ),
        ("unexpected status from HEAD request to http://registry/v2/: 401 Unauthorized", True),
    ],
    ids=["no registry", "registry not started yet", "refused by the registry"],
)
def test_a_pull_is_hopeless_only_where_a_registry_has_answered(cause: str, final: bool) -> None:
    message = (
        f'Back-off pulling image "apps/uuid:v1": ErrImagePull: failed to resolve reference "apps/uuid:v1": {cause}'
    )
    cluster = Cluster(available=0, waiting={"reason": "ImagePullBackOff", "message": message})
    with pytest.raises(PartError if final else WaitTimeout):
        wait(cluster)


def test_kinds_without_a_life_of_their_own_are_ready_when_they_exist() -> None:
    api: Any = None
    live = {"metadata": {"name": "env-config"}}

    assert awaiting.ready(api, KINDS["v1", "ConfigMap"], "/path", live, seconds=0, say=print) is live


def test_a_token_secret_is_ready_when_its_token_is_there() -> None:
    api: Any = None
    secret = {"type": "kubernetes.io/service-account-token", "metadata": {"name": "t"}}

    assert awaiting.missing(api, KINDS["v1", "Secret"], secret) == "no token yet"
    assert awaiting.missing(api, KINDS["v1", "Secret"], {**secret, "data": {"token": "x"}}) == ""
