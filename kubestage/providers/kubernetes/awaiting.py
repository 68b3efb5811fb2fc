"""Waits until an object does what it is for, and ends early where it never will."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from kubestage.errors import KubestageError, PartError
from kubestage.providers.kubernetes.api import Api, Object
from kubestage.providers.kubernetes.kinds import Kind
from kubestage.providers.kubernetes.replicasets import replica_sets_of, selector_of
from kubestage.providers.kubernetes.wedge import wedge_of
from kubestage.providers.resource import Say
from kubestage.waits import wait_for

# Reasons from which a container does not recover by itself, but for what `_passes` names. ErrImagePull and the first
# restarts are left out: the kubelet tries again.
FINAL_REASONS = frozenset(
    {
        "CrashLoopBackOff",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)
# Of this half is waited in vain at the end of each rollout.
_LOOK_SECONDS = 0.1
# Whether there is still hope is asked less often than whether it is ready: it takes two lists of objects each time,
# on a processor that the starting pods need.
_HOPE_SECONDS = 1.0
_EVENTS_SHOWN = 5
_LOG_LINES = 10


def ready(api: Api, kind: Kind, path: str, live: Object, *, seconds: float, say: Say) -> Object:
    """Waits until the object at `path` is ready and returns it.

    Deployments: every replica is of the newest revision and available. Namespaces: active. Secrets of ServiceAccounts:
    the token is there. Other kinds are ready when they exist.

    Raises:
        PartError: a pod failed for a reason that does not pass; with the pod's own words and events.
        WaitTimeout: it took longer than `seconds`.
    """
    state_of = _STATES.get(kind.name)
    if state_of is None:
        return live
    last = live
    told = ""
    hopeful_until = -math.inf

    def look() -> Object | None:
        nonlocal last, told, hopeful_until
        last = api.get(path) or last
        state = state_of(last)
        if state and state != told:
            told = state
            say(state)
        if state and time.monotonic() >= hopeful_until:
            _check_hope(api, kind, last)
            hopeful_until = time.monotonic() + _HOPE_SECONDS
        return None if state else last

    what = f"{kind.name} {name_of(last)} is ready"
    return wait_for(what, look, seconds=seconds, every=_LOOK_SECONDS, why=lambda: _story(api, last, told))


def missing(api: Api, kind: Kind, live: Object) -> str:
    """What the object lacks at this moment to be ready, or why it never will be; empty if it is ready."""
    state = _STATES[kind.name](live) if kind.name in _STATES else ""
    try:
        if state:
            _check_hope(api, kind, live)
    except PartError as error:
        return error.why
    return state


def gone(api: Api, kind: Kind, path: str, uid: str, *, seconds: float) -> None:
    """Waits until the object with `uid` no longer exists."""

    def look() -> bool:
        live = api.get(path)
        return live is None or (bool(uid) and live["metadata"]["uid"] != uid)

    wait_for(f"{kind.name} at {path} is gone", look, seconds=seconds)


def name_of(live: Object) -> str:
    """The object's name with its namespace, if it has one."""
    metadata = live["metadata"]
    return "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)


def _namespace(live: Object) -> str:
    phase = live.get("status", {}).get("phase")
    return "" if phase == "Active" else f"phase {phase}"


def _token(live: Object) -> str:
    if live.get("type") != "kubernetes.io/service-account-token":
        return ""
    return "" if (live.get("data") or {}).get("token") else "no token yet"


def _deployment(live: Object) -> str:
    """What is still missing, as `kubectl rollout status` judges it; empty if nothing."""
    wanted = live["spec"].get("replicas", 1)
    status = live.get("status", {})
    if status.get("observedGeneration", 0) < live["metadata"]["generation"]:
        return "not seen by the controller yet"
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated == wanted == available and status.get("replicas", 0) == wanted:
        return ""
    return f"{available} of {wanted} replicas available, {updated} updated"


_STATES: dict[str, Callable[[Object], str]] = {
    "Namespace": _namespace,
    "Secret": _token,
    "Deployment": _deployment,
}


def _check_hope(api: Api, kind: Kind, live: Object) -> None:
    """Ends the wait for a Deployment that is not ready and never will be.

    Raises:
        PartError: says why, with its pods' own words.
    """
    status = live.get("status", {})
    if kind.name != "Deployment" or status.get("observedGeneration", 0) < live["metadata"]["generation"]:
        return
    for condition in status.get("conditions") or []:
        if condition.get("reason") == "ProgressDeadlineExceeded":
            raise _failure(api, live, condition.get("message", "progress deadline exceeded"))
    replica_sets = replica_sets_of(api, live)
    for pod in _newest_pods(api, live, replica_sets):
        reason = final_reason(pod)
        if reason:
            raise _failure(api, live, reason)
    wedge = wedge_of(live, replica_sets)
    if wedge:
        raise PartError(f"The rollout of {name_of(live)} stands still", why=wedge.why, fix=wedge.fix)


