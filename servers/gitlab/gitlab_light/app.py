"""The server as an ASGI application."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gitlab_light.api.application import PREFIX, Api
from gitlab_light.api.parts import ALL
from gitlab_light.git_access import GitAccess
from gitlab_light.instance import Instance
from gitlab_light.ssh.server import SshServer
from gitlab_light.web.site import Site

_log = logging.getLogger(__name__)
# How often it is looked for pushes whose git outlived an earlier life of the server.
_RECOVER_EVERY_SECONDS = 5.0
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# The headers of the API's answers that scripts of other origins may read.
_TOLD = (
    "ETag", "Link", "X-Request-Id",
    *(f"X-{name}" for name in ("Total", "Total-Pages", "Per-Page", "Page", "Next-Page", "Prev-Page")),
    *(f"X-Gitlab-{name}" for name in (
        "Blob-Id", "Commit-Id", "Content-Sha256", "Encoding", "File-Name", "File-Path", "Last-Commit-Id", "Ref", "Size",
    )),
)  # fmt: skip


class Front:
    """Leads each request to the part that answers it."""

    def __init__(self, instance: Instance) -> None:
        # As in GitLab, pages of any origin may call the API, by token: without credentials, cookies do not come along.
        self._api = CORSMiddleware(
            Api(instance, ALL), allow_origins=["*"], allow_methods=_METHODS, allow_headers=["*"],
            expose_headers=_TOLD, max_age=7200,
        )  # fmt: skip
        self._git = GitAccess(instance)
        self._site = Site(instance)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        try:
            await self._part(scope["path"])(scope, receive, send)
        except asyncio.CancelledError:
            # The server ends, and the time that requests under way are given for that is over.
            _log.info("%s %s was cut off", scope["method"], scope["path"])

    def _part(self, path: str) -> ASGIApp:
        if path == PREFIX or path.startswith(PREFIX + "/"):
            return self._api
        if self._git.concerns(path):
            return self._git
        return _health(path) or _absent(path) or self._site


def _absent(path: str) -> Response | None:
    """The answer at addresses where programs look for parts of GitLab that are not here: GraphQL, OAuth, registry."""
    if path.startswith("/api/v3/"):
        return JSONResponse({"error": "API V3 is no longer supported. Use API V4 instead."}, 410)
    absent = path == "/api" or path.startswith(("/api/", "/oauth/", "/jwt/"))
    return JSONResponse({"error": "404 Not Found"}, 404) if absent else None


def _health(path: str) -> Response | None:
    """The answer at GitLab's addresses for health checks."""
    if path == "/-/readiness":
        return JSONResponse({"status": "ok", "master_check": [{"status": "ok"}]})
    if path == "/-/liveness":
        return JSONResponse({"status": "ok"})
    if path == "/-/health":
        return PlainTextResponse("GitLab OK")
    return None


def make_app(instance: Instance, ssh_socket: socket.socket) -> ASGIApp:
    """Makes the application of an instance; its deliveries and its SSH server run as long as it does."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(instance.journal.recover)
        tasks = [asyncio.create_task(instance.sender.run()), asyncio.create_task(_recover(instance))]
        ssh = SshServer(instance, ssh_socket)
        await ssh.start()
        yield
        await ssh.stop()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        instance.close()

    app = Starlette(lifespan=lifespan)
    app.mount("/", Front(instance))
    return app


async def _recover(instance: Instance) -> None:
    while True:
        await asyncio.sleep(_RECOVER_EVERY_SECONDS)
        try:
            if settled := await run_in_threadpool(instance.journal.recover):
                _log.info("settled %s pushes of an earlier life", settled)
        except Exception:
            _log.exception("could not settle what an earlier life has left; trying again")
