"""Who asks, for routes to depend on: `viewer` for whoever is signed in, `operator` for whoever may act."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Annotated

from fastapi import Depends, Request

from portal.errors import Refusal
from portal.models.access import Session
from portal.portal import Portal

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def portal_of(request: Request) -> Portal:
    """The portal that answers the request."""
    portal: Portal = request.app.state.portal
    return portal


def session_secret(request: Request) -> str:
    """What the session's cookie carries; empty without one."""
    return request.cookies.get(portal_of(request).settings.cookie, "")


def visitor(request: Request) -> Session | None:
    """Who looks at a page, by the cookie; None for whoever is not signed in."""
    secret = session_secret(request)
    return portal_of(request).sessions.find(secret) if secret else None


async def viewer(request: Request) -> Session:
    """Who asks, by bearer token, basic authentication or cookie; a cookie may only change things with the CSRF token.

    Raises:
        Refusal: nobody is signed in, or the CSRF token is missing.
    """
    header = request.headers.get("Authorization", "")
    if header:
        return await _by_header(portal_of(request), header)
    session = visitor(request)
    if session is None:
        raise _not_signed_in()
    if request.method not in _SAFE and not await _has_csrf(request, session):
        raise Refusal(
            "csrf",
            "The request does not come from the portal's own page",
            why="It carries the session's cookie and not its CSRF token.",
            fix="send X-CSRF-Token with the value of csrf in GET /api/v1/session",
            status=403,
        )
    return session


def still_known(request: Request) -> bool:
    """Whether the session or token of a request that goes on and on still holds; a password is not asked anew."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    sessions = portal_of(request).sessions
    if scheme:
        return scheme.lower() == "basic" or sessions.bearer(value.strip()) is not None
    return sessions.find(session_secret(request)) is not None


async def operator(request: Request, session: Annotated[Session, Depends(viewer)]) -> Session:
    """The same, for whoever may act.

    Raises:
        Refusal: the account may only look; it is noted in the audit log.
    """
    portal_of(request).require_operator(session, f"{request.method} {request.url.path}")
    return session


Viewer = Annotated[Session, Depends(viewer)]
Operator = Annotated[Session, Depends(operator)]
ThePortal = Annotated[Portal, Depends(portal_of)]


async def _by_header(portal: Portal, header: str) -> Session:
    scheme, _, value = header.partition(" ")
    session: Session | None = None
    if scheme.lower() == "bearer":
        session = portal.sessions.bearer(value.strip())
    elif scheme.lower() == "basic":
        user, password = _basic(value)
        session = await portal.accounts.check(user, password) if user and password else None
    if session is None:
        raise _not_signed_in()
    return session


def _basic(value: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return user, password


async def _has_csrf(request: Request, session: Session) -> bool:
    given = request.headers.get("X-CSRF-Token", "")
    if not given and request.headers.get("Content-Type", "").startswith(_FORMS):
        given = str((await request.form()).get("csrf") or "")
    return hmac.compare_digest(given.encode(), session.csrf.encode())


def _not_signed_in() -> Refusal:
    return Refusal(
        "not-signed-in",
        "Nobody is signed in",
        why="There is no session, token or account with this request, or it has ended.",
        fix="sign in at / or send Authorization: Basic or Bearer",
        status=401,
    )
