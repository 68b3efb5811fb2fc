"""The portal's pages: rendered on the server, kept live by one stream of changed pieces."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response, StreamingResponse

from portal.access.guards import portal_of
from portal.access.guards import visitor as visitor_of
from portal.pages import acting, api_page, looking, ruling, signing, site
from portal.pages.live import Listener, Live
from portal.pages.visits import visited, whole_number
from portal.portal import Portal

_STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
_MOST_REGIONS = 16


def install(app: FastAPI, portal: Portal) -> None:
    """Gives an application the pages of a portal."""
    app.state.live = Live(portal)
    app.include_router(_routes())


def _routes() -> APIRouter:
    """The pages' addresses, which are no part of the API."""
    routes = APIRouter()
    for address, show in (
        ("/", looking.overview),
        ("/environments/{name}", looking.environment_page),
        ("/versions", looking.versions),
        ("/operations", looking.operations),
        ("/operations/{number}", looking.operation),
        ("/audit", looking.audit),
        ("/health", looking.health),
        ("/rules", ruling.rules_page),
        ("/api", api_page.api_page),
        ("/act/{name}", acting.form_page),
        ("/approvals/{number}", acting.approval_page),
        ("/audience", signing.audience),
    ):
        routes.add_route(address, visited(show), methods=["GET"])
    for address, act in (
        ("/act/{name}", acting.send),
        ("/approvals/{number}", acting.decide),
        ("/rules", ruling.send),
        ("/sign-out", signing.sign_out),
        ("/audience", signing.change_audience),
    ):
        routes.add_route(address, visited(act), methods=["POST"])
    routes.add_route("/sign-in", signing.sign_in_page, methods=["GET"])
    routes.add_route("/sign-in", signing.sign_in, methods=["POST"])
    routes.add_route("/live", stream, methods=["GET"])
    routes.add_route("/live/allowed", signing.allowed, methods=["GET"])
    routes.add_route("/static/{version}/{name}", site.asset, methods=["GET"])
    return routes


async def stream(request: Request) -> Response:
    """The stream of a page; `region` names its pieces, after a `~` with the mark of what it has of each.

    `log` is an operation whose lines after `from` it wants.
    """
    visitor = visitor_of(request)
    if visitor is None:
        return Response(status_code=401)
    asked = request.query_params
    live: Live = request.app.state.live
    named = (each.partition("~") for each in asked.getlist("region")[:_MOST_REGIONS])
    regions = {name: mark for name, _, mark in named if live.regions.exists(name)}
    operation, after = whole_number(asked.get("log", "")), whole_number(asked.get("from", "")) or 0

    def allowed() -> bool:
        return visitor_of(request) is not None

    streams = portal_of(request).streams
    streams.admit(visitor)
    told = live.stream(Listener(regions, operation, after), visitor, allowed)
    return StreamingResponse(streams.counted(visitor, told), media_type="text/event-stream", headers=_STREAM)
