"""Accounts are Jenkins' and GitLab's own: the portal keeps none and no password."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import secrets
import time
from collections import OrderedDict
from weakref import WeakValueDictionary

from portal.access.attempts import Attempts
from portal.access.sessions import SESSION_HOURS
from portal.clients.gitlab import GitLab
from portal.clients.jenkins import Jenkins
from portal.errors import PartDown, PartRefused, PortalError
from portal.models.access import Role, Session
from portal.settings import Settings

# Basic authentication comes with every request; the servers are asked again after this time.
_REMEMBERED_SECONDS = 60.0
# So long the last answer holds while the server does not give another one: as a session does, which is not asked anew.
_HELD_SECONDS = SESSION_HOURS * 3600.0
_REMEMBERED = 200


class Accounts:
    """Asks Jenkins, then GitLab, whether user and password belong together."""

    def __init__(self, settings: Settings, jenkins: Jenkins, gitlab: GitLab, attempts: Attempts) -> None:
        self._operators = settings.operators
        self._attempts = attempts
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._jenkins = jenkins
        self._gitlab = gitlab
        self._key = secrets.token_bytes(32)
        self._remembered: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def role(self, server: str, user: str) -> Role:
        """What an account may do; operators are named with their server, as in "jenkins:admin", or for both."""
        return "operator" if self._operators & {user, f"{server}:{user}"} else "viewer"

    async def check(self, user: str, password: str) -> Session | None:
        """The account's session without a cookie; None where neither server knows the account.

        Raises:
            Refusal: that was wrong too often.
            PartDown: a server does not answer, and neither the other one nor any earlier answer knows the account.
        """
        mark = hmac.new(self._key, f"{user}\0{password}".encode("utf-8", "replace"), hashlib.sha256).digest()
        server = self._known(mark)
        if not server:
            # One after the other: each wrong one has been counted before the next of the same account is tried.
            async with self._turns.setdefault(user, asyncio.Lock()):
                server = self._known(mark) or await self._tried(user, password, mark)
        return Session(user=user, role=self.role(server, user)) if server else None

    def _known(self, mark: bytes) -> str:
        """The server that knew them a moment ago; empty where none did."""
        return self._answered(mark, _REMEMBERED_SECONDS)

    def _answered(self, mark: bytes, seconds: float) -> str:
        """The server that knew them in the last so many seconds; empty where none did."""
        at, server = self._remembered.get(mark, (-math.inf, ""))
        return server if time.monotonic() - at <= seconds else ""

    async def _tried(self, user: str, password: str, mark: bytes) -> str:
        self._attempts.check(user)
        try:
            server = await self._server(user, password)
        except PartDown:
            if held := self._answered(mark, _HELD_SECONDS):
                return held
            raise
        if server:
            self._remembered[mark] = (time.monotonic(), server)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        else:
            self._remembered.pop(mark, None)
            self._attempts.failed(user)
        return server

    async def _server(self, user: str, password: str) -> str:
        """The server that knows them; empty where none does."""
        if not _can_be_sent(user) or not _can_be_sent(password) or ":" in user:
            return ""
        failure: PortalError | None = None
        servers: tuple[tuple[str, Jenkins | GitLab], ...] = (("jenkins", self._jenkins), ("gitlab", self._gitlab))
        for name, server in servers:
            try:
                # Jenkins takes a login in any case and tells the account's own; only that one is let in.
                if await server.who(user, password) == user:
                    return name
            except (PartDown, PartRefused) as error:
                failure = error
        if failure:
            raise failure
        return ""


def _can_be_sent(text: str) -> bool:
    """Whether a text can stand in a header: no control characters, no half surrogates."""
    return text.isprintable() and text == text.encode("utf-8", "ignore").decode()
