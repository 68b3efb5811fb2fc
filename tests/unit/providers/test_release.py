"""Other clients let go of a Deployment's strategy, and of nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubestage.errors import WaitTimeout
from kubestage.providers.kubernetes import release
from kubestage.providers.kubernetes.api import ApiError
from kubestage.providers.kubernetes.ownership import without_foreign
from kubestage.providers.kubernetes.release import release_patch, release_strategy

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
PLACE = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"
WANTED = {"spec": {"replicas": 3, "strategy": {"type": "RollingUpdate"}}}


def entry(manager: str, *fields: str, operation: str = "Update") -> dict[str, Any]:
    owned = {name: {"f:type": {}} if name == "f:strategy" else {} for name in fields}
    return {"manager": manager, "operation": operation, "fieldsV1": {"f:spec": owned}}


def deployment(*entries: dict[str, Any], applied: dict[str, Any] | None = None) -> dict[str, Any]:
    annotations = {} if applied is None else {LAST_APPLIED: json.dumps({"spec": applied}) + "\n"}
    return {
        "metadata": {"resourceVersion": "7", "annotations": annotations, "managedFields": list(entries)},
        "spec": {"replicas": 3, "strategy": {"type": "Recreate"}},
    }


def after(live: dict[str, Any]) -> dict[str, Any]:
    """The Deployment once the patch is applied."""
    metadata = dict(live["metadata"])
    for operation in release_patch(live):
        if operation["path"] == PLACE:
            metadata["annotations"] = {LAST_APPLIED: operation["value"]}
        elif operation["path"] == "/metadata/managedFields":
            metadata["managedFields"] = operation["value"]
    return {**live, "metadata": metadata}


KUBECTL = entry("kubectl-client-side-apply", "f:strategy", "f:replicas")
OURS = entry("kubestage", "f:replicas", operation="Apply")


def test_what_kubectl_applied_last_no_longer_holds_the_strategy() -> None:
    live = after(deployment(applied={"replicas": 3, "strategy": {"type": "Recreate"}}))
    text = live["metadata"]["annotations"][LAST_APPLIED]
    assert json.loads(text) == {"spec": {"replicas": 3}}
    assert text.endswith("}\n")


def test_before_it_stays_what_kubectl_owns_and_afterwards_it_is_ours_to_set() -> None:
    live = deployment(KUBECTL, OURS)
    body, foreign = without_foreign(WANTED, live)
    assert "strategy" not in body["spec"] or body["spec"]["strategy"] == {}
    assert [str(one) for one in foreign] == ["spec.strategy.type stays 'Recreate': kubectl-client-side-apply owns it"]

    assert without_foreign(WANTED, after(live)) == (WANTED, [])


def test_all_else_that_others_own_stays_theirs() -> None:
    live = after(deployment(KUBECTL, entry("kubectl-set", "f:template"), OURS))
    assert live["metadata"]["managedFields"] == [
        entry("kubectl-client-side-apply", "f:replicas"),
        entry("kubectl-set", "f:template"),
        OURS,
    ]


def test_what_is_ours_stays_ours() -> None:
    live = deployment(entry("kubestage", "f:strategy", operation="Apply"), applied={"replicas": 3})
    assert release_patch(live) == []


def test_what_we_merely_patched_would_stand_in_our_own_way() -> None:
    live = after(deployment(entry("kubestage", "f:strategy", operation="Update")))
    assert live["metadata"]["managedFields"] == [{"manager": "kubestage", "operation": "Update", "fieldsV1": {}}]


def test_the_patch_is_for_the_very_object_that_was_read() -> None:
    first, *_ = release_patch(deployment(KUBECTL))
    assert first == {"op": "test", "path": "/metadata/resourceVersion", "value": "7"}


class Cluster:
    """A Deployment that somebody else changes as often as `conflicts` says."""

    def __init__(self, live: dict[str, Any] | None, conflicts: int = 0) -> None:
        self.live = live
        self.conflicts = conflicts
        self.patched: list[list[dict[str, Any]]] = []

    def get(self, path: str) -> dict[str, Any] | None:
        return self.live

    def json_patch(self, path: str, operations: list[dict[str, Any]]) -> None:
        if self.conflicts:
            self.conflicts -= 1
            raise ApiError("refused", 422, "Invalid", "the test operation failed")
        self.patched.append(operations)


@pytest.mark.parametrize(
    ("live", "held"),
    [(deployment(KUBECTL), True), (deployment(OURS), False), (None, False)],
    ids=["held by kubectl", "held by nobody", "no Deployment"],
)
def test_it_tells_whether_anybody_held_it(live: dict[str, Any] | None, held: bool) -> None:
    cluster: Any = Cluster(live)
    assert release_strategy(cluster, "/path") is held
    assert len(cluster.patched) == held


def test_a_change_in_between_is_met_by_another_try() -> None:
    cluster: Any = Cluster(deployment(KUBECTL), conflicts=1)
    assert release_strategy(cluster, "/path")


def test_the_tries_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_RETRY_SECONDS", 0.0)
    cluster: Any = Cluster(deployment(KUBECTL), conflicts=1000)
    with pytest.raises(WaitTimeout):
        release_strategy(cluster, "/path")
