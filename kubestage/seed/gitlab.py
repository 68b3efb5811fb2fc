"""Seeds GitLab: the user, groups, projects with their first commits, and the hooks that tell Jenkins of pushes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import requests
from gitlab import Gitlab
from gitlab.const import AccessLevel
from gitlab.exceptions import GitlabError, GitlabGetError
from gitlab.v4.objects import Group, User
from gitlab.v4.objects import Project as RemoteProject

from kubestage.errors import PartError
from kubestage.files import write_privately
from kubestage.secrets import JOB_TOKENS, Secrets, ssh_public_key
from kubestage.seed.git import BRANCH, Account, WorkTree
from kubestage.seed.projects import PROJECTS, Project, copy_source
from kubestage.seed.report import SeedReport
from kubestage.settings import Settings

T = TypeVar("T")

USER = "caoyong1"

# Jenkins as GitLab sees it. The query's token chooses the job; the Generic Webhook Trigger looks there before it
# looks at X-Gitlab-Token.
HOOK_URL = f"http://jenkins:8080/generic-webhook-trigger/invoke?token={JOB_TOKENS['image']}"

_FIRST_COMMIT = "2024-01-01T09:00:00Z"
_TIMEOUT_SECONDS = 30.0
_TOKEN_NAME = "jenkins"  # noqa: S105 - its name
_TOKEN_DAYS = 364  # GitLab takes a year at most
_RENEWED_DAYS = 30


def seed_gitlab(settings: Settings, secrets: Secrets) -> SeedReport:
    """Makes what is missing in GitLab, and leaves alone what is there.

    A repository that has a branch master is never pushed to: it may be the user's work by now. Repositories come
    before the hooks, so that no build starts from seeding.

    Args:
        settings: tells where GitLab answers and what the sandbox's registry is called.
        secrets: root's token, the user's password, the hook's secret.

    Raises:
        PartError: GitLab refuses or does not answer.
        CommandFailed: a push was refused.
    """
    report = SeedReport()
    with speaking_to_gitlab(settings):
        client = gitlab_client(settings, secrets)
        user = _seed_user(client, secrets, report)
        _seed_key(settings, user, secrets, report)
        for name in dict.fromkeys(project.group for project in PROJECTS):
            _seed_group(client, name, user, report)
        for project in PROJECTS:
            remote = _seed_project(client, project, report)
            _seed_repository(remote, project, settings, git_account(settings, secrets), report)
            if project.calls_jenkins:
                _seed_hook(remote, secrets, report)
    return report


def gitlab_client(settings: Settings, secrets: Secrets) -> Gitlab:
    """A client of the sandbox's GitLab, as root."""
    session = requests.Session()
    session.trust_env = False  # a company's proxy knows nothing of the sandbox
    return Gitlab(
        settings.gitlab_url,
        private_token=secrets.gitlab_root_token,
        session=session,
        timeout=_TIMEOUT_SECONDS,
    )


def git_account(settings: Settings, secrets: Secrets) -> Account:
    """Root's account for git; GitLab takes a token as the password of any user name."""
    return Account(settings.gitlab_url, "oauth2", secrets.gitlab_root_token)


def has_status_token(settings: Settings, secrets: Secrets) -> bool:
    """Whether the user has a token by which Jenkins tells how builds went, good for a while yet."""
    client = gitlab_client(settings, secrets)
    tokens = client.personal_access_tokens.list(user_id=_user_id(client), state="active", get_all=True)
    soon = (datetime.now(UTC).date() + timedelta(days=_RENEWED_DAYS)).isoformat()
    return any(token.name == _TOKEN_NAME and (token.expires_at or "9") > soon for token in tokens)


def new_status_token(settings: Settings, secrets: Secrets) -> str:
    """Makes such a token, and takes older ones back."""
    client = gitlab_client(settings, secrets)
    return renewed_token(client, _user_id(client), _TOKEN_NAME, "api")


def renewed_token(client: Gitlab, user_id: int, name: str, scope: str) -> str:
    """Makes an access token of a user's, good for as long as GitLab allows; those of that name before it end."""
    for token in client.personal_access_tokens.list(user_id=user_id, state="active", get_all=True):
        if token.name == name:
            token.delete()
    until = (datetime.now(UTC).date() + timedelta(days=_TOKEN_DAYS)).isoformat()
    about = {"name": name, "scopes": [scope], "expires_at": until}
    made = client.users.get(user_id, lazy=True).personal_access_tokens.create(about)
    return str(made.token)


def _user_id(client: Gitlab) -> int:
    return int(client.users.list(username=USER, get_all=True)[0].attributes["id"])


