"""An environment's objects, read as people look at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from portal.models.chain import Pod, Rollout
from portal.models.records import HistoryEntry, KubernetesEvent
from portal.watch.cluster import Object, Watched

REVISION = "deployment.kubernetes.io/revision"
# What a container waits for that does not come by itself, or not soon.
_HOPELESS = frozenset(
    {
        "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull", "CrashLoopBackOff",
        "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
    }
)  # fmt: skip


def tag_of(image: str) -> str:
    """The tag in an image reference, without its digest; empty where it has none."""
    name = image.partition("@")[0].rpartition("/")[2]
    return name.partition(":")[2]


def image_of(item: Object) -> str:
    """The image that a Deployment's or ReplicaSet's pods are made with."""
    containers = item["spec"]["template"]["spec"]["containers"]
    return str(containers[0].get("image") or "") if containers else ""


def revision_of(item: Object | None) -> int:
    """The revision that a Deployment or ReplicaSet is; 0 when unknown."""
    text = ((item or {}).get("metadata", {}).get("annotations") or {}).get(REVISION, "0")
    return int(text) if str(text).isdigit() else 0


def when(text: str | None) -> datetime | None:
    """A time as Kubernetes writes it."""
    return datetime.fromisoformat(text) if text else None


def rollout(watched: Watched) -> Rollout:
    """How far the rollout is, on the condition on which `kubectl rollout status` ends."""
    live = watched.deployment
    if live is None:
        return Rollout()
    spec, status = live["spec"], live.get("status") or {}
    wanted = int(spec.get("replicas", 1))
    updated, available = int(status.get("updatedReplicas") or 0), int(status.get("availableReplicas") or 0)
    total = int(status.get("replicas") or 0)
    observed = int(status.get("observedGeneration") or 0) >= int(live["metadata"].get("generation") or 0)
    complete = observed and updated == wanted == available == total
    return Rollout(
        revision=revision_of(live),
        wanted=wanted,
        updated=updated,
        available=available,
        total=total,
        complete=complete,
        message="" if complete else _trouble(watched),
    )


def pods(watched: Watched) -> list[Pod]:
    """The replicas, oldest first."""
    revisions = {one["metadata"]["uid"]: revision_of(one) for one in watched.own_replica_sets()}
    return [_pod(one, revisions) for one in watched.own_pods()]


def ready_since(watched: Watched) -> datetime | None:
    """When the last of the pods became ready; None without pods."""
    moments = []
    for pod in watched.own_pods():
        conditions = {one["type"]: one for one in (pod.get("status") or {}).get("conditions") or []}
        changed = (conditions.get("Ready") or {}).get("lastTransitionTime")
        moments.append(when(changed or pod["metadata"].get("creationTimestamp")))
    return max((one for one in moments if one), default=None)


def history(watched: Watched, running: Mapping[int, str]) -> list[HistoryEntry]:
    """The revisions, latest first.

    Args:
        watched: the environment's objects.
        running: the digest that a revision's pods run, by revision.
    """
    current = revision_of(watched.deployment)
    entries = [
        HistoryEntry(
            revision=revision_of(one),
            version=tag_of(image_of(one)),
            image=image_of(one),
            digest=running.get(revision_of(one), "") or image_of(one).partition("@")[2],
            created=when(one["metadata"].get("creationTimestamp")),
            replicas=int((one.get("status") or {}).get("replicas") or 0),
            current=revision_of(one) == current,
        )
        for one in watched.own_replica_sets()
    ]
    return sorted(entries, key=lambda entry: entry.revision, reverse=True)


def events(watched: Watched) -> list[KubernetesEvent]:
    """The namespace's events, latest first."""
    found = [_event(one) for one in watched.events.objects.values()]
    return sorted(found, key=lambda event: event.at.timestamp() if event.at else 0.0, reverse=True)


def _event(item: Object) -> KubernetesEvent:
    about = item.get("involvedObject") or {}
    series = item.get("series") or {}
    last = series.get("lastObservedTime") or item.get("lastTimestamp") or item.get("eventTime")
    return KubernetesEvent(
        at=when(last or item["metadata"].get("creationTimestamp")),
        kind=str(item.get("type") or ""),
        reason=str(item.get("reason") or ""),
        about=f"{about.get('kind', '')}/{about.get('name', '')}",
        message=str(item.get("message") or ""),
        count=int(series.get("count") or item.get("count") or 1),
    )


def _pod(item: Object, revisions: Mapping[str, int]) -> Pod:
    metadata, status = item["metadata"], item.get("status") or {}
    container = (status.get("containerStatuses") or [{}])[0]
    owners = [owner.get("uid") for owner in metadata.get("ownerReferences") or []]
    state, reason = _pod_state(metadata, status, container)
    image_id = str(container.get("imageID") or "")
    return Pod(
        name=metadata["name"],
        state=state,
        reason=reason,
        version=tag_of(str(item["spec"]["containers"][0].get("image") or "")),
        digest=image_id.rpartition("@")[2] if "@" in image_id else "",
        revision=next((revisions[uid] for uid in owners if uid in revisions), 0),
        restarts=int(container.get("restartCount") or 0),
        started=when(metadata.get("creationTimestamp")),
    )


PodState = Literal["pending", "starting", "ready", "ending", "failed"]


def _pod_state(
    metadata: Mapping[str, Any], status: Mapping[str, Any], container: Mapping[str, Any]
) -> tuple[PodState, str]:
    """A pod's state, and Kubernetes' words for it."""
    waiting = (container.get("state") or {}).get("waiting") or {}
    words = ": ".join(str(waiting[key]) for key in ("reason", "message") if waiting.get(key))
    conditions = {one["type"]: one for one in status.get("conditions") or []}
    if metadata.get("deletionTimestamp"):
        return "ending", ""
    # A kubelet that was late with its own copy of a ConfigMap says so, and tries again.
    hopeless = waiting.get("reason") in _HOPELESS and not str(waiting.get("message", "")).startswith("failed to sync ")
    if status.get("phase") == "Failed" or hopeless:
        return "failed", words or str(status.get("message") or status.get("reason") or "")
    if (conditions.get("Ready") or {}).get("status") == "True":
        return "ready", ""
    if (container.get("state") or {}).get("running"):
        return "starting", ""
    unscheduled = conditions.get("PodScheduled") or {}
    return "pending", words or (str(unscheduled.get("message") or "") if unscheduled.get("status") == "False" else "")


def _trouble(watched: Watched) -> str:
    """What holds a rollout up: a pod that waits for what does not come, or what the Deployment itself says."""
    for pod in pods(watched):
        if pod.state == "failed":
            return f"{pod.name}: {pod.reason}"
    for condition in ((watched.deployment or {}).get("status") or {}).get("conditions") or []:
        kind, status = condition.get("type"), condition.get("status")
        if (kind == "Progressing" and status == "False") or (kind == "ReplicaFailure" and status == "True"):
            return str(condition.get("message") or condition.get("reason") or "")
    return ""
