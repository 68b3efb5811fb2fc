"""Signing in and out, links for an audience, bearer tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from portal.access.guards import Operator, ThePortal, Viewer, session_secret
from portal.access.sessions import Opened
from portal.access.signing import close_session, open_session
from portal.errors import Refusal
from portal.models.access import Link, NewLink, NewToken, Session, SignIn, Token
from portal.portal import Portal

router = APIRouter()
Number = Annotated[int, Path(ge=1, le=2**53, description="its id")]


@router.post("/api/v1/session", tags=["session"], summary="Sign in")
async def sign_in(body: SignIn, request: Request, response: Response, portal: ThePortal) -> Session:
    """Signs in with an account of Jenkins or GitLab, by password or API token; sets the session's cookie."""
    opened = await open_session(portal, body.user, body.password.get_secret_value(), session_secret(request))
    set_cookie(portal, response, opened)
    return opened.session


@router.get("/api/v1/session", tags=["session"], summary="Who am I")
async def session(known: Viewer) -> Session:
    """Who asks, and with what CSRF token a cookie's session may change things."""
    return known


@router.delete("/api/v1/session", tags=["session"], status_code=204, summary="Sign out")
async def sign_out(_: Viewer, request: Request, response: Response, portal: ThePortal) -> None:
    """Ends the cookie's session."""
    close_session(portal, session_secret(request))
    response.delete_cookie(portal.settings.cookie, path="/")


@router.get(
    "/watch/{secret}", tags=["session"], status_code=303, response_class=RedirectResponse, summary="Come by a link"
)
async def watch(
    secret: Annotated[str, Path(description="what the link ends with")], request: Request, portal: ThePortal
) -> RedirectResponse:
    """Gives whoever has an audience's link a viewer's session, and leads to the page.

    Who is signed in with an account stays so.
    """
    opened = portal.sessions.follow_link(secret, session_secret(request))
    if opened is None:
        raise Refusal(
            "not-found",
            "The link no longer works",
            why="It has ended or was revoked.",
            fix="ask for a new one",
            status=404,
        )
    answer = RedirectResponse("/", 303)
    set_cookie(portal, answer, opened)
    return answer


@router.get("/api/v1/links", tags=["session"], summary="Links for an audience")
async def links(_: Operator, portal: ThePortal) -> list[Link]:
    """The links that work."""
    return portal.sessions.links()


@router.post("/api/v1/links", tags=["session"], status_code=201, summary="Make a link")
async def new_link(body: NewLink, known: Operator, portal: ThePortal) -> Link:
    """Makes a read-only link; its address is told this once."""
    link = portal.sessions.new_link(body, known.user, f"{portal.settings.external_url}/watch/")
    portal.audit.add(known.user, "link made", link.title, "done", f"It works until {link.expires:%Y-%m-%d %H:%M} UTC.")
    return link


@router.delete("/api/v1/links/{number}", tags=["session"], status_code=204, summary="Revoke a link")
async def revoke_link(number: Number, known: Operator, portal: ThePortal) -> None:
    """Ends a link and the sessions that came by it."""
    portal.sessions.revoke_link(number)
    portal.audit.add(known.user, "link revoked", f"link {number}", "done")


@router.get("/api/v1/tokens", tags=["session"], summary="My tokens")
async def tokens(known: Viewer, portal: ThePortal) -> list[Token]:
    """The bearer tokens of the account that asks."""
    return portal.sessions.tokens(known.user)


@router.post("/api/v1/tokens", tags=["session"], status_code=201, summary="Make a token")
async def new_token(body: NewToken, known: Viewer, portal: ThePortal) -> Token:
    """Makes a bearer token with at most one's own role; it is told this once."""
    token = portal.sessions.new_token(body, known)
    portal.audit.add(known.user, "token made", body.title, "done", f"role {token.role}")
    return token


@router.delete("/api/v1/tokens/{number}", tags=["session"], status_code=204, summary="Revoke a token")
async def revoke_token(number: Number, known: Viewer, portal: ThePortal) -> None:
    """Ends one of one's own tokens."""
    portal.sessions.revoke_token(known.user, number)
    portal.audit.add(known.user, "token revoked", f"token {number}", "done")


def set_cookie(portal: Portal, response: Response, opened: Opened) -> None:
    """Sets the session's cookie."""
    secure = portal.settings.external_url.startswith("https:")
    response.set_cookie(
        portal.settings.cookie, opened.secret, httponly=True, samesite="lax", secure=secure, path="/",
        expires=opened.session.expires,
    )  # fmt: skip
