"""What a sandbox is called, where it keeps its things, and at which addresses it answers."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from kubestage.errors import InputError

Source = Literal["auto", "pull", "build"]

ENVIRONMENTS = ("test", "prod")
CHECKOUT = Path(__file__).resolve().parent.parent

# NodePorts that kind maps to the host when the cluster is made; a mapping cannot be added later.
FIRST_NODE_PORT = 30050
NODE_PORT_COUNT = 10
NODE_PORTS = {"test": 30050, "prod": 30051}


class Settings(BaseSettings):
    """Settings of one sandbox, each from the environment as KUBESTAGE_<NAME>.

    Attributes:
        sandbox: the sandbox's name; names its containers, network, volumes, cluster and kubeconfig context.
        port_offset: added to every host port, so that two sandboxes can run side by side.
        source: where artefacts come from; auto takes what the cache has, then pull where it answers, then build.
        downloads: the address of a mirror of the publishers' releases, with their host names as its top folders.
        mirror: the registry through which official images are pulled, such as a company's pull-through cache.
        listen: the address on which ports are published.
        stacks: the folder of the stacks' files; a copy of the checkout's lets a sandbox differ.
        isolated: the sandbox's network has no way out; what the sandbox needs must be in its images by then.
        home: the folder above all sandboxes' folders.
        cache: what was built or fetched, shared by all sandboxes.
    """

    model_config = SettingsConfigDict(env_prefix="KUBESTAGE_", frozen=True)

    sandbox: str = Field("kubestage", pattern=r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$")
    port_offset: int = Field(0, ge=0, le=30000)
    source: Source = "auto"
    downloads: str = Field("", pattern=r"^(https?://.+)?$")
    mirror: str = Field("", pattern=r"^([^/:]+(:\d+)?(/.+)?)?$")
    listen: str = "127.0.0.1"
    stacks: Path = CHECKOUT / "stacks"
    isolated: bool = False
    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("kubestage"))
    cache: Path = Field(default_factory=lambda: platformdirs.user_cache_path("kubestage"))

    @field_validator("stacks", "home", "cache", mode="before")
    @classmethod
    def _folder(cls, value: str | Path) -> Path:
        """A folder's whole path, as a shell would have read it; an empty name would mean the checkout itself."""
        if not str(value):
            raise ValueError("no folder has an empty name")
        try:
            return Path(value).expanduser().absolute()
        except RuntimeError as error:  # ~nobody
            raise ValueError(str(error)) from None

    @field_validator("cache")
    @classmethod
    def _own_folder(cls, value: Path) -> Path:
        """`down --all` removes the cache's folder, so it is none with anything of the user's."""
        for theirs in (CHECKOUT, Path("~").expanduser()):
            if theirs.is_relative_to(value):
                raise ValueError(f"{theirs} is there, which ./inv down --all would remove with the cache")
        return value

    @classmethod
    def load(cls) -> Settings:
        """Reads the settings from the environment.

        Raises:
            InputError: a KUBESTAGE_ variable has a value that cannot be used.
        """
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = "KUBESTAGE_" + str(first["loc"][0]).upper()
            raise InputError(
                f"{name} cannot be used", why=f"{first['msg']} (it is {first['input']!r})", fix=f"unset {name}"
            ) from None

    @cached_property
    def folder(self) -> Path:
        """The folder that holds all of this sandbox's state on the host."""
        return self.home / "sandboxes" / self.sandbox

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, mode 0600; the user's own file is never touched."""
        return self.folder / "kubeconfig"

    @property
    def ssh_key(self) -> Path:
        """The private SSH key of GitLab's user, mode 0600, for `ssh -i`."""
        return self.folder / "gitlab-ssh-key"

    @property
    def logs(self) -> Path:
        """The folder of kubestage's own logs (builds, engine, Pulumi)."""
        return self.folder / "logs"

    @property
    def reports(self) -> Path:
        """The folder of what the tasks report in files, such as a probe's charts."""
        return self.folder / "reports"

    @property
    def network(self) -> str:
        """The Docker network of this sandbox alone."""
        return self.sandbox

    @property
    def cluster(self) -> str:
        """The kind cluster's name."""
        return self.sandbox

    def container(self, part: str) -> str:
        """The name of the container of `part`, such as "gitlab"."""
        return f"{self.sandbox}-{part}"

    @property
    def jenkins_port(self) -> int:
        """The host port of Jenkins."""
        return 8080 + self.port_offset

    @property
    def gitlab_port(self) -> int:
        """The host port of GitLab."""
        return 8929 + self.port_offset

    @property
    def gitlab_ssh_port(self) -> int:
        """The host port of git over SSH."""
        return 2222 + self.port_offset

    @property
    def registry_port(self) -> int:
        """The host port of the registry."""
        return 5001 + self.port_offset

    @property
    def sonarqube_port(self) -> int:
        """The host port of SonarQube, where the sandbox has one."""
        return 9000 + self.port_offset

    @property
    def portal_port(self) -> int:
        """The host port of the portal."""
        return 8090 + self.port_offset

    @property
    def portal_url(self) -> str:
        """The portal as seen from the host, without a slash at the end."""
        return f"http://localhost:{self.portal_port}"

    @property
    def jenkins_url(self) -> str:
        """Jenkins as seen from the host, without a slash at the end."""
        return f"http://localhost:{self.jenkins_port}"

    @property
    def gitlab_url(self) -> str:
        """GitLab as seen from the host, without a slash at the end."""
        return f"http://localhost:{self.gitlab_port}"

    @property
    def gitlab_ssh(self) -> str:
        """Git over SSH as seen from the host, without a slash at the end."""
        return f"ssh://git@localhost:{self.gitlab_ssh_port}"

    @property
    def sonarqube_url(self) -> str:
        """SonarQube as seen from the host, without a slash at the end."""
        return f"http://localhost:{self.sonarqube_port}"

    @property
    def registry(self) -> str:
        """The registry's name in image references, on the host, in Jenkins and in the node alike."""
        return f"localhost:{self.registry_port}"

    def host_port(self, node_port: int) -> int:
        """The host port behind which kind publishes `node_port`."""
        return node_port + self.port_offset

    def service_url(self, environment: str) -> str:
        """The uuid service of `environment` as seen from the host."""
        return f"http://localhost:{self.host_port(NODE_PORTS[environment])}"
