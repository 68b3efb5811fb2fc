"""Users with a password and API tokens, and the crumbs and sessions that go with them."""

import hashlib
import hmac
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bcrypt

from jenkins_light.errors import BadRequestError, NotFoundError
from jenkins_light.files import read_json, write_bytes, write_json

_SESSION_SECONDS = 8 * 3600
_MAX_SESSIONS = 10_000
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass
class User:
    """An account; tokens are kept as hashes, by their uuid."""

    id: str
    full_name: str
    password_hash: str = ""
    email: str = ""
    description: str = ""
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)


def _hash(password: str) -> str:
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(10)).decode()


def _digest(token: str) -> str:
    # Tokens have 128 random bits: a plain hash is as good as a slow one, and Jenkins does the same.
    return hashlib.sha256(token.encode()).hexdigest()


class Users:
    """The accounts in users.json."""

    def __init__(self, home: Path) -> None:
        self._path = home / "users.json"
        self._lock = threading.RLock()
        self._users = {name: User(**record) for name, record in read_json(self._path, {}).items()}
        self._pepper = secrets.token_bytes(32)
        self._verified: set[bytes] = set()

    def ensure_admin(self, name: str, password_file: Path | None, token_file: Path | None, home: Path) -> None:
        """Make the administrator, or give it the password and token of the files when they changed."""
        user = self._users.setdefault(name, User(name, name))
        if password_file is None:
            password_file = home / "secrets" / "initialAdminPassword"
            if not password_file.exists():
                write_bytes(password_file, secrets.token_hex(16).encode(), 0o600)
        password = password_file.read_text().strip()
        if not user.password_hash or not bcrypt.checkpw(password.encode()[:72], user.password_hash.encode()):
            user.password_hash = _hash(password)
        if token_file is not None:
            user.tokens["initial"] = {"name": "initial", "hash": _digest(token_file.read_text().strip())}
        self._save()

    def get(self, name: str) -> User:
        """The account.

        Raises:
            NotFoundError: there is none of this name.
        """
        if name not in self._users:
            raise NotFoundError(f"No user {name}")
        return self._users[name]

    def __iter__(self) -> Iterator[User]:
        return iter(sorted(self._users.values(), key=lambda user: user.id))

    def create(self, name: str, password: str, full_name: str, email: str) -> User:
        """Make an account.

        Raises:
            BadRequestError: a bad or taken name, or no password.
        """
        if not _NAME.fullmatch(name):
            raise BadRequestError("User name must only contain alphanumeric characters, underscore and dash")
        if not password:
            raise BadRequestError("Password is required")
        hashed = _hash(password)
        with self._lock:
            if any(known.lower() == name.lower() for known in self._users):
                raise BadRequestError("User name is already taken")
            user = self._users[name] = User(name, full_name or name, hashed, email)
            self._save()
        return user

    def update(self, name: str, **changes: str) -> None:
        """Change an account's full_name, email, description or password."""
        user = self.get(name)
        password = changes.pop("password", "")
        hashed = _hash(password) if password else user.password_hash
        with self._lock:
            user.password_hash = hashed
            for attribute, value in changes.items():
                setattr(user, attribute, value)
            self._save()

    def delete(self, name: str) -> None:
        """Remove an account."""
        with self._lock:
            self.get(name)
            del self._users[name]
            self._save()

    def check_token(self, name: str, token: str) -> bool:
        """Whether ``token`` is one of the user's API tokens."""
        user = self._users.get(name)
        given = _digest(token)
        return user is not None and any(hmac.compare_digest(given, known["hash"]) for known in user.tokens.values())

    def check_password(self, name: str, password: str) -> bool:
        """Whether ``password`` is the user's; a right one is remembered so that bcrypt runs once per process."""
        user = self._users.get(name)
        if user is None or not user.password_hash:
            return False
        seen = hmac.digest(self._pepper, f"{name}\0{user.password_hash}\0{password}".encode(), "sha256")
        if seen in self._verified:
            return True
        if bcrypt.checkpw(password.encode()[:72], user.password_hash.encode()):
            self._verified.add(seen)
            return True
        return False

    def new_token(self, name: str, token_name: str) -> dict[str, str]:
        """A new API token in the manner of Jenkins' ``generateNewToken``; its value is shown this once."""
        value, token_uuid = "11" + secrets.token_hex(16), str(uuid.uuid4())
        with self._lock:
            self.get(name).tokens[token_uuid] = {"name": token_name, "hash": _digest(value)}
            self._save()
        return {"tokenName": token_name, "tokenUuid": token_uuid, "tokenValue": value}

    def rename_token(self, name: str, token_uuid: str, token_name: str) -> None:
        """Give an API token another name."""
        with self._lock:
            token = self.get(name).tokens.get(token_uuid)
            if token is None:
                raise NotFoundError(f"No token {token_uuid}")
            token["name"] = token_name
            self._save()

    def revoke_tokens(self, name: str, wanted: Callable[[str], bool]) -> None:
        """Forget the API tokens whose uuid is wanted."""
        with self._lock:
            tokens = self.get(name).tokens
            for token_uuid in [found for found in tokens if wanted(found)]:
                del tokens[token_uuid]
            self._save()

    def _save(self) -> None:
        record: dict[str, Any] = {name: vars(user) for name, user in self._users.items()}
        write_json(self._path, record, 0o600)


class Sessions:
    """Browser sessions in memory, and the crumbs bound to them."""

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._sessions: dict[str, tuple[str, float]] = {}

    def open(self, user: str = "") -> str:
        """A new session's id; ``user`` is empty for a session that only holds a crumb."""
        session = secrets.token_hex(16)
        with self._lock:
            self._drop_stale()
            self._sessions[session] = (user, time.monotonic())
        return session

    def user(self, session: str) -> str | None:
        """The session's user ("" when nobody logged in), or None when the session is unknown or too old."""
        with self._lock:
            found = self._sessions.get(session)
            if found is None or time.monotonic() - found[1] > _SESSION_SECONDS:
                return None
            self._sessions[session] = (found[0], time.monotonic())
            return found[0]

    def close(self, session: str) -> None:
        """Log out."""
        with self._lock:
            self._sessions.pop(session, None)

    def close_all(self, user: str) -> None:
        """End every session of a user."""
        with self._lock:
            self._sessions = {ident: found for ident, found in self._sessions.items() if found[0] != user}

    def crumb(self, user: str, session: str) -> str:
        """The crumb of this user in this session, as Jenkins' default issuer binds it."""
        return hmac.new(self._salt, f"{user};{session}".encode(), "sha256").hexdigest()

    def valid_crumb(self, crumb: str, user: str, session: str) -> bool:
        """Whether the crumb is this session's."""
        return hmac.compare_digest(crumb.encode(), self.crumb(user, session).encode())

    def _drop_stale(self) -> None:
        limit = time.monotonic() - _SESSION_SECONDS
        for session in [s for s, (_, seen) in self._sessions.items() if seen < limit]:
            del self._sessions[session]
        while len(self._sessions) >= _MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
