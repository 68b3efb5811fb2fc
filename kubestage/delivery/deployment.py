"""The service's Deployment in one environment, through the Kubernetes API."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from kubestage.console import console
from kubestage.delivery.rollout import Revision, Rollout
from kubestage.errors import PartError
from kubestage.providers.kubernetes.api import Api
from kubestage.providers.kubernetes.awaiting import final_reason, pods_of, ready
from kubestage.providers.kubernetes.kinds import KINDS
from kubestage.providers.kubernetes.release import release_strategy
from kubestage.providers.kubernetes.replicasets import replica_sets_of, selector_of
from kubestage.providers.kubernetes.settling import settled
from kubestage.waits import wait_for

NAME = "uuid-deploy"
SERVICE = "uuidservice"
CONFIG = "env-config"

_DEPLOYMENT = KINDS["apps/v1", "Deployment"]


def namespace(environment: str) -> str:
    """The environment's namespace, as the talk names it."""
    return f"ns-uuid-{environment}"


class Deployments:
    """The Deployments of both environments in one cluster."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @classmethod
    def of(cls, kubeconfig: Path) -> Deployments:
        """Those of the cluster that a kubeconfig file names.

        Raises:
            PartError: there is no such file, so there is no cluster yet.
        """
        if not kubeconfig.exists():
            raise PartError("There is no cluster", why=f"{kubeconfig} does not exist.", fix="./inv up")
        return cls(Api(kubeconfig.read_text(encoding="utf-8")))

    @property
    def api(self) -> Api:
        """The cluster's API."""
        return self._api

    def rollout(self, environment: str) -> Rollout | None:
        """The rollout's state, or None when the environment has no Deployment.

        Raises:
            PartError: the API server refuses.
            MachineError: it does not answer.
        """
        live = self._api.get(_path(environment))
        return Rollout.of(live) if live else None

    def require(self, environment: str) -> Rollout:
        """The rollout's state.

        Raises:
            PartError: the environment has no Deployment.
        """
        return Rollout.of(self._required(environment))

    def history(self, environment: str) -> list[Revision]:
        """The revisions that a rollback can go to, and the current one, oldest first.

        As `kubectl rollout history` they are the Deployment's ReplicaSets; an undone revision comes back under a new
        number, and revisionHistoryLimit says how many are kept.

        Raises:
            PartError: the environment has no Deployment.
        """
        live = self._required(environment)
        current = Rollout.of(live).revision
        return [Revision.of(one, current) for one in replica_sets_of(self._api, live)]

    def running_digests(self, environment: str) -> set[str]:
        """The digests ("sha256:…") of the images that the environment's ready pods really run."""
        live = self._api.get(_path(environment))
        statuses = [
            status
            for pod in (pods_of(self._api, live) if live else [])
            for status in pod.get("status", {}).get("containerStatuses") or []
        ]
        return {str(status["imageID"]).rpartition("@")[2] for status in statuses if status.get("ready")}

    def node_port(self, environment: str) -> int:
        """The NodePort under which the environment's Service answers.

        Raises:
            PartError: it has no such Service.
        """
        live = self._api.get(f"/api/v1/namespaces/{namespace(environment)}/services/{SERVICE}")
        if live is None:
            raise PartError(f"{environment} has no Service {SERVICE}", fix="./inv up")
        return int(live["spec"]["ports"][0]["nodePort"])

    def port_holder(self, environment: str, port: int) -> str:
        """The Service other than the environment's own that has the NodePort `port`; empty if there is none."""
        own = (namespace(environment), SERVICE)
        for found in self._api.list("/api/v1/services"):
            name = (found["metadata"]["namespace"], found["metadata"]["name"])
            if name != own and port in {one.get("nodePort") for one in found["spec"].get("ports") or []}:
                return f"{name[1]} in {name[0]}"
        return ""

    def demo_value(self, environment: str) -> str:
        """What env-config says `demo.value` is; pods read it once, when they start."""
        live = self._api.get(f"/api/v1/namespaces/{namespace(environment)}/configmaps/{CONFIG}") or {}
        return str((live.get("data") or {}).get("demo.value", ""))

    def strategy(self, environment: str) -> str:
        """The Deployment's strategy: "Recreate" or "RollingUpdate"; empty without a Deployment."""
        live = self._api.get(_path(environment)) or {}
        return str(live.get("spec", {}).get("strategy", {}).get("type", ""))

    def wait(self, environment: str, *, seconds: float = 180.0) -> Rollout:
        """Waits until the rollout is complete, and says how far it is.

        Raises:
            PartError: a pod cannot start, for a reason that waiting does not mend; with the pod's words and events.
            WaitTimeout: the bound was reached.
        """
        live = self._required(environment)
        return Rollout.of(
            ready(
                self._api,
                _DEPLOYMENT,
                _path(environment),
                live,
                seconds=seconds,
                say=lambda state: console.say(f"{environment}: {state}"),
            )
        )

    def wait_restarted(self, environment: str, since: datetime, *, seconds: float = 90.0) -> None:
        """Waits until every pod has begun a life after the node's start at `since` and is ready, or hopeless.

        A node that comes back finds in the API what its pods were before: they count as ready, and the Deployment as
        complete, until the kubelet has started them again and the controllers have followed.

        Raises:
            PartError: the environment has no Deployment.
            WaitTimeout: the bound was reached; says which pods are not there yet.
        """
        live = self._required(environment)
        missing: list[str] = []

        def nobody_is_missing() -> bool:
            missing[:] = [pod["metadata"]["name"] for pod in pods_of(self._api, live) if not _is_back(pod, since)]
            return not missing

        wait_for(
            f"the pods of {environment} are back",
            nobody_is_missing,
            seconds=seconds,
            why=lambda: f"since the node's start these have not become ready: {', '.join(missing)}",
        )

    def wait_left(self, environment: str, *, seconds: float = 60.0) -> None:
        """Waits until the pods of earlier revisions have ended; after a rolling update they still answer for a while.

        Raises:
            WaitTimeout: the bound was reached.
        """
        selector = selector_of(self._required(environment))

        def nobody_leaves() -> bool:
            pods = self._api.list(f"/api/v1/namespaces/{namespace(environment)}/pods", labelSelector=selector)
            return not any(pod["metadata"].get("deletionTimestamp") for pod in pods)

        wait_for(f"the old pods of {environment} have ended", nobody_leaves, seconds=seconds)

    def settle(self, environment: str, *, seconds: float = 300.0) -> Rollout | None:
        """Waits for a rollout that is under way, before strategy or replicas are changed; None without a Deployment.

        A rollout that cannot go on has settled too: what comes next may mend it.

        Raises:
            WaitTimeout: it is still under way after `seconds`.
        """
        path = _path(environment)
        live = self._api.get(path)
        if live is None:
            return None
        return Rollout.of(
            settled(
                self._api,
                _DEPLOYMENT,
                path,
                live,
                seconds=seconds,
                say=lambda state: console.say(f"{environment}: {state}"),
            )
        )

    def release_strategy(self, environment: str) -> bool:
        """Leaves the strategy to Pulumi alone, whoever held it, and tells whether anybody did.

        Raises:
            PartError: the API server refuses.
            WaitTimeout: somebody else changes the Deployment all the time.
        """
        return release_strategy(self._api, _path(environment))

    def _required(self, environment: str) -> dict[str, Any]:
        live = self._api.get(_path(environment))
        if live is None:
            raise PartError(f"{environment} has no {NAME}", fix="./inv up")
        return live

    def node_health(self) -> str:
        """Says "healthy" when every node is Ready, else what is wrong.

        Raises:
            PartError: the API server refuses.
            MachineError: it does not answer.
        """
        unready = [
            node["metadata"]["name"]
            for node in self._api.list("/api/v1/nodes")
            if not any(state["type"] == "Ready" and state["status"] == "True" for state in node["status"]["conditions"])
        ]
        return f"not Ready: {', '.join(unready)}" if unready else "healthy"


def _path(environment: str) -> str:
    return _DEPLOYMENT.path(namespace(environment), NAME)


def _is_back(pod: dict[str, Any], since: datetime) -> bool:
    """Whether the pod's containers run since then (Kubernetes tells whole seconds) and are ready, or never will be."""
    if final_reason(pod):
        return True
    starts = [
        (status.get("state", {}).get("running") or {}).get("startedAt") if status.get("ready") else None
        for status in pod.get("status", {}).get("containerStatuses") or []
    ]
    second = since.replace(microsecond=0)
    return bool(starts) and all(start and datetime.fromisoformat(start) >= second for start in starts)
