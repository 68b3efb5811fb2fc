"""A rollout that stands still for ever is told from one that goes on, and one that runs is waited for."""

from __future__ import annotations

from typing import Any

import pytest

from kubestage.errors import PartError, WaitTimeout
from kubestage.providers.kubernetes import awaiting, settling
from kubestage.providers.kubernetes.kinds import KINDS
from kubestage.providers.kubernetes.wedge import wedge_of

KIND = KINDS["apps/v1", "Deployment"]
ROLLING, RECREATE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}, {"type": "Recreate"}


def replica_set(name: str, revision: int, replicas: int, desired: int | None, available: int = 0) -> dict[str, Any]:
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    if desired is not None:
        annotations["deployment.kubernetes.io/desired-replicas"] = str(desired)
    owner = {"uid": "d"}
    metadata = {"name": name, "ownerReferences": [owner], "labels": {}, "annotations": annotations}
    return {"metadata": metadata, "spec": {"replicas": replicas}, "status": {"availableReplicas": available}}


def deployment(strategy: dict[str, Any], replicas: int, *, updated: int = 0, available: int = 3) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "uuid-deploy", "namespace": "ns-uuid-test", "generation": 1, "uid": "d"},
        "spec": {"replicas": replicas, "strategy": strategy, "selector": {"matchLabels": {"app": "uuid-label"}}},
        "status": {
            "observedGeneration": 1,
            "replicas": available + 1,
            "updatedReplicas": updated,
            "availableReplicas": available,
        },
    }


class Cluster:
    """Gives its deployments in order, the last one for ever; no pod of theirs has failed."""

    def __init__(self, *deployments: dict[str, Any], replica_sets: list[dict[str, Any]]) -> None:
        self.deployments = list(deployments)
        self.replica_sets = replica_sets

    def get(self, path: str) -> dict[str, Any]:
        return self.deployments.pop(0) if len(self.deployments) > 1 else self.deployments[0]

    def list(self, path: str, **query: str) -> list[dict[str, Any]]:
        return self.replica_sets if path.endswith("/replicasets") else []


HALF_WAY = [replica_set("old", 1, 3, 3, available=3), replica_set("new", 2, 1, 3)]


def test_recreate_and_other_replicas_in_the_middle_of_a_rolling_update_is_a_wedge() -> None:
    found = wedge_of(deployment(RECREATE, 2, updated=1), HALF_WAY)

    assert "turned to Recreate and to 2 replicas in the middle of a rolling update" in found.why
    assert "old with 3, new with 1" in found.why
    assert found.fix == "kubectl -n ns-uuid-test scale rs/old --replicas=0"


@pytest.mark.parametrize(
    ("live", "replica_sets"),
    [
        (deployment(ROLLING, 2, updated=1), HALF_WAY),
        (deployment(RECREATE, 3, updated=1), HALF_WAY),
        (deployment(RECREATE, 2), [replica_set("old", 1, 3, 3), replica_set("new", 2, 0, 3)]),
        (
            deployment(RECREATE, 2, updated=2),
            [replica_set("old", 1, 1, 3), replica_set("new", 2, 2, 2, available=2)],
        ),
        (deployment(RECREATE, 2, updated=1), [replica_set("old", 1, 3, None), replica_set("new", 2, 1, None)]),
    ],
    ids=[
        "a rolling update is scaled in proportion",
        "the same replicas are no scaling",
        "one active revision is scaled",
        "a complete new revision lets the old one go",
        "the controller has not scaled anything yet",
    ],
)
def test_what_goes_on_by_itself_is_no_wedge(live: dict[str, Any], replica_sets: list[dict[str, Any]]) -> None:
    assert wedge_of(live, replica_sets) is None


def test_a_wedge_ends_every_wait_at_once_with_the_command_that_helps() -> None:
    live = deployment(RECREATE, 2, updated=1)
    api: Any = Cluster(live, replica_sets=HALF_WAY)

    with pytest.raises(PartError, match="The rollout of ns-uuid-test/uuid-deploy stands still") as caught:
        awaiting.ready(api, KIND, "/path", live, seconds=60, say=print)
    assert "for ever, and without an event" in caught.value.why
    assert caught.value.fix == "kubectl -n ns-uuid-test scale rs/old --replicas=0"


def done(replicas: int = 3) -> dict[str, Any]:
    complete = deployment(ROLLING, replicas, updated=replicas, available=replicas)
    complete["status"]["replicas"] = replicas
    return complete


def settle(*deployments: dict[str, Any], seconds: float = 5) -> tuple[dict[str, Any], list[str]]:
    api: Any = Cluster(*deployments, replica_sets=HALF_WAY)
    said: list[str] = []
    return settling.settled(api, KIND, "/path", deployments[0], seconds=seconds, say=said.append), said


def test_a_rollout_that_is_under_way_is_waited_for() -> None:
    running = deployment(ROLLING, 3, updated=1)
    live, said = settle(running, running, done())

    assert live == done()
    assert said[0] == "waiting for the rollout that is under way"


def test_where_none_is_under_way_nothing_is_waited_for() -> None:
    assert settle(done(), seconds=0) == (done(), [])


def test_a_rollout_that_cannot_go_on_has_settled() -> None:
    stuck = deployment(ROLLING, 3, updated=1)
    stuck["status"]["conditions"] = [
        {"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "too late"}
    ]

    live, _ = settle(stuck)
    assert live == stuck


def test_the_wait_for_a_running_rollout_is_bounded() -> None:
    with pytest.raises(WaitTimeout):
        settle(deployment(ROLLING, 3, updated=1), seconds=0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"strategy": RECREATE}, True),
        ({"replicas": 2}, True),
        ({"strategy": ROLLING, "replicas": 3}, False),
        ({"template": {}}, False),
    ],
    ids=["another strategy", "other replicas", "the same", "another template"],
)
def test_only_another_strategy_or_other_replicas_disturb_a_rollout(change: dict[str, Any], expected: bool) -> None:
    assert settling.disturbs({"spec": change}, deployment(ROLLING, 3)) is expected


def test_recreate_is_given_time_to_leave_one_revision() -> None:
    sets = [[*HALF_WAY], [replica_set("old", 1, 0, 3), replica_set("new", 2, 3, 3)]]

    class Changing(Cluster):
        def list(self, path: str, **query: str) -> list[dict[str, Any]]:
            return sets.pop(0) if len(sets) > 1 else sets[0]

    api: Any = Changing(deployment(RECREATE, 3), replica_sets=[])
    settling.alone(api, "/path", deployment(RECREATE, 3))
    assert len(sets) == 1
