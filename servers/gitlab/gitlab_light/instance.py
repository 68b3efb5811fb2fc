"""Everything that one server consists of, put together."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import uuid
from functools import partial
from pathlib import Path

from anyio import from_thread

from gitlab_light.chronicle import Chronicle
from gitlab_light.git.commands import git_environment, write_config
from gitlab_light.git.hooks import install_hook
from gitlab_light.git.journal import Journal, Settled
from gitlab_light.git.repository import Repositories
from gitlab_light.links import Links
from gitlab_light.merge_flow import MergeFlow
from gitlab_light.model.activity import Activities
from gitlab_light.model.application_settings import ApplicationSettings
from gitlab_light.model.awards import Awards
from gitlab_light.model.badges import Badges
from gitlab_light.model.commit_notes import CommitNotes
from gitlab_light.model.database import Database
from gitlab_light.model.deploy_tokens import DeployTokens
from gitlab_light.model.drafts import Drafts
from gitlab_light.model.hooks import Hook, HookEvent, Hooks
from gitlab_light.model.keys import Keys
from gitlab_light.model.labels import Labels
from gitlab_light.model.members import Members
from gitlab_light.model.merge_requests import MergeRequests
from gitlab_light.model.milestones import Milestones
from gitlab_light.model.namespaces import Namespaces
from gitlab_light.model.notes import Notes
from gitlab_light.model.passwords import PasswordCheck
from gitlab_light.model.projects import Project, Projects
from gitlab_light.model.protected import ProtectedRefs
from gitlab_light.model.releases import Releases
from gitlab_light.model.sessions import Sessions
from gitlab_light.model.shares import Shares
from gitlab_light.model.todos import Todos
from gitlab_light.model.tokens import Tokens
from gitlab_light.model.uploads import Uploads
from gitlab_light.model.users import User, Users
from gitlab_light.push_activity import PushActivity
from gitlab_light.push_messages import PushMessages
from gitlab_light.readmes import Readmes
from gitlab_light.reminders import Reminders
from gitlab_light.settings import Settings
from gitlab_light.webhooks.events import Events
from gitlab_light.webhooks.sender import Sender

_log = logging.getLogger(__name__)
_ROOT_TOKEN_NAME = "initial root token"  # noqa: S105  the token's name, not the token


class Instance:
    """One server's parts; made once, at start."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.settings = settings
        self.links = Links(settings)
        self.repositories = Repositories(settings.data)
        self.readmes = Readmes(self.repositories)
        hooks_folder = settings.data / "git" / "hooks"
        write_config(self.repositories.home, hooks_folder, settings.max_pack)
        install_hook(hooks_folder)
        self.git_environment = git_environment(self.repositories.home)

        self.database = Database(settings.data / "gitlab.db")
        self.application_settings = ApplicationSettings(self.database)
        self.users = Users(self.database, PasswordCheck())
        self.tokens = Tokens(self.database)
        self.sessions = Sessions(self.database)
        self.namespaces = Namespaces(self.database)
        self.projects = Projects(self.database, self.namespaces)
        self.members = Members(self.database, self.namespaces)
        self.shares = Shares(self.database)
        self.protected = ProtectedRefs(self.database)
        self.keys = Keys(self.database)
        self.hooks = Hooks(self.database)
        self.commit_notes = CommitNotes(self.database)
        self.merge_requests = MergeRequests(self.database)
        self.notes = Notes(self.database)
        self.deploy_tokens = DeployTokens(self.database)
        self.drafts = Drafts(self.database)
        self.awards = Awards(self.database)
        self.badges = Badges(self.database)
        self.labels = Labels(self.database)
        self.milestones = Milestones(self.database)
        self.releases = Releases(self.database)
        self.uploads = Uploads(self.database, settings.data / "uploads")
        self.merge_flow = MergeFlow(
            self.repositories, self.projects, self.merge_requests, self.notes, self.commit_notes
        )
        self.activities = Activities(self.database)
        self.push_activity = PushActivity(self.repositories, self.activities)
        self.push_messages = PushMessages(self.links, self.projects, self.merge_requests)
        self.todos = Todos(self.database)
        self.chronicle = Chronicle(
            self.repositories, self.links, self.users, self.projects, self.notes, self.labels, self.activities,
            self.merge_requests, Reminders(self.todos, self.users, self.projects, self.members),
        )  # fmt: skip
        self.sender = Sender(
            self.hooks, settings.external_url, timeout=settings.hook_timeout, retries=settings.hook_retries
        )
        self.events = Events(
            self.chronicle, self.push_activity, self.database, self.repositories, self.links, self.projects,
            self.namespaces, self.users, self.hooks, self.protected, self.merge_requests, self.notes, self.labels,
            self.milestones, self.releases, self.merge_flow, self.application_settings, self.sender.wake,
        )  # fmt: skip
        self.journal = Journal(settings.data / "pushes", self._settle, self._current_ref)
        self._prepare_root()
        self._make_missing_repositories()

    def close(self) -> None:
        """Closes what the calling thread has open."""
        self.database.close()

    def test_hook(self, hook: Hook, project: Project, user: User, event: str) -> HookEvent | None:
        """Sends a hook what the latest event of a kind would have sent; None where there was none.

        To be called from a worker thread of the running server, as `resend` is.
        """
        payload = self.events.sample(project, user, event)
        if payload is None:
            return None
        return self._post(hook, event, json.dumps(payload, ensure_ascii=False), str(uuid.uuid4()), str(uuid.uuid4()))

    def resend(self, hook: Hook, event: HookEvent) -> HookEvent:
        """Sends a hook what an entry of its log holds once more."""
        return self._post(hook, event.event, event.request_data, event.event_uuid, event.idempotency_key)

    def _post(self, hook: Hook, event: str, payload: str, event_uuid: str, key: str) -> HookEvent:
        logged, _ = from_thread.run(partial(self.sender.post, hook, event, payload, event_uuid=event_uuid, key=key))
        return logged

    def _settle(self, push: Settled) -> str:
        """Keeps what a push has done; returns what its pusher is to read."""
        return self.push_messages.text(push, self.events.pushed(push))

    def _current_ref(self, project_id: int, ref: str) -> str | None:
        return self.repositories.of(project_id).ref_target(ref)

    def _make_missing_repositories(self) -> None:
        """Makes the repositories of projects whose making was cut off between record and repository."""
        for row in self.database.rows("SELECT id, default_branch FROM projects"):
            repository = self.repositories.of(row["id"])
            if not repository.path.exists():
                repository.create(row["default_branch"])

    def _prepare_root(self) -> None:
        """Makes root at first start, and follows the password's and the token's files when they have changed."""
        password = _secret(self.settings.root_password_file)
        root = self.users.by_login("root")
        if root is None:
            if password is None:
                password = secrets.token_urlsafe(24)
                note = self.settings.data / "initial_root_password"
                note.touch(mode=0o600)
                note.write_text(password + "\n")
            root = self.users.create(
                username="root", name="Administrator", email=f"admin@{self.settings.host_name}", password=password,
                admin=True,
            )  # fmt: skip
            self._remember("root_password", password)
        elif password is not None and not self._is_remembered("root_password", password):
            self.users.update(root, password=password)
            self._remember("root_password", password)
            _log.info("root's password was taken from its file")
        self._prepare_root_token(root)

    def _prepare_root_token(self, root: User) -> None:
        secret = _secret(self.settings.root_token_file)
        if secret is None or self.tokens.by_secret(secret) is not None:
            return
        with self.database.transaction():
            self.database.execute(
                "UPDATE tokens SET revoked = 1 WHERE user_id = ? AND name = ?", root.id, _ROOT_TOKEN_NAME
            )
            self.tokens.create(root.id, _ROOT_TOKEN_NAME, ["api", "sudo"], expires_at=None, secret=secret)

    def _remember(self, name: str, secret: str) -> None:
        salt = secrets.token_hex(16)
        self.database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, f"{salt}:{_slow(salt, secret)}")

    def _is_remembered(self, name: str, secret: str) -> bool:
        kept = self.database.value("SELECT value FROM settings WHERE name = ?", name)
        salt, _, hashed = (kept or "").partition(":")
        return secrets.compare_digest(hashed, _slow(salt, secret))


def _slow(salt: str, secret: str) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt.encode(), n=2**14, r=8, p=1).hex()


def _secret(file: Path | None) -> str | None:
    """A secret from its file, without the line's end."""
    return file.read_text().strip() or None if file else None
