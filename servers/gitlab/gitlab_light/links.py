"""The addresses of projects, users and API resources."""

from __future__ import annotations

from urllib.parse import quote

from gitlab_light.model.projects import Project
from gitlab_light.settings import Settings

_SSH_PORT = 22


class Links:
    """Makes addresses; all but the internal ones under the external address."""

    def __init__(self, settings: Settings) -> None:
        self._external = settings.external_url
        self._internal = settings.internal_url
        self._ssh = _ssh_root(settings.host_name, settings.external_ssh_port)
        self._internal_ssh = _ssh_root(settings.internal_host_name, settings.internal_ssh_port)

    @property
    def root(self) -> str:
        """The external address itself."""
        return self._external

    def api(self, path: str) -> str:
        """An API resource's address; `path` begins with a slash."""
        return f"{self._external}/api/v4{path}"

    def user(self, username: str) -> str:
        """A user's page."""
        return f"{self._external}/{username}"

    def group(self, full_path: str) -> str:
        """A group's page."""
        return f"{self._external}/groups/{full_path}"

    def project(self, project: Project) -> str:
        """A project's page."""
        return f"{self._external}/{project.full_path}"

    def page(self, project: Project, *parts: str) -> str:
        """The address of one of a project's pages, such as the parts "commit" and its id."""
        return "/".join([self.project(project), "-", *(quote(part) for part in parts)])

    def merge_request(self, project: Project, iid: int) -> str:
        """A merge request's page."""
        return self.page(project, "merge_requests", str(iid))

    def ssh(self, project: Project) -> str:
        """The clone address for ssh, as GitLab shows it."""
        return f"{self._ssh}{project.full_path}.git"

    def internal_ssh(self, project: Project) -> str:
        """The clone address for ssh, for hook receivers."""
        return f"{self._internal_ssh}{project.full_path}.git"

    def clone(self, project: Project) -> str:
        """The clone address from outside."""
        return f"{self._external}/{project.full_path}.git"

    def internal_clone(self, project: Project) -> str:
        """The clone address for hook receivers."""
        return f"{self._internal}/{project.full_path}.git"


def _ssh_root(host: str, port: int) -> str:
    """What stands before a project's path; GitLab writes the short form where the port is ssh's own."""
    return f"git@{host}:" if port == _SSH_PORT else f"ssh://git@{host}:{port}/"
