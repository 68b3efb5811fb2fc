"""The GitLab that is tested: a light one, or the one at GITLAB_URL.

Such a one needs GITLAB_TOKEN (root's, scopes api and sudo), GITLAB_ROOT_PASSWORD, and leave to send hooks to 127.0.0.1.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gitlab
import pytest
from gitlab.v4.objects import Project, ProjectMergeRequest, User

from tests.contract.gitlab.light import LightServer, Server
from tests.contract.gitlab.receiver import Receiver
from tests.contract.gitlab.worktree import Worktree, with_login

PASSWORD = "correct-horse-9-battery"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The GitLab under test."""
    if url := os.environ.get("GITLAB_URL"):
        yield Server(url.rstrip("/"), os.environ["GITLAB_TOKEN"], os.environ["GITLAB_ROOT_PASSWORD"])
        return
    with LightServer.running(tmp_path_factory.mktemp("gitlab"), GITLAB_HOOK_RETRIES="0.2,0.4,0.8") as light:
        yield light


@pytest.fixture(scope="session")
def root(server: Server) -> Iterator[gitlab.Gitlab]:
    """python-gitlab as root."""
    with gitlab.Gitlab(server.url, private_token=server.token) as client:
        client.auth()
        yield client


@pytest.fixture(scope="session")
def unique() -> Callable[[str], str]:
    """Makes a name that nobody has used."""
    mark = os.urandom(3).hex()
    return lambda stem: f"{stem}-{mark}-{next(_numbers)}"


@pytest.fixture
def make_user(root: gitlab.Gitlab, unique: Callable[[str], str]) -> Callable[..., User]:
    """Makes an account with PASSWORD."""

    def make(stem: str = "dev", **more: Any) -> User:
        name = unique(stem)
        about = {"username": name, "name": name.title(), "email": f"{name}@example.org", "password": PASSWORD}
        return root.users.create(about | {"skip_confirmation": True} | more)

    return make


@pytest.fixture
def client_of(server: Server) -> Iterator[Callable[..., gitlab.Gitlab]]:
    """Makes a python-gitlab client that is a user, by a new token."""
    clients: list[gitlab.Gitlab] = []

    def make(user: User, *scopes: str) -> gitlab.Gitlab:
        token = user.personal_access_tokens.create({"name": "test", "scopes": list(scopes or ("api",))})
        clients.append(gitlab.Gitlab(server.url, private_token=token.token))
        return clients[-1]

    yield make
    for client in clients:
        client.session.close()


@pytest.fixture
def make_project(root: gitlab.Gitlab, unique: Callable[[str], str]) -> Callable[..., Project]:
    """Makes a project of root's, with default branch master."""

    def make(**more: Any) -> Project:
        return root.projects.create({"name": unique("service"), "default_branch": "master"} | more)

    return make


@pytest.fixture
def project(make_project: Callable[..., Project]) -> Project:
    """A new project with one commit on master: README.md."""
    made = make_project(description="A service")
    made.files.create({"file_path": "README.md", "branch": "master", "content": "# Hello\n", "commit_message": "Begin"})
    return made


@pytest.fixture(scope="module")
def shared(root: gitlab.Gitlab, unique: Callable[[str], str]) -> Project:
    """A project with one commit on master that the tests of a module have in common."""
    about = {"name": unique("shared"), "default_branch": "master", "initialize_with_readme": True}
    return root.projects.create(about)


@pytest.fixture
def asked(shared: Project, unique: Callable[[str], str]) -> Callable[..., ProjectMergeRequest]:
    """Makes a merge request in the common project, by calls alone."""

    def make(**more: Any) -> ProjectMergeRequest:
        name = unique("asked")
        file = {"file_path": f"{name}.txt", "content": name, "commit_message": f"Add {name}"}
        shared.files.create(file | {"branch": name, "start_branch": "master"})
        about = {"source_branch": name, "target_branch": "master", "title": f"Add {name}"}
        return shared.mergerequests.create(about | more)

    return make


@pytest.fixture
def url(server: Server) -> Callable[..., str]:
    """A project's clone address with root's login."""
    return lambda project: with_login(project.http_url_to_repo, "root", server.root_password)


@pytest.fixture
def worktree(project: Project, url: Callable[..., str], tmp_path: Path) -> Worktree:
    """Root's clone of the new project."""
    return Worktree.clone(url(project), tmp_path / "work")


@pytest.fixture
def branch(worktree: Worktree) -> Callable[..., str]:
    """Makes a branch from master with one commit, and pushes it."""

    def make(name: str, **files: str) -> str:
        worktree.git("checkout", "--quiet", "-B", name, "origin/master")
        sha = worktree.commit(f"Change by {name}", **(files or {f"{name}_txt": name}))
        worktree.git("push", "--quiet", "--force", "origin", name)
        return sha

    return make


@pytest.fixture
def request_of(project: Project, branch: Callable[..., str]) -> Callable[..., ProjectMergeRequest]:
    """Makes a merge request of a new branch into master."""

    def make(name: str = "feature", files: dict[str, str] | None = None, **more: Any) -> ProjectMergeRequest:
        branch(name, **(files or {}))
        about = {"source_branch": name, "target_branch": "master", "title": f"Add {name}"}
        return project.mergerequests.create(about | more)

    return make


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks that takes everything."""
    made = Receiver()
    yield made
    made.close()
