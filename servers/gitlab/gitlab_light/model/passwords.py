"""Passwords and tokens: made, hashed, compared."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from threading import Lock

import bcrypt

MIN_PASSWORD = 8
MAX_PASSWORD = 128
_ROUNDS = 10  # GitLab's own cost
_REMEMBERED = 256


def hash_password(password: str) -> str:
    """The salted hash that is kept; passwords longer than bcrypt's 72 bytes count in full."""
    return bcrypt.hashpw(_prepared(password), bcrypt.gensalt(_ROUNDS)).decode()


class PasswordCheck:
    """Compares passwords with their hashes.

    A git command comes in several requests, each with the password, and bcrypt is slow on purpose. So what was right a
    moment ago is remembered in memory only, under a key that dies with the process.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._lock = Lock()

    def matches(self, password: str, hashed: str) -> bool:
        """Whether the hash is this password's."""
        mark = hmac.digest(self._key, f"{hashed}\0{password}".encode("utf-8", "surrogatepass"), "sha256")
        with self._lock:
            if mark in self._right:
                self._right.move_to_end(mark)
                return True
        try:
            right = bcrypt.checkpw(_prepared(password), hashed.encode())
        except ValueError:
            return False  # an account without a usable password
        if right:
            with self._lock:
                self._right[mark] = None
                while len(self._right) > _REMEMBERED:
                    self._right.popitem(last=False)
        return right


def new_token(prefix: str = "glpat-") -> str:
    """A token in GitLab's form: a prefix and 20 characters."""
    return prefix + secrets.token_urlsafe(15)


def digest(secret: str) -> str:
    """What is kept of a token; tokens are random, so one round is enough (GitLab keeps SHA-256 too)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _prepared(password: str) -> bytes:
    return base64.b64encode(hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest())
