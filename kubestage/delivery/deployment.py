"""The service's Deployment in one environment, through the Kubernetes API."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client, config

from kubestage.errors import PartError, WaitTimeout

NAME = "uuid-deploy"
CONTAINER = "uuid-server"

# Reasons for which a container waits and from which it does not recover by waiting. ErrImagePull and a first
# crash can pass; their back-off forms mean that the kubelet tried more than once.
_FINAL = frozenset({"ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError", "CrashLoopBackOff"})


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

    @property
    def complete(self) -> bool:
        """The same condition as `kubectl rollout status`."""
        return self.observed and self.updated == self.wanted == self.available == self.total

    @property
    def version(self) -> str:
        """The image's tag."""
        return self.image.partition("@")[0].rpartition(":")[2]


class Deployments:
    """The Deployments of both environments in the cluster that a kubeconfig names."""

    def __init__(self, kubeconfig: Path) -> None:
        """Reads the kubeconfig.

        Raises:
            PartError: there is none, so there is no cluster yet.
        """
        if not kubeconfig.exists():
            raise PartError("There is no cluster", why=f"{kubeconfig} does not exist.", fix="./inv up")
        settings = client.Configuration()
        config.load_kube_config(str(kubeconfig), client_configuration=settings)  # type: ignore[no-untyped-call]
        settings.proxy = None  # the API server is on this machine, whatever the proxy variables say
        settings.retries = urllib3.Retry(1, backoff_factor=0.2)
        api = client.ApiClient(settings)
        self._apps = client.AppsV1Api(api)
        self._core = client.CoreV1Api(api)

    def rollout(self, environment: str) -> Rollout | None:
        """The rollout's state, or None when the environment has no Deployment.

        Raises:
            PartError: the API server does not answer.
        """
        try:
            found: Any = self._apps.read_namespaced_deployment(NAME, namespace(environment), _request_timeout=5)
        except client.ApiException as error:
            if error.status == 404:
                return None
            raise PartError(
                f"The cluster refuses: HTTP {error.status}", why=str(error.reason), fix="./inv status"
            ) from error
        except urllib3.exceptions.HTTPError as error:
            raise PartError("The cluster does not answer", why=type(error).__name__, fix="./inv up") from error
        status = found.status
        annotations = found.metadata.annotations or {}
        return Rollout(
            image=found.spec.template.spec.containers[0].image,
            revision=int(annotations.get("deployment.kubernetes.io/revision", 0)),
            wanted=found.spec.replicas or 0,
            updated=status.updated_replicas or 0,
            available=status.available_replicas or 0,
            total=status.replicas or 0,
            observed=(status.observed_generation or 0) >= found.metadata.generation,
        )

    def node_health(self) -> str:
        """Says "healthy" when every node is Ready, else what is wrong.

        Raises:
            PartError: the API server does not answer.
        """
        try:
            nodes: Any = self._core.list_node(_request_timeout=2).items
        except client.ApiException as error:
            raise PartError(f"The cluster refuses: HTTP {error.status}", fix="./inv up") from error
        except urllib3.exceptions.HTTPError as error:
            raise PartError("The cluster does not answer", why=type(error).__name__, fix="./inv up") from error
        unready = [
            node.metadata.name
            for node in nodes
            if not any(state.type == "Ready" and state.status == "True" for state in node.status.conditions)
        ]
        return f"not Ready: {', '.join(unready)}" if unready else "healthy"

    def wait(self, environment: str, *, seconds: float = 180.0) -> Rollout:
        """Waits until the rollout is complete.

        Raises:
            PartError: a pod cannot start, for a reason that waiting does not mend; carries the reason.
            WaitTimeout: the bound was reached; carries what the pods wait for.
        """
        deadline = time.monotonic() + seconds
        while True:
            rollout = self.rollout(environment)
            if rollout is None:
                raise PartError(f"{environment} has no {NAME}", fix="./inv up")
            if rollout.complete:
                return rollout
            stuck = self._pods_waiting(environment, rollout.image)
            final = [line for line in stuck if any(reason in line for reason in _FINAL)]
            if final:
                raise PartError(
                    f"{rollout.version} cannot start in {environment}",
                    why="\n".join(final + self._last_log_lines(environment, rollout.image)),
                    fix=f"./inv logs {environment}",
                )
            if time.monotonic() > deadline:
                raise WaitTimeout(
                    f"Waited {seconds:g} s in vain for {rollout.version} in {environment}: "
                    f"{rollout.available} of {rollout.wanted} replicas are available",
                    why="\n".join(stuck),
                    fix=f"./inv logs {environment}",
                )
            time.sleep(0.25)

    def logs(self, environment: str, *, lines: int) -> str:
        """The last lines of each pod's log."""
        return "".join(f"==> {pod.metadata.name}\n{self._log(pod, lines)}" for pod in self._pods(environment))

    def _pods(self, environment: str) -> list[Any]:
        found: Any = self._core.list_namespaced_pod(namespace(environment), _request_timeout=5)
        pods: list[Any] = found.items
        return pods

    def _pods_waiting(self, environment: str, image: str) -> list[str]:
        lines = []
        for pod in self._pods(environment):
            if pod.spec.containers[0].image != image:
                continue
            for status in pod.status.container_statuses or []:
                waiting = status.state.waiting
                if waiting:
                    detail = f": {waiting.message}" if waiting.message else ""
                    lines.append(f"{pod.metadata.name}: {waiting.reason}{detail}")
        return lines

    def _last_log_lines(self, environment: str, image: str) -> list[str]:
        for pod in self._pods(environment):
            restarted = any(status.restart_count for status in pod.status.container_statuses or [])
            if pod.spec.containers[0].image == image and restarted:
                return self._log(pod, 10, previous=True).splitlines()
        return []

    def _log(self, pod: Any, lines: int, *, previous: bool = False) -> str:
        try:
            text: str = self._core.read_namespaced_pod_log(
                pod.metadata.name, pod.metadata.namespace, tail_lines=lines, previous=previous, _request_timeout=5
            )
        except client.ApiException as error:
            return f"(no log: {error.reason})\n"
        return text
