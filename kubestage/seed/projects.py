"""The two GitLab projects, and what they hold at first."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from kubestage.settings import CHECKOUT, Settings

SAMPLES = CHECKOUT / "sample-app"

# The registry's address as it stands in the sample files; a sandbox on other ports has another.
_REGISTRY_IN_SAMPLES = b"localhost:5001"
# What a build leaves behind is no source.
_LEFT_OUT = shutil.ignore_patterns("target", ".git")


@dataclass(frozen=True)
class Project:
    """A project and its first commit.

    Attributes:
        group: the GitLab group that it is in.
        name: its name and path in the group.
        message: the first commit's message.
        tag: the tag on the first commit, if any.
        calls_jenkins: whether pushes to it are told to Jenkins.
    """

    group: str
    name: str
    message: str
    tag: str | None = None
    calls_jenkins: bool = False

    @property
    def path(self) -> str:
        """Group and name, as in addresses and in the API."""
        return f"{self.group}/{self.name}"

    @property
    def source(self) -> Path:
        """The folder in this checkout that its first commit comes from."""
        return SAMPLES / self.name

    def url(self, settings: Settings) -> str:
        """Its address for git on the host."""
        return f"{settings.gitlab_url}/{self.path}.git"


SERVICE = Project("saas", "uuid-service", "Release v1.0.0.0", tag="v1.0.0.0", calls_jenkins=True)
KNOWLEDGE = Project("demo", "knowledge_share", "Dockerfile, Kubernetes files and pipelines of the uuid service")
PROJECTS = (SERVICE, KNOWLEDGE)


def copy_source(source: Path, folder: Path, registry: str) -> None:
    """Copies a project's files into a folder, with the sandbox's own registry in the place of the samples'."""
    shutil.copytree(source, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
    if registry.encode() == _REGISTRY_IN_SAMPLES:
        return
    for file in folder.rglob("*"):
        if file.is_file() and ".git" not in file.relative_to(folder).parts:
            content = file.read_bytes()
            if _REGISTRY_IN_SAMPLES in content:
                file.write_bytes(content.replace(_REGISTRY_IN_SAMPLES, registry.encode()))
