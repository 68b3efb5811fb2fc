from types import SimpleNamespace as Record

import pytest
from kubernetes import client

from kubestage.delivery.deployment import Deployments
from kubestage.errors import PartError, WaitTimeout

IMAGE = "localhost:5001/apps/uuid:v2.0.0.0"


def deployment(*, updated: int, available: int, total: int, generation: int = 2, observed: int = 2) -> Record:
    return Record(
        metadata=Record(annotations={"deployment.kubernetes.io/revision": "4"}, generation=generation),
        spec=Record(replicas=3, template=Record(spec=Record(containers=[Record(image=IMAGE)]))),
        status=Record(
            updated_replicas=updated, available_replicas=available, replicas=total, observed_generation=observed
        ),
    )


def pod(reason: str, *, image: str = IMAGE, restarts: int = 0) -> Record:
    return Record(
        metadata=Record(name="uuid-deploy-x", namespace="ns-uuid-test"),
        spec=Record(containers=[Record(image=image)]),
        status=Record(
            container_statuses=[
                Record(state=Record(waiting=Record(reason=reason, message="because")), restart_count=restarts)
            ]
        ),
    )


class Api:
    """Stands for both of Kubernetes' APIs; gives its deployments in order, the last one for ever."""

    def __init__(self, *deployments: Record, pods: list[Record] | None = None) -> None:
        self.deployments = list(deployments)
        self.pods = pods or []

    def read_namespaced_deployment(self, name: str, namespace: str, **options: object) -> Record:
        if not self.deployments:
            raise client.ApiException(status=404, reason="Not Found")
        return self.deployments.pop(0) if len(self.deployments) > 1 else self.deployments[0]

    def list_namespaced_pod(self, namespace: str, **options: object) -> Record:
        return Record(items=self.pods)

    def read_namespaced_pod_log(self, name: str, namespace: str, **options: object) -> str:
        return "OutOfMemoryError\n"


def deployments(api: Api) -> Deployments:
    made = object.__new__(Deployments)
    made._apps = made._core = api
    return made


def test_a_rollout_is_complete_when_all_replicas_are_new_and_available():
    rollout = deployments(Api(deployment(updated=3, available=3, total=3))).rollout("test")
    assert rollout.complete
    assert (rollout.version, rollout.revision) == ("v2.0.0.0", 4)


@pytest.mark.parametrize(
    "state",
    [
        {"updated": 2, "available": 3, "total": 3},
        {"updated": 3, "available": 2, "total": 3},
        {"updated": 3, "available": 3, "total": 4},
        {"updated": 3, "available": 3, "total": 3, "observed": 1},
    ],
    ids=["an old replica", "one not ready", "one still leaving", "not seen by the controller yet"],
)
def test_a_rollout_is_not_complete_while(state: dict[str, int]):
    assert not deployments(Api(deployment(**state))).rollout("test").complete


def test_an_environment_without_a_deployment_has_no_rollout():
    assert deployments(Api()).rollout("test") is None


def test_waiting_ends_with_the_rollout():
    api = Api(deployment(updated=0, available=0, total=0), deployment(updated=3, available=3, total=3))
    assert deployments(api).wait("test", seconds=5).available == 3


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "CrashLoopBackOff", "InvalidImageName"])
def test_waiting_stops_early_for_a_reason_that_is_final(reason: str):
    api = Api(deployment(updated=1, available=0, total=1), pods=[pod(reason, restarts=2)])
    with pytest.raises(PartError, match=r"v2\.0\.0\.0 cannot start in test") as caught:
        deployments(api).wait("test", seconds=60)
    assert f"uuid-deploy-x: {reason}: because" in caught.value.why
    assert "OutOfMemoryError" in caught.value.why


def test_pods_of_an_older_image_do_not_count_against_the_new_one():
    api = Api(
        deployment(updated=0, available=0, total=1),
        deployment(updated=3, available=3, total=3),
        pods=[pod("CrashLoopBackOff", image="localhost:5001/apps/uuid:broken")],
    )
    assert deployments(api).wait("test", seconds=5).complete


def test_waiting_is_bounded_and_tells_what_the_pods_wait_for():
    api = Api(deployment(updated=1, available=0, total=1), pods=[pod("ContainerCreating")])
    with pytest.raises(WaitTimeout, match="0 of 3 replicas") as caught:
        deployments(api).wait("test", seconds=0.3)
    assert "ContainerCreating" in caught.value.why
