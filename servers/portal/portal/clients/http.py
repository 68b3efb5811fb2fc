"""HTTP to a part: bounded times, no proxy, and errors that say which part and how to mend it."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx

from portal.errors import PartDown, PartRefused

_TIMES = httpx.Timeout(5.0, connect=2.0)
_WHY_LENGTH = 300
# Servers close a connection that nobody used for 5 s (Python's) to 75 s (nginx'). A request that meets that closing is
# lost, and nobody knows whether it was heard: so the connection is left earlier than any of them does.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2.0)
# A watch only listens, and would not notice for minutes that the other end has vanished without a word.
_KEEP_ALIVE = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
)


@cache
def authorities() -> SSLContext:
    """The usual certificate authorities, read once: each reading takes longer than all else that a client needs."""
    return httpx.create_ssl_context(trust_env=False)


class Caller:
    """Calls one part.

    Args:
        part: its name for people.
        url: where it answers, without a slash at the end.
        fix: the command that mends it.
        verify: how the server's certificate is checked.
        transport: what to call through in place of the network, for tests.
    """

    def __init__(
        self,
        part: str,
        url: str,
        fix: str,
        *,
        verify: SSLContext | bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.part = part
        self.url = url
        self.fix = fix
        # A company's proxy knows nothing of the parts.
        checked = authorities() if verify is True else verify
        transport = transport or httpx.AsyncHTTPTransport(
            verify=checked, trust_env=False, limits=_LIMITS, socket_options=_KEEP_ALIVE
        )
        self._client = httpx.AsyncClient(timeout=_TIMES, trust_env=False, transport=transport)

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()

    async def send(self, method: str, path: str, *, allow: tuple[int, ...] = (), **options: Any) -> httpx.Response:
        """Sends a request and gives the whole answer.

        Args:
            method: the HTTP method.
            path: below the part's address.
            allow: statuses of 400 and above that are answers here, and no errors.
            options: as httpx takes them.

        Raises:
            PartDown: it does not answer in time.
            PartRefused: it answers with an error.
        """
        try:
            response = await self._client.request(method, self.url + path, **options)
        except httpx.HTTPError as error:
            raise self._down(error) from error
        return self._checked(response, allow)

    @asynccontextmanager
    async def stream(
        self, path: str, *, params: Mapping[str, Any], headers: Mapping[str, str], silence: float
    ) -> AsyncIterator[httpx.Response]:
        """Opens an answer that goes on and on; at most `silence` seconds pass without a piece of it.

        Raises:
            PartDown: it does not answer, or stopped.
            PartRefused: it answers with an error.
        """
        times = httpx.Timeout(silence, connect=2.0)
        try:
            async with self._client.stream(
                "GET", self.url + path, params=params, headers=headers, timeout=times
            ) as response:
                if response.is_error:
                    await response.aread()
                yield self._checked(response, ())
        except httpx.HTTPError as error:
            raise self._down(error) from error

    def _down(self, error: httpx.HTTPError) -> PartDown:
        unsent = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
        why = f"{self.url}: {str(error) or type(error).__name__}"
        return PartDown(self.part, why, fix=self.fix, sent=not unsent)

    def _checked(self, response: httpx.Response, allow: tuple[int, ...]) -> httpx.Response:
        if response.is_error and response.status_code not in allow:
            raise PartRefused(self.part, response.status_code, _why(response), fix=self.fix)
        return response


def _why(response: httpx.Response) -> str:
    """The words of an error, as JSON servers put them, else the body's beginning."""
    try:
        body = response.json()
    except ValueError:
        return response.text.strip()[:_WHY_LENGTH]
    if isinstance(body, dict):
        for name in ("message", "error", "errors"):
            if body.get(name):
                return str(body[name])[:_WHY_LENGTH]
    return response.text[:_WHY_LENGTH]
