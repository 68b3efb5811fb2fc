"""One visit of a page: who looks, at what desk; refusals become pages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote

from fastapi import Request
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.responses import Response

from portal.access.guards import portal_of
from portal.access.guards import visitor as visitor_of
from portal.errors import PortalError, Refusal, not_found
from portal.models import Session
from portal.pages.live import Live
from portal.pages.site import brought_back, page, redirect, refusal
from portal.portal import Portal


def whole_number(text: str) -> int | None:
    """A number that an address or a form carries, as far as the database could have it; None for anything else."""
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


@dataclass(frozen=True)
class Visit:
    """A visit of somebody who is known.

    Attributes:
        request: the request.
        visitor: who looks.
        portal: the portal.
        live: all open pages.
    """

    request: Request
    visitor: Session
    portal: Portal
    live: Live

    @property
    def may_act(self) -> bool:
        """Whether the visitor may change something."""
        return self.visitor.role == "operator"

    @property
    def number(self) -> int:
        """The number in the page's address.

        Raises:
            Refusal: there is none, or one that nothing can have.
        """
        text = self.request.path_params["number"]
        if (number := whole_number(text)) is None:
            raise not_found(f"There is no operation {text[:20]}")
        return number

    def show(self, template: str, at: str, regions: list[str] | None = None, **values: Any) -> Response:
        """A page with live pieces.

        Args:
            template: its name.
            at: the address of its place in the bar.
            regions: the names of the live pieces that the template calls for, by `region(name)`.
            values: what else the template shows.
        """
        pieces = {name: self.live.regions.get(name, self.visitor.role) for name in regions or []}
        return page(template, self.visitor, at, region=lambda name: Markup(pieces[name].html), **values)  # noqa: S704

    async def form(self) -> FormData:
        """The form that was sent.

        Raises:
            Refusal: it does not come from a page of this visitor's session.
        """
        form = await self.request.form()
        if not brought_back(form, self.visitor):
            raise Refusal(
                "csrf",
                "The form is not from your session",
                why="Its token is missing or belongs to another session.",
                fix="load the page again and retry",
                status=403,
            )
        return form


Page = Callable[[Visit], Awaitable[Response]]


def visited(show: Page) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """A route of a page for whoever is signed in; others are led to the sign-in page and back."""

    @wraps(show)
    async def route(request: Request) -> Response:
        visitor = visitor_of(request)
        if visitor is None:
            asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return redirect(f"/sign-in?next={quote(asked if request.method == 'GET' else '/', safe='')}")
        try:
            return await show(Visit(request, visitor, portal_of(request), request.app.state.live))
        except PortalError as error:
            return refusal(error, visitor)

    return route
