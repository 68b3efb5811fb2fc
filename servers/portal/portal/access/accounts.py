"""Accounts are Jenkins' and GitLab's own: the portal keeps none and no password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict

from portal.clients.gitlab import GitLab
from portal.clients.jenkins import Jenkins
from portal.errors import PartDown, PartRefused, PortalError
from portal.models.access import Role, Session
from portal.settings import Settings

# Basic authentication comes with every request; the servers are asked again after this time.
_REMEMBERED_SECONDS = 60.0
_REMEMBERED = 200


class Accounts:
    """Asks Jenkins, then GitLab, whether user and password belong together."""

    def __init__(self, settings: Settings, jenkins: Jenkins, gitlab: GitLab) -> None:
        self._operators = settings.operators
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
            PartDown: a server does not answer, and the other one does not know the account.
        """
        mark = hmac.new(self._key, f"{user}\0{password}".encode("utf-8", "replace"), hashlib.sha256).digest()
        until, server = self._remembered.get(mark, (0.0, ""))
        if until < time.monotonic():
            server = await self._server(user, password)
            if not server:
                return None
            self._remembered[mark] = (time.monotonic() + _REMEMBERED_SECONDS, server)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return Session(user=user, role=self.role(server, user))

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
