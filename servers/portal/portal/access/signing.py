"""Signing in and out, for the API and for pages."""

from __future__ import annotations

from portal.access.sessions import Opened
from portal.errors import Refusal
from portal.portal import Portal


async def open_session(portal: Portal, user: str, password: str, former: str = "") -> Opened:
    """Opens a session for an account, in the place of the one that its browser had.

    Args:
        portal: the portal.
        user: the account.
        password: its password or token.
        former: what the browser's cookie carries until now; a session never survives a sign-in.

    Raises:
        Refusal: user and password do not belong together, or that was wrong too often.
        PartDown: Jenkins and GitLab do not answer.
    """
    found = await portal.accounts.check(user, password)
    if found is None:
        portal.audit.add("nobody", "sign-in", user, "refused", "User and password do not belong together.")
        raise Refusal(
            "sign-in",
            "User and password do not belong together",
            why="Neither Jenkins nor GitLab knows them.",
            fix="./inv credentials shows the sandbox's accounts",
            status=401,
        )
    portal.sessions.close(former)
    portal.audit.add(found.user, "sign-in", f"role {found.role}", "done")
    return portal.sessions.open(found.user, found.role)


def close_session(portal: Portal, secret: str) -> None:
    """Ends the session of a cookie, if it is one."""
    if session := portal.sessions.find(secret):
        portal.sessions.close(secret)
        portal.audit.add(session.user, "sign-out", f"role {session.role}", "done")
