"""The ReplicaSets of a Deployment, one for each revision."""

from __future__ import annotations

from kubestage.providers.kubernetes.api import Api, Object

REVISION = "deployment.kubernetes.io/revision"
DESIRED = "deployment.kubernetes.io/desired-replicas"


def replica_sets_of(api: Api, deployment: Object) -> list[Object]:
    """Those that the deployment owns, oldest revision first."""
    namespace = deployment["metadata"]["namespace"]
    uid = deployment["metadata"]["uid"]
    found = api.list(f"/apis/apps/v1/namespaces/{namespace}/replicasets", labelSelector=selector_of(deployment))
    ours = [
        one for one in found if any(owner.get("uid") == uid for owner in one["metadata"].get("ownerReferences") or [])
    ]
    return sorted(ours, key=revision_of)


def active(replica_sets: list[Object]) -> list[Object]:
    """Those that are to have pods."""
    return [one for one in replica_sets if one["spec"].get("replicas", 0) > 0]


def revision_of(replica_set: Object) -> int:
    """The number of its revision; 0 when it has none yet."""
    return int((replica_set["metadata"].get("annotations") or {}).get(REVISION, 0))


def selector_of(deployment: Object) -> str:
    """The deployment's labels as a query of the API."""
    labels = deployment["spec"]["selector"].get("matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in labels.items())