def pods_of(api: Api, deployment: Object) -> list[Object]:
    """The pods of the deployment's newest revision."""
    return _newest_pods(api, deployment, replica_sets_of(api, deployment))


def _newest_pods(api: Api, deployment: Object, replica_sets: list[Object]) -> list[Object]:
    if not replica_sets:
        return []
    newest = replica_sets[-1]["metadata"]["labels"].get("pod-template-hash", "")
    selector = f"{selector_of(deployment)},pod-template-hash={newest}"
    return api.list(f"/api/v1/namespaces/{deployment['metadata']['namespace']}/pods", labelSelector=selector)


def final_reason(pod: Object) -> str:
    """Why a pod will never run, in its own words; empty if it still may."""
    status = pod.get("status", {})
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        waiting = container.get("state", {}).get("waiting") or {}
        if (waiting.get("reason") in FINAL_REASONS and not _passes(container)) or _no_such_image(waiting):
            text = f"pod {pod['metadata']['name']}, container {container['name']}: {waiting['reason']}"
            return "; ".join(part for part in (text, waiting.get("message", ""), _ended(container)) if part)
    return ""


def _passes(container: Object) -> bool:
    """The kubelet tries again what may succeed then.

    It waited in vain for its own copy of a ConfigMap or Secret, as on a busy node; or no registry answered containerd
    ("failed to do request"), as after a reboot, when pods may start before the registry does; or it counts among the
    container's falls that it went down with the node, which containerd calls "Unknown".
    """
    message = str(container["state"]["waiting"].get("message", ""))
    if container["state"]["waiting"]["reason"] == "CrashLoopBackOff":
        return _end_of(container).get("reason") == "Unknown"
    return message.startswith("failed to sync ") or "failed to do request: " in message


def _no_such_image(waiting: dict[str, Any]) -> bool:
    """The registry answered and does not have it: waiting for the kubelet's next try would change nothing."""
    return waiting.get("reason") == "ErrImagePull" and str(waiting.get("message", "")).endswith(": not found")


def _end_of(container: Object) -> dict[str, Any]:
    """How the container's life before this one ended; empty if this is the first."""
    ended: dict[str, Any] = container.get("lastState", {}).get("terminated") or {}
    return ended


def _ended(container: Object) -> str:
    ended = _end_of(container)
    return f"it ended with exit code {ended['exitCode']}" if "exitCode" in ended else ""


def _failure(api: Api, live: Object, reason: str) -> PartError:
    return PartError(
        f"{live['kind']} {name_of(live)} cannot become ready",
        why=_story(api, live, reason),
        fix=f"kubectl -n {live['metadata'].get('namespace', 'default')} describe pods",
    )


def _story(api: Api, live: Object, reason: str) -> str:
    """Why an object does not become ready: the reason, its namespace's warnings, and what its containers wrote."""
    return "\n".join(part for part in (reason, _troubles(api, live), _last_words(api, live)) if part)


def _last_words(api: Api, live: Object) -> str:
    """The last lines of a container of the newest revision that is not ready: of its last life, if it has ended."""
    if live["kind"] != "Deployment":
        return ""
    for pod in pods_of(api, live):
        for container in pod.get("status", {}).get("containerStatuses") or []:
            if container.get("ready"):
                continue
            again = bool(container.get("lastState", {}).get("terminated"))
            path = f"/api/v1/namespaces/{live['metadata']['namespace']}/pods/{pod['metadata']['name']}/log"
            query = {"container": container["name"], "tailLines": str(_LOG_LINES), "previous": str(again).lower()}
            try:
                text = api.text(path, **query).rstrip()
            except KubestageError:
                continue
            if text:
                return f"the last lines of pod {pod['metadata']['name']}:\n{text}"
    return ""


def _troubles(api: Api, live: Object) -> str:
    """The last warnings in the object's namespace, each once."""
    namespace = live["metadata"].get("namespace")
    if not namespace:
        return ""
    try:
        events = api.list(f"/api/v1/namespaces/{namespace}/events", fieldSelector="type=Warning")
    except KubestageError:
        return ""
    events.sort(key=lambda event: event.get("lastTimestamp") or event.get("eventTime") or "")
    lines = [f"{event['involvedObject']['name']}: {event.get('reason')}: {event.get('message')}" for event in events]
    return "\n".join(list(dict.fromkeys(lines))[-_EVENTS_SHOWN:])
