"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from portal.access.guards import COOKIE
from portal.access.guards import visitor as visitor_of
from portal.models import Problem
from portal.pages.desk import Refusal
from portal.pages.site import own_path, page, redirect, refusal
from portal.pages.visits import Visit


async def sign_in_page(request: Request) -> Response:
    """The form; who is signed in may change the account here."""
    return page("sign_in.html", None, refusal="", user="", next=own_path(request.query_params.get("next", "/")))


async def sign_in(request: Request) -> Response:
    """Signs in with an account of Jenkins, and goes where one wanted to go."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return refusal(Problem(type="foreign", title="The form is from another site", status=403), None)
    form = await request.form()
    user, after = str(form.get("user", "")), own_path(str(form.get("next", "/")))
    try:
        cookie = await request.app.state.desk.sign_in(user, str(form.get("password", "")))
    except Refusal as refused:
        words = refused.problem.detail or refused.problem.title
        return page("sign_in.html", None, status=refused.problem.status, refusal=words, user=user, next=after)
    answer = redirect(after)
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


async def sign_out(visit: Visit) -> Response:
    """Ends the session."""
    await visit.form()
    await visit.desk.sign_out(visit.request.cookies.get(COOKIE, ""))
    answer = redirect("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


async def allowed(request: Request) -> Response:
    """Tells a page whose stream has ended whether it has to sign in again."""
    return Response(status_code=401 if await visitor_of(request) is None else 204)
