"""The service's Deployment in one environment, through the Kubernetes API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubestage.console import console
from kubestage.errors import PartError
from kubestage.providers.kubernetes.api import Api
from kubestage.providers.kubernetes.awaiting import ready
from kubestage.providers.kubernetes.kinds import KINDS

NAME = "uuid-deploy"

_DEPLOYMENT = KINDS["apps/v1", "Deployment"]


def namespace(environment: str) -> str:
    """The environment's namespace, as the talk names it."""
    return f"ns-uuid-{environment}"


@dataclass(frozen=True)
class Rollout:
    """How far a Deployment's rollout is.

    Attributes:
        image: the image that the pod template asks for.
        revision: the number that `kubectl rollout history` shows; 0 when unknown.
        wanted: replicas asked for.
        updated: replicas of the current template.
        available: replicas that are ready for long enough.
        total: replicas of any template.
        observed: the controller has seen the newest template.
    """

    image: str
    revision: int
    wanted: int
    updated: int
    available: int
    total: int
    observed: bool

    @classmethod
    def of(cls, deployment: dict[str, Any]) -> Rollout:
        """Reads it from a Deployment as the API gives it."""
        metadata, spec, status = deployment["metadata"], deployment["spec"], deployment.get("status", {})
        return cls(
            image=spec["template"]["spec"]["containers"][0]["image"],
            revision=int((metadata.get("annotations") or {}).get("deployment.kubernetes.io/revision", 0)),
            wanted=spec.get("replicas", 1),
            updated=status.get("updatedReplicas", 0),
            available=status.get("availableReplicas", 0),
            total=status.get("replicas", 0),
            observed=status.get("observedGeneration", 0) >= metadata["generation"],
        )

    @property
    def complete(self) -> bool:
        """The same condition as `kubectl rollout status`."""
        return self.observed and self.updated == self.wanted == self.available == self.total

    @property
    def version(self) -> str:
        """The image's tag."""
        return self.image.partition("@")[0].rpartition(":")[2]


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

    def rollout(self, environment: str) -> Rollout | None:
        """The rollout's state, or None when the environment has no Deployment.

        Raises:
            PartError: the API server refuses.
            MachineError: it does not answer.
        """
        live = self._api.get(_path(environment))
        return Rollout.of(live) if live else None

    def wait(self, environment: str, *, seconds: float = 180.0) -> Rollout:
        """Waits until the rollout is complete, and says how far it is.

        Raises:
            PartError: a pod cannot start, for a reason that waiting does not mend; with the pod's words and events.
            WaitTimeout: the bound was reached.
        """
        path = _path(environment)
        live = self._api.get(path)
        if live is None:
            raise PartError(f"{environment} has no {NAME}", fix="./inv up")
        return Rollout.of(
            ready(
                self._api,
                _DEPLOYMENT,
                path,
                live,
                seconds=seconds,
                say=lambda state: console.say(f"{environment}: {state}"),
            )
        )

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
