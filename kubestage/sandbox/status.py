"""What the sandbox is made of, where each part answers, and how it is."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import requests
import yaml
from docker import DockerClient
from docker.errors import DockerException, NotFound

from kubestage.delivery import service
from kubestage.delivery.deployment import Deployments
from kubestage.delivery.registry import Registry
from kubestage.delivery.sonarqube import SonarQube
from kubestage.errors import KubestageError
from kubestage.extras import SONARQUBE, read_extras
from kubestage.settings import ENVIRONMENTS, Settings

OK = "healthy"
ABSENT = "absent"


@dataclass(frozen=True)
class Part:
    """One part of the sandbox.

    Attributes:
        name: the name that `./inv logs` takes.
        address: where it answers, as seen from this machine.
        health: "healthy", "absent", or what is wrong.
        declared: the version that its stack declares (environments only).
        running: the version that is being served (environments only).
    """

    name: str
    address: str
    health: str
    declared: str = ""
    running: str = ""


@dataclass(frozen=True)
class Status:
    """The whole sandbox.

    Attributes:
        sandbox: its name.
        parts: in the order in which a change passes through them.
        versions: what the registry holds.
    """

    sandbox: str
    parts: list[Part]
    versions: list[str]

    @property
    def healthy(self) -> bool:
        """Whether every part is."""
        return all(part.health == OK for part in self.parts)

    def record(self) -> dict[str, Any]:
        """The status as plain data, for --json."""
        return {**asdict(self), "healthy": self.healthy}


def read_status(settings: Settings, docker: DockerClient, registry: Registry) -> Status:
    """Looks at every part at once; takes as long as the slowest answer, a few seconds at most.

    Args:
        settings: the sandbox's.
        docker: the engine that runs it.
        registry: the sandbox's registry.
    """
    looks: list[Callable[[], Part]] = [
        lambda: _server(settings, docker, "gitlab", settings.gitlab_url, "/-/readiness"),
        lambda: _ssh(settings, docker),
        lambda: _server(settings, docker, "jenkins", settings.jenkins_url, "/login"),
        lambda: _server(settings, docker, "portal", settings.portal_url, "/healthz"),
        lambda: _server(settings, docker, "registry", f"http://{settings.registry}", "/v2/", expect=401),
        *([lambda: _sonarqube(settings, docker)] if SONARQUBE in read_extras(settings) else []),
        lambda: _container(settings, docker, "registry-pull", "inside the network only"),
        lambda: _cluster(settings, docker),
        *(lambda env=env: _environment(settings, env, declared_version(settings, env)) for env in ENVIRONMENTS),
    ]
    with ThreadPoolExecutor(len(looks) + 1) as pool:
        versions = pool.submit(_versions, registry)
        parts = list(pool.map(lambda look: look(), looks))
    return Status(settings.sandbox, parts, versions.result())


def declared_version(settings: Settings, environment: str) -> str:
    """The version that an environment's stack declares; empty before the first `up`."""
    file = settings.folder / "pulumi" / "service" / f"Pulumi.{environment}.yaml"
    if not file.exists():
        return ""
    stack: Any = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return str(stack.get("config", {}).get("kubestage-service:version", ""))


def _container_health(docker: DockerClient, name: str) -> str:
    try:
        state = docker.containers.get(name).status
    except NotFound:
        return ABSENT
    except (DockerException, requests.RequestException) as error:
        return f"the engine does not answer ({type(error).__name__})"
    return OK if state == "running" else f"its container is {state}"


def _container(settings: Settings, docker: DockerClient, part: str, address: str) -> Part:
    return Part(part, address, _container_health(docker, settings.container(part)))


def _server(settings: Settings, docker: DockerClient, part: str, url: str, path: str, *, expect: int = 200) -> Part:
    health = _container_health(docker, settings.container(part))
    if health == OK:
        try:
            code = requests.get(url + path, timeout=1.5, proxies={"http": "", "https": ""}).status_code
            health = OK if code == expect else f"{path} answers HTTP {code}"
        except requests.RequestException as error:
            health = f"its container runs and {url} does not answer ({type(error).__name__})"
    return Part(part, url, health)


def _ssh(settings: Settings, docker: DockerClient) -> Part:
    """GitLab's SSH: whatever listens greets first, with a line that begins with SSH-."""
    health = _container_health(docker, settings.container("gitlab"))
    if health == OK:
        try:
            with socket.create_connection((settings.listen, settings.gitlab_ssh_port), timeout=1.5) as connection:
                greeting = connection.recv(4)
            health = OK if greeting == b"SSH-" else f"port {settings.gitlab_ssh_port} speaks no SSH"
        except OSError as error:
            health = f"its container runs and port {settings.gitlab_ssh_port} does not answer ({error})"
    return Part("gitlab-ssh", settings.gitlab_ssh, health)


def _sonarqube(settings: Settings, docker: DockerClient) -> Part:
    health = _container_health(docker, settings.container(SONARQUBE))
    if health == OK and not SonarQube(settings.sonarqube_url).is_up():
        health = "its container runs and it is not up yet"
    return Part(SONARQUBE, settings.sonarqube_url, health)


def _cluster(settings: Settings, docker: DockerClient) -> Part:
    health = _container_health(docker, f"{settings.cluster}-control-plane")
    address = f"KUBECONFIG={settings.kubeconfig}"
    if health == OK:
        try:
            health = Deployments.of(settings.kubeconfig).node_health()
        except KubestageError as error:
            health = error.what
    return Part("cluster", address, health)


def _environment(settings: Settings, environment: str, declared: str) -> Part:
    url = settings.service_url(environment)
    try:
        rollout = Deployments.of(settings.kubeconfig).rollout(environment)
    except KubestageError as error:
        return Part(environment, url, error.what, declared)
    if rollout is None:
        return Part(environment, url, ABSENT, declared)
    served = service.ask(url)
    if rollout.wanted == 0:
        health = "scaled to zero"
    elif served is None:
        health = f"{url}/status does not answer"
    elif not rollout.complete:
        health = f"{rollout.available} of {rollout.wanted} replicas are available"
    else:
        health = OK
    return Part(environment, url, health, declared, served.version if served else "")


def _versions(registry: Registry) -> list[str]:
    try:
        return registry.tags()
    except KubestageError:
        return []  # the registry's own row says what is wrong
