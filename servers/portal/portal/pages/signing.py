"""Signing in and out, and the links by which an audience looks without an account."""

from __future__ import annotations

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import Response

from portal.access.guards import portal_of, session_secret
from portal.access.guards import visitor as visitor_of
from portal.access.signing import close_session, open_session
from portal.api import access as api
from portal.errors import PortalError, invalid
from portal.models import Link, NewLink
from portal.pages.site import own_path, page, redirect
from portal.pages.visits import Visit, whole_number


async def sign_in_page(request: Request) -> Response:
    """The form; who is signed in may change the account here."""
    return page("sign_in.html", None, refused=None, user="", next=own_path(request.query_params.get("next", "/")))


async def sign_in(request: Request) -> Response:
    """Signs in with an account of Jenkins or GitLab, and goes where one wanted to go."""
    form = await request.form()
    portal = portal_of(request)
    user, after = str(form.get("user", ""))[:200], own_path(str(form.get("next", "/")))
    try:
        opened = await open_session(portal, user, str(form.get("password", "")), session_secret(request))
    except PortalError as refused:
        return page(
            "sign_in.html", None, status=refused.status, headers=refused.headers, refused=refused, user=user, next=after
        )
    answer = redirect(after)
    api.set_cookie(portal, answer, opened)
    return answer


async def sign_out(visit: Visit) -> Response:
    """Ends the session."""
    await visit.form()
    answer = redirect("/sign-in")
    close_session(visit.portal, session_secret(visit.request))
    answer.delete_cookie(visit.portal.settings.cookie, path="/")
    return answer


async def allowed(request: Request) -> Response:
    """Tells a page whose stream has ended whether it has to sign in again."""
    return Response(status_code=401 if visitor_of(request) is None else 204)


async def audience(visit: Visit) -> Response:
    """The links that work."""
    return _audience(visit, None)


async def change_audience(visit: Visit) -> Response:
    """Makes a link, or ends one."""
    form = await visit.form()
    visit.portal.require_operator(visit.visitor, "audience")
    if ended := whole_number(str(form.get("end", ""))):
        await api.revoke_link(ended, visit.visitor, visit.portal)
        return redirect("/audience")
    try:
        wish = NewLink.model_validate({"title": form.get("title"), "hours": form.get("hours")})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise invalid("The link cannot be made", f"{first['loc'][0]}: {first['msg']}.") from None
    return _audience(visit, await api.new_link(wish, visit.visitor, visit.portal))


def _audience(visit: Visit, made: Link | None) -> Response:
    links = visit.portal.sessions.links() if visit.may_act else []
    return visit.show("audience.html", "", links=links, made=made)
