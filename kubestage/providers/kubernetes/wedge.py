"""A rollout that stands still for ever, and says nothing.

When a Deployment is turned to Recreate while a rolling update is under way, and its replicas are changed before that
has ended, the controller takes every later look at it for one that has only to scale. Scaling needs either one active
ReplicaSet or the strategy RollingUpdate; there are two and it is Recreate, so nothing is scaled, no rollout is begun,
no event is written, and the progress deadline does not run.
Source: isScalingEvent and scale in pkg/controller/deployment/sync.go of Kubernetes, and syncDeployment above them.
"""

from __future__ import annotations

from dataclasses import dataclass

from kubestage.providers.kubernetes.api import Object
from kubestage.providers.kubernetes.replicasets import DESIRED, active


@dataclass(frozen=True)
class Wedge:
    """Why a rollout stands still, and what sets it going.

    Attributes:
        why: what the controller waits for, in words.
        fix: a command that ends it, and does to the old pods what Recreate would have done.
    """

    why: str
    fix: str


def wedge_of(deployment: Object, replica_sets: list[Object]) -> Wedge | None:
    """The deployment's wedge, None when there is none.

    Args:
        deployment: as the API gives it, seen by the controller in its newest generation.
        replica_sets: the deployment's own, oldest revision first.
    """
    spec = deployment["spec"]
    if spec.get("strategy", {}).get("type") != "Recreate":
        return None
    running = active(replica_sets)
    wanted = spec.get("replicas", 1)
    if len(running) < 2 or not any(_scaled_for(one) not in (None, wanted) for one in running):
        return None
    if _saturated(deployment, running[-1], wanted):
        return None
    metadata = deployment["metadata"]
    old = [one["metadata"]["name"] for one in running[:-1]]
    counts = ", ".join(f"{one['metadata']['name']} with {one['spec']['replicas']}" for one in running)
    sets = " ".join(f"rs/{name}" for name in old)
    return Wedge(
        why=(
            f"{metadata['name']} was turned to Recreate and to {wanted} replicas in the middle of a rolling update. "
            f"Two revisions are active ({counts}), and the controller waits for one of them to go before it scales "
            "the other: for ever, and without an event."
        ),
        fix=f"kubectl -n {metadata['namespace']} scale {sets} --replicas=0",
    )


def _scaled_for(replica_set: Object) -> int | None:
    """The deployment's replicas when the controller last scaled this set."""
    noted = (replica_set["metadata"].get("annotations") or {}).get(DESIRED)
    return int(noted) if noted else None


def _saturated(deployment: Object, newest: Object, wanted: int) -> bool:
    """The newest template has all its pods; the controller then scales the others down (IsSaturated in its util)."""
    pods = newest["spec"].get("replicas", 0), newest.get("status", {}).get("availableReplicas", 0)
    updated = deployment.get("status", {}).get("updatedReplicas", 0)
    return _scaled_for(newest) == wanted and (*pods, updated) == (wanted, wanted, wanted)
