"""What the portal is told by its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENTS = ("test", "prod")
NODE_PORTS = {"test": 30050, "prod": 30051}


@dataclass(frozen=True)
class Door:
    """Where something answers.

    Attributes:
        url: as the portal reaches it, without a slash at the end; empty where there is none.
        link: as a browser on the host reaches it.
    """

    url: str
    link: str


@dataclass(frozen=True)
class Settings:
    """Settings of one portal.

    Attributes:
        data: the folder of the database.
        access: the folder of the files that hold the portal's accounts (see `portal.clients.credentials`).
        external_url: the address under which people reach the portal, without a slash at the end.
        jenkins: where Jenkins answers.
        gitlab: where GitLab answers.
        registry: where the registry answers; its link is the name in image references, as in "localhost:5001".
        sonarqube: where SonarQube answers, where there is one.
        services: where each environment's service answers.
        host: the address to listen on.
        port: the port to listen on.
        project: the service's project in GitLab.
        repository: the service's repository in the registry.
        image_job: the job that builds images.
        runner_job: the job that deploys.
        operators: accounts that may act, as in "jenkins:admin"; without a server, those of that name in both. All
            others may look.
        allowed_hosts: further names by which requests may address the portal.
        probe_seconds: the time between two probes of an environment; 0 for none.
        most_replicas: the largest number that `scale` takes.
        approval_hours: how long an operation may wait for an approval.
        fix: the command that mends a part, in which {part} is its name.
    """

    data: Path
    access: Path
    external_url: str
    jenkins: Door
    gitlab: Door
    registry: Door
    sonarqube: Door
    services: Mapping[str, Door]
    host: str = "0.0.0.0"  # noqa: S104  a container publishes only what its owner maps
    port: int = 8080
    project: str = "saas/uuid-service"
    repository: str = "apps/uuid"
    image_job: str = "uuid.image"
    runner_job: str = "uuid.runner"
    operators: frozenset[str] = frozenset({"jenkins:admin", "gitlab:root"})
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)
    probe_seconds: float = 1.0
    most_replicas: int = 10
    approval_hours: float = 24.0
    fix: str = "./inv up --yes || ./inv logs {part}"

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Reads the PORTAL_* variables.

        Raises:
            ValueError: a variable holds what cannot be used; the message names it.
        """
        port = int(_number(environ, "PORTAL_PORT", 8080))
        data = Path(environ.get("PORTAL_DATA", "/var/lib/portal"))
        return cls(
            data=data,
            access=Path(environ.get("PORTAL_ACCESS", str(data / "access"))),
            external_url=_url(environ, "PORTAL_EXTERNAL_URL", f"http://localhost:{port}"),
            jenkins=_door(environ, "JENKINS", "http://jenkins:8080"),
            gitlab=_door(environ, "GITLAB", "http://gitlab:8080"),
            registry=Door(
                _url(environ, "PORTAL_REGISTRY_URL", "http://registry-pull:5000"),
                environ.get("PORTAL_REGISTRY_NAME", "localhost:5001"),
            ),
            sonarqube=_door(environ, "SONARQUBE", ""),
            services={name: _door(environ, f"SERVICE_{name.upper()}", "") for name in ENVIRONMENTS},
            host=environ.get("PORTAL_HOST", cls.host),
            port=port,
            project=environ.get("PORTAL_PROJECT", cls.project),
            repository=environ.get("PORTAL_REPOSITORY", cls.repository),
            image_job=environ.get("PORTAL_IMAGE_JOB", cls.image_job),
            runner_job=environ.get("PORTAL_RUNNER_JOB", cls.runner_job),
            operators=_names(environ, "PORTAL_OPERATORS", cls.operators),
            allowed_hosts=_names(environ, "PORTAL_ALLOWED_HOSTS", frozenset()),
            probe_seconds=_number(environ, "PORTAL_PROBE_SECONDS", cls.probe_seconds),
            most_replicas=int(_number(environ, "PORTAL_MOST_REPLICAS", cls.most_replicas)),
            approval_hours=_number(environ, "PORTAL_APPROVAL_HOURS", cls.approval_hours, least=0.01),
            fix=environ.get("PORTAL_FIX", cls.fix),
        )

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; of the portal's port too, since cookies do not tell ports apart (RFC 6265).

        Two sandboxes on one host would else sign each other's people out.
        """
        parts = urlsplit(self.external_url)
        return f"portal_session_{parts.port or (443 if parts.scheme == 'https' else 80)}"

    def fix_for(self, part: str) -> str:
        """The command that mends a part."""
        return self.fix.replace("{part}", part)

    def image(self, version: str) -> str:
        """The image reference of a version."""
        return f"{self.registry.link}/{self.repository}:{version}"


def namespace(environment: str) -> str:
    """An environment's namespace, as the talk names it."""
    return f"ns-uuid-{environment}"


def _number(environ: Mapping[str, str], name: str, default: float, least: float = 0) -> float:
    value = environ.get(name, str(default))
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not least <= number <= 65535:
        raise ValueError(f"{name} must be a number from {least} to 65535, not {value!r}")
    return number


def _names(environ: Mapping[str, str], name: str, default: frozenset[str]) -> frozenset[str]:
    value = environ.get(name)
    return default if value is None else frozenset(part.strip() for part in value.split(",") if part.strip())


def _door(environ: Mapping[str, str], part: str, default: str) -> Door:
    url = _url(environ, f"PORTAL_{part}_URL", default)
    return Door(url, _url(environ, f"PORTAL_{part}_LINK", url))


def _url(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name, default).rstrip("/")
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{name} must be an http address, not {value!r}")
    return value
