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
        self._remembered: OrderedDict[bytes, float] = OrderedDict()

    def role(self, user: str) -> Role:
        """What an account may do."""
        return "operator" if user in self._operators else "viewer"

    async def check(self, user: str, password: str) -> Session | None:
        """The account's session without a cookie; None where neither server knows the account.

        Raises:
            PartDown: a server does not answer, and the other one does not know the account.
        """
        mark = hmac.new(self._key, f"{user}\0{password}".encode("utf-8", "replace"), hashlib.sha256).digest()
        if self._remembered.get(mark, 0.0) < time.monotonic():
            if not await self._known(user, password):
                return None
            self._remembered[mark] = time.monotonic() + _REMEMBERED_SECONDS
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return Session(user=user, role=self.role(user))

    async def _known(self, user: str, password: str) -> bool:
        if not _can_be_sent(user) or not _can_be_sent(password) or ":" in user:
            return False
        failure: PortalError | None = None
        for server in (self._jenkins, self._gitlab):
            try:
                # Jenkins takes a login in any case and tells the account's own; only that one is let in.
                if await server.who(user, password) == user:
                    return True
            except (PartDown, PartRefused) as error:
                failure = error
        if failure:
            raise failure
        return False


def _can_be_sent(text: str) -> bool:
    """Whether a text can stand in a header: no control characters, no half surrogates."""
    return text.isprintable() and text == text.encode("utf-8", "ignore").decode()