@contextmanager
def speaking_to_gitlab(settings: Settings) -> Iterator[None]:
    """Turns what python-gitlab and requests raise into errors that say what to do."""
    try:
        yield
    except GitlabError as error:
        why = f"HTTP {error.response_code}: {error.error_message}" if error.response_code else str(error)
        raise PartError("GitLab refuses a request", why=why, fix="./inv logs gitlab") from error
    except requests.RequestException as error:
        raise PartError(
            f"GitLab at {settings.gitlab_url} does not answer", why=type(error).__name__, fix="./inv up"
        ) from error


def found_or_none(get: Callable[[], T]) -> T | None:
    """What `get` gives, or None where GitLab has no such thing."""
    try:
        return get()
    except GitlabGetError as error:
        if error.response_code != requests.codes.not_found:
            raise
        return None


def _seed_user(client: Gitlab, secrets: Secrets, report: SeedReport) -> User:
    what = f"GitLab user {USER}"
    known = client.users.list(username=USER, get_all=True)
    if known:
        report.note(what, changed=False)
        return _one(known[0], User)
    user = client.users.create(
        {
            "username": USER,
            "name": USER,
            "email": f"{USER}@example.com",
            "password": secrets.gitlab_user_password,
            "skip_confirmation": True,
        }
    )
    report.note(what, changed=True)
    return _one(user, User)


def _seed_key(settings: Settings, user: User, secrets: Secrets, report: SeedReport) -> None:
    """The user's SSH key: a file for ssh here, its public part in GitLab, which shows it with a comment of its own."""
    if not settings.ssh_key.exists() or settings.ssh_key.read_text() != secrets.gitlab_user_ssh_key:
        write_privately(settings.ssh_key, secrets.gitlab_user_ssh_key)
    wanted = ssh_public_key(secrets.gitlab_user_ssh_key)
    known = any(key.key.split()[:2] == wanted.split()[:2] for key in user.keys.list(get_all=True))
    if not known:
        user.keys.create({"title": "kubestage", "key": wanted})
    report.note(f"GitLab SSH key of {USER}", changed=not known)


def _seed_group(client: Gitlab, name: str, user: User, report: SeedReport) -> None:
    known = found_or_none(lambda: client.groups.get(name))
    group = known or _one(client.groups.create({"name": name, "path": name, "visibility": "private"}), Group)
    report.note(f"GitLab group {name}", changed=known is None)
    members = {member.get_id() for member in group.members.list(get_all=True)}
    missing = user.get_id() not in members
    if missing:
        group.members.create({"user_id": user.get_id(), "access_level": int(AccessLevel.MAINTAINER)})
    report.note(f"GitLab member {USER} of {name}", changed=missing)


def _seed_project(client: Gitlab, project: Project, report: SeedReport) -> RemoteProject:
    what = f"GitLab project {project.path}"
    known = found_or_none(lambda: client.projects.get(project.path))
    report.note(what, changed=known is None)
    if known:
        return known
    created = client.projects.create(
        {
            "name": project.name,
            "path": project.name,
            "namespace_id": client.groups.get(project.group).get_id(),
            "default_branch": BRANCH,
            "visibility": "private",
        }
    )
    return _one(created, RemoteProject)


def _seed_repository(
    remote: RemoteProject, project: Project, settings: Settings, account: Account, report: SeedReport
) -> None:
    what = f"first commit of {project.path}"
    if found_or_none(lambda: remote.branches.get(BRANCH)):
        report.note(what, changed=False)
        return
    with tempfile.TemporaryDirectory(prefix="kubestage-") as folder:
        tree = WorkTree(Path(folder), account)
        tree.init()
        copy_source(project.source, tree.folder, settings.registry)
        tree.commit(project.message, _FIRST_COMMIT)
        refs = [BRANCH]
        if project.tag:
            tree.tag(project.tag, _FIRST_COMMIT)
            refs.append(project.tag)
        tree.push(project.url(settings), *refs)
    report.note(what, changed=True)


def _seed_hook(remote: RemoteProject, secrets: Secrets, report: SeedReport) -> None:
    what = f"hook of {remote.path_with_namespace} to Jenkins"
    wanted: dict[str, Any] = {"push_events": True, "tag_push_events": True, "enable_ssl_verification": False}
    hook = next((hook for hook in remote.hooks.list(get_all=True) if hook.url == HOOK_URL), None)
    if hook is None:
        remote.hooks.create({"url": HOOK_URL, "token": secrets.gitlab_hook_token, **wanted})
        report.note(what, changed=True)
        return
    differs = any(getattr(hook, name, None) != value for name, value in wanted.items())
    if differs:
        # GitLab never shows a hook's secret, so it is set again with the rest.
        remote.hooks.update(hook.get_id(), {"url": HOOK_URL, "token": secrets.gitlab_hook_token, **wanted})
    report.note(what, changed=differs)


def _one(found: object, kind: type[T]) -> T:
    """`found` as what it is; python-gitlab's managers declare only its base class."""
    if not isinstance(found, kind):
        raise TypeError(f"GitLab answered with {type(found).__name__} where {kind.__name__} was due")
    return found
