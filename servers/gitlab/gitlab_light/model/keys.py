"""SSH keys: those of users, and the deploy keys of projects."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gitlab_light.errors import bad_request
from gitlab_light.model.database import Database, kept, now

# GitLab's Gitlab::SSHPublicKey; DSA is refused since 17.0's OpenSSH 9.8.
_TYPES = (
    "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ssh-ed25519@openssh.com",
)  # fmt: skip
USAGES = ("auth_and_signing", "auth", "signing")
_LONGEST_KEY = 5000
_LONGEST_TITLE = 255
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Key:
    """A public key.

    Attributes:
        kind: "user" for a user's own, "deploy" for one that projects are opened to.
        user_id: whose it is; of a deploy key who made it, None once that account is gone.
        public: whether a deploy key may be enabled in any project (an administrator made it).
        key: its line, as in authorized_keys.
        fingerprint: MD5, hexadecimal with colons.
        fingerprint_sha256: "SHA256:" and the digest, base64.
        usage_type: one of USAGES.
    """

    id: int
    kind: str
    user_id: int | None
    public: bool
    title: str
    key: str
    fingerprint: str
    fingerprint_sha256: str
    usage_type: str
    expires_at: str | None
    last_used_at: str | None
    created_at: str

    @property
    def usable(self) -> bool:
        """Whether it opens anything: not expired, and not for signing alone."""
        return self.usage_type != "signing" and (self.expires_at is None or self.expires_at > now())


@dataclass(frozen=True)
class Opened:
    """That a deploy key opens a project."""

    id: int
    key_id: int
    project_id: int
    can_push: bool


class Keys:
    """The keys, and the projects that deploy keys open."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, key_id: int) -> Key | None:
        """The key with this id."""
        return self._db.one(Key, "SELECT * FROM keys WHERE id = ?", key_id)

    def by_fingerprint(self, sha256: str) -> Key | None:
        """The key with this SHA256 fingerprint."""
        return self._db.one(Key, "SELECT * FROM keys WHERE fingerprint_sha256 = ?", sha256)

    def by_md5(self, fingerprint: str) -> Key | None:
        """The key with this MD5 fingerprint."""
        return self._db.one(Key, "SELECT * FROM keys WHERE fingerprint = ?", fingerprint)

    def of_user(self, user_id: int) -> list[Key]:
        """A user's own keys."""
        return self._db.all(Key, "SELECT * FROM keys WHERE kind = 'user' AND user_id = ? ORDER BY id", user_id)

    def deploy_keys(self) -> list[Key]:
        """All deploy keys."""
        return self._db.all(Key, "SELECT * FROM keys WHERE kind = 'deploy' ORDER BY id")

    def add(self, kind: str, user_id: int, title: str, line: str, **more: Any) -> Key:
        """Keeps a key.

        Raises:
            Refusal: 400, it is no public key, or known already; worded as GitLab does.
        """
        line = line.strip()
        blob = _blob(line)
        _check_title(title)
        if blob is None:
            raise bad_request({"key": ["is invalid"], "fingerprint_sha256": ["cannot be generated"]})
        digest = fingerprint_sha256(blob)
        with self._db.transaction():
            if self.by_fingerprint(digest):
                raise bad_request({"fingerprint_sha256": ["has already been taken"]})
            key_id = self._db.insert(
                "keys", kind=kind, user_id=user_id, title=title, key=line, fingerprint=_md5(blob),
                fingerprint_sha256=digest, created_at=now(), **more,
            )  # fmt: skip
        return kept(self.find(key_id))

    def rename(self, key: Key, title: str) -> None:
        """Gives a key another title.

        Raises:
            Refusal: 400.
        """
        _check_title(title)
        self._db.update("keys", key.id, title=title)

    def remove(self, key: Key) -> None:
        """Forgets a key."""
        self._db.execute("DELETE FROM keys WHERE id = ?", key.id)

    def note_use(self, key: Key) -> None:
        """Keeps when the key was last used, to the minute."""
        if key.last_used_at is None or datetime.fromisoformat(key.last_used_at) < datetime.now(UTC) - _USE_NOTED_EVERY:
            self._db.update("keys", key.id, last_used_at=now())

    def opened(self, project_id: int) -> list[Opened]:
        """The deploy keys of a project."""
        return self._db.all(Opened, "SELECT * FROM deploy_keys_projects WHERE project_id = ? ORDER BY id", project_id)

    def opened_by(self, key_id: int) -> list[Opened]:
        """The projects that a deploy key opens."""
        return self._db.all(Opened, "SELECT * FROM deploy_keys_projects WHERE key_id = ? ORDER BY id", key_id)

    def opening(self, key_id: int, project_id: int) -> Opened | None:
        """How a deploy key opens a project, if it does."""
        return self._db.one(
            Opened, "SELECT * FROM deploy_keys_projects WHERE key_id = ? AND project_id = ?", key_id, project_id
        )

    def open(self, key: Key, project_id: int, *, can_push: bool) -> Opened:
        """Opens a project to a deploy key; one that is open already stays as it is."""
        self._db.execute(
            "INSERT OR IGNORE INTO deploy_keys_projects (key_id, project_id, can_push) VALUES (?, ?, ?)",
            key.id, project_id, int(can_push),
        )  # fmt: skip
        return kept(self.opening(key.id, project_id))

    def allow_push(self, opened: Opened, *, can_push: bool) -> None:
        """Allows or forbids a deploy key to push."""
        self._db.update("deploy_keys_projects", opened.id, can_push=can_push)

    def close(self, opened: Opened) -> None:
        """Closes a project to a deploy key; one that opens nothing more is forgotten, unless it is public."""
        with self._db.transaction():
            self._db.execute("DELETE FROM deploy_keys_projects WHERE id = ?", opened.id)
            if not self.opened_by(opened.key_id):
                self._db.execute("DELETE FROM keys WHERE id = ? AND NOT public", opened.key_id)


def fingerprint_sha256(blob: bytes) -> str:
    """A key's SHA256 fingerprint, as ssh-keygen shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _md5(blob: bytes) -> str:
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def _blob(line: str) -> bytes | None:
    """What a key's line encodes; None where it is no line of a key that ssh would take."""
    import asyncssh  # here, since it takes a while to load and only a new key needs it

    parts = line.split(None, 2)
    if len(line) > _LONGEST_KEY or "\n" in line or "\r" in line or len(parts) < 2 or parts[0] not in _TYPES:
        return None
    try:
        asyncssh.import_public_key(line)
        return base64.b64decode(parts[1], validate=True)
    except (asyncssh.KeyImportError, binascii.Error, ValueError):
        return None


def _check_title(title: str) -> None:
    if not title.strip():
        raise bad_request({"title": ["can't be blank"]})
    if len(title) > _LONGEST_TITLE:
        raise bad_request({"title": [f"is too long (maximum is {_LONGEST_TITLE} characters)"]})
