"""What every request passes: is it meant for the portal, is it small enough, does its caller ask too often."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.access.attempts import Buckets, too_many
from portal.errors import Refusal
from portal.front.problems import told
from portal.settings import Settings

MAX_BODY = 256 * 1024
MAX_HOOK_BODY = 4 * 1024 * 1024
HOOKS = "/hooks/"

# 100 of an audience behind one address come with a cookie each; who has none shares the address' bucket.
_SIZE, _PER_SECOND = 300.0, 60.0
# For one address together, whatever cookies and accounts its requests bring.
_ADDRESS_SIZE, _ADDRESS_PER_SECOND = 3000.0, 600.0

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._cookie = settings.cookie
        self._names = {"localhost", urlsplit(settings.external_url).hostname or "", *settings.allowed_hosts}
        self._buckets = Buckets(_SIZE, _PER_SECOND)
        self._addresses = Buckets(_ADDRESS_SIZE, _ADDRESS_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # the server itself keeps the body back (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}
        started = False

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._check(scope, headers)
            await self._app(scope, _bounded(scope, headers, receive), guarded_send)
        except Refusal as refusal:
            if started:
                raise
            await told(Request(scope), refusal)(scope, receive, guarded_send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            raise Refusal(
                "host",
                f"The portal is not called {host!r}"[:200],
                why="A page of another name could otherwise speak to it through a browser (DNS rebinding).",
                fix="use the address of ./inv status, or PORTAL_ALLOWED_HOSTS",
                status=421,
            )
        # "null" is what a page says that hides where it is from, such as a frame in a sandbox.
        origin = headers.get("origin", "")
        if origin and urlsplit(origin).netloc != host and scope["method"] not in ("GET", "HEAD"):
            raise Refusal(
                "origin", "The request comes from another page", why=f"Its Origin is {origin[:200]}.", status=403
            )
        if not scope["path"].startswith(("/static/", "/healthz")):
            wait = self._addresses.take(_address(scope)) or self._buckets.take(self._caller(scope, headers))
            if wait:
                raise too_many(wait, "Too many requests")

    def _caller(self, scope: Scope, headers: Headers) -> str:
        cookies = headers.get("cookie", "")
        known_by = cookies if self._cookie in cookies else headers.get("authorization", "")
        return f"{_address(scope)} {known_by[:300]}"

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names the portal; no DNS answer can make an address of another's page."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._names and name:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _address(scope: Scope) -> str:
    return str((scope.get("client") or ("", 0))[0])


def _bounded(scope: Scope, headers: Headers, receive: Receive) -> Receive:
    """The request's body, as long as it is not too long."""
    most = MAX_HOOK_BODY if scope["path"].startswith(HOOKS) else MAX_BODY
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise _too_long(most)
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            # FastAPI makes 400 of any other exception that comes while it reads a body.
            raise HTTPException(413, _too_long(most).what)
        return message

    return bounded


def _too_long(most: int) -> Refusal:
    return Refusal("too-long", "The request's body is too long", why=f"It may have {most} bytes.", status=413)
