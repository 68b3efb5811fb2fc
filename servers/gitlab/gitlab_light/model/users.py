"""Accounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gitlab_light.errors import bad_request, conflict
from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.passwords import MAX_PASSWORD, MIN_PASSWORD, PasswordCheck, hash_password
from gitlab_light.model.redirects import Redirects

# GitLab's Gitlab::PathRegex: letters, digits, _, -, . ; no leading -, no trailing . / .git / .atom.
PATH = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,200}@[^@\s\x00-\x1f]{1,200}")
# Words that stand at an address' beginning for something else.
RESERVED = frozenset({
    "-", ".well-known", "admin", "api", "assets", "dashboard", "explore", "files", "groups", "health_check", "help",
    "import", "jwt", "login", "oauth", "profile", "projects", "public", "s", "search", "sitemap", "snippets",
    "unsubscribes", "uploads", "users", "v2",
})  # fmt: skip


@dataclass(frozen=True)
class User:
    """A person's account, or a bot that a project's token acts as."""

    id: int
    username: str
    name: str
    email: str
    password: str
    admin: bool
    state: str
    bot: bool
    external: bool
    can_create_group: bool
    projects_limit: int
    profile: dict[str, Any]
    last_activity_on: str | None
    created_at: str

    @property
    def active(self) -> bool:
        """Whether the account may sign in and act."""
        return self.state == "active"


def path_is_valid(path: str) -> bool:
    """Whether this can be a user's, group's or project's part of an address."""
    return bool(PATH.fullmatch(path)) and not path.lower().endswith((".", ".git", ".atom")) and path.strip(".") != ""


class Users:
    """The accounts, each with a namespace of its own for personal projects."""

    def __init__(self, database: Database, check: PasswordCheck) -> None:
        self._db = database
        self._check = check

    def find(self, user_id: int) -> User | None:
        """The account with this id."""
        return self._db.one(User, "SELECT * FROM users WHERE id = ?", user_id)

    def by_login(self, login: str) -> User | None:
        """The account with this user name or e-mail address."""
        return self._db.one(User, "SELECT * FROM users WHERE username = ? OR email = ?", login, login)

    def signed_in(self, login: str, password: str) -> User | None:
        """The active account that these belong to."""
        user = self.by_login(login)
        if user is None or user.bot or not user.active or len(password) > MAX_PASSWORD * 4:
            return None
        return user if self._check.matches(password, user.password) else None

    def create(
        self, *, username: str, name: str, email: str, password: str | None, bot: bool = False, **more: Any
    ) -> User:
        """Makes an account and its namespace.

        Args:
            username: the name to sign in with, also the personal namespace's path.
            name: the person's name.
            email: the address; must be nobody else's.
            password: None for an account that only tokens can use.
            bot: a project's bot: no namespace, no sign-in.
            more: further columns.

        Raises:
            Refusal: 409 where name or address is taken, 400 where one is malformed, worded as GitLab does.
        """
        self._check_new(username, name, email, password)
        with self._db.transaction():
            user_id = self._db.insert(
                "users",
                username=username,
                name=name,
                email=email,
                password=hash_password(password) if password is not None else "-",
                bot=bot,
                created_at=now(),
                **more,
            )
            if not bot:
                self._db.insert(
                    "namespaces",
                    kind="user",
                    path=username,
                    full_path=username,
                    name=name,
                    owner_id=user_id,
                    visibility="public",
                    created_at=now(),
                )
        return kept(self.find(user_id))

    def update(self, user: User, *, password: str | None = None, **changes: Any) -> User:
        """Changes an account; `username` moves its namespace too.

        Raises:
            Refusal: as in `create`.
        """
        if password is not None:
            check_password(password)
            changes["password"] = hash_password(password)
        username = changes.get("username", user.username)
        if username.lower() != user.username.lower():
            self._check_username(username)
        email = changes.get("email", user.email)
        if email.lower() != user.email.lower():
            self._check_email(email)
        with self._db.transaction():
            self._db.update("users", user.id, **changes)
            if username != user.username:
                if username.lower() != user.username.lower():
                    Redirects(self._db).leave_below(user.username)
                self._db.execute(
                    "UPDATE namespaces SET path = ?, full_path = ? WHERE kind = 'user' AND owner_id = ?",
                    username, username, user.id,
                )  # fmt: skip
                self._db.execute(
                    "UPDATE projects SET full_path = ? || '/' || path WHERE namespace_id IN "
                    "(SELECT id FROM namespaces WHERE kind = 'user' AND owner_id = ?)",
                    username, user.id,
                )  # fmt: skip
        return kept(self.find(user.id))

    def delete(self, user: User) -> None:
        """Removes an account with its tokens and memberships; its projects must be gone before.

        Raises:
            Refusal: 409 while the account owns projects or is the only owner of a group.
        """
        with self._db.transaction():
            owned = self._db.value(
                "SELECT count(*) FROM projects p JOIN namespaces n ON n.id = p.namespace_id WHERE n.owner_id = ?",
                user.id,
            )
            if owned:
                raise conflict("User cannot be removed while they own projects")
            self._db.execute("DELETE FROM namespaces WHERE kind = 'user' AND owner_id = ?", user.id)
            self._db.execute("DELETE FROM users WHERE id = ?", user.id)

    def _check_new(self, username: str, name: str, email: str, password: str | None) -> None:
        self._check_email(email)
        self._check_username(username)
        if not name.strip() or len(name) > 255:
            raise bad_request({"name": ["can't be blank" if not name.strip() else "is too long"]})
        if password is not None:
            check_password(password)

    def _check_email(self, email: str) -> None:
        if not _EMAIL.fullmatch(email):
            raise bad_request({"email": ["is invalid"]})
        if self._db.value("SELECT 1 FROM users WHERE email = ?", email):
            raise conflict("Email has already been taken")

    def _check_username(self, username: str) -> None:
        if not path_is_valid(username) or username.lower() in RESERVED:
            raise bad_request({"username": ["is invalid"]})
        taken = self._db.value("SELECT 1 FROM namespaces WHERE full_path = ?", username)
        if taken or self._db.value("SELECT 1 FROM users WHERE username = ?", username):
            raise conflict("Username has already been taken")


def check_password(password: str) -> None:
    """Refuses a password that is too short or too long.

    Raises:
        Refusal: 400, worded as GitLab does.
    """
    if len(password) < MIN_PASSWORD:
        raise bad_request({"password": [f"is too short (minimum is {MIN_PASSWORD} characters)"]})
    if len(password) > MAX_PASSWORD:
        raise bad_request({"password": [f"is too long (maximum is {MAX_PASSWORD} characters)"]})
