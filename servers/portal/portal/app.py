"""The portal as an ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from portal import pages
from portal.api import access, actions, chain, environments, hooks, rules
from portal.front import document, problems
from portal.front.gate import Gate
from portal.portal import Portal

_ABOUT = "The delivery chain in one place: what it is doing, and the means to act on it."


def _operation_id(route: APIRoute) -> str:
    """A name for clients that are made from the document, as in "rules-dry_run"."""
    return f"{route.tags[0]}-{route.name}"


def make_app(portal: Portal) -> FastAPI:
    """Makes the application of a portal, which looks and works as long as the application runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        portal.start()
        yield
        await portal.stop()

    app = FastAPI(
        title="kubestage portal", version="1", description=_ABOUT, lifespan=lifespan, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", generate_unique_id_function=_operation_id,
    )  # fmt: skip
    app.state.portal = portal
    for part in (access, chain, actions, environments, rules, hooks):
        app.include_router(part.router)
    pages.install(app, portal)
    problems.install(app)
    document.install(app, portal.settings.cookie)
    app.add_middleware(Gate, settings=portal.settings)
    return app
