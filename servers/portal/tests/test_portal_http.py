"""Calls to a part: connections that the part may close at any time, and failures that say something."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import httpx
import pytest
from portal.clients import http
from portal.clients.http import Caller
from portal.errors import PartDown

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def test_a_connection_is_left_before_its_server_closes_it(monkeypatch: pytest.MonkeyPatch):
    """This server cuts connections that were made before, as one does whose time for idle ones is just up."""
    monkeypatch.setattr(http, "_LIMITS", httpx.Limits(keepalive_expiry=http._LIMITS.keepalive_expiry / 10))
    connections: list[asyncio.Task[Any]] = []
    over: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        connections.append(task)
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n") and task not in over:
                writer.write(ANSWER)
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()

    async def scene() -> list[str]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        caller = Caller("Kubernetes", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "./inv up")
        told = [(await caller.send("GET", "/")).text for _ in range(2)]
        await asyncio.sleep(0.4)
        over.update(connections)
        told.append((await caller.send("GET", "/")).text)
        await caller.close()
        server.close()
        await asyncio.gather(*connections)
        return told

    assert asyncio.run(scene()) == ["ok", "ok", "ok"]
    assert over < set(connections)


def test_a_failure_without_words_is_told_by_its_kind():
    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("")

    caller = Caller("Kubernetes", "http://cluster", "./inv up", transport=httpx.MockTransport(cut))
    with pytest.raises(PartDown, match="Kubernetes does not answer") as caught:
        asyncio.run(caller.send("GET", "/"))
    assert caught.value.why == "http://cluster: ReadError"
