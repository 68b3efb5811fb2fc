"""Asks /status at a steady rate while something is done to the service, as its users would.

The loop is open: request n is due n / rate seconds after the start, answered or not. A closed loop would wait for a
service that hangs, ask less, and so hide the gap that it is to find. Each request has a TCP connection of its own, as a
new user's has, so that kube-proxy chooses a pod for each.
"""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import cast
from urllib.parse import urlsplit

from kubestage.delivery.report import Mark, ProbeReport, Sample
from kubestage.errors import InputError

RATE = 50.0
TIMEOUT_SECONDS = 2.0

# A request that is later than this is not sent at all: sent in a bunch they would be no steady rate.
_TOO_LATE_SECONDS = 0.5
_CONNECT_SECONDS = 0.5
_LAST_ANSWERS_SECONDS = 0.1


class Probe:
    """Asks from `with` to its end, in a thread of its own.

    Args:
        url: the service's address from outside, without a path.
        rate: requests a second.
        timeout: seconds after which an unanswered request has failed.

    Raises:
        InputError: on entering, when the address names no host.
    """

    def __init__(self, url: str, *, rate: float = RATE, timeout: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self._rate = rate
        self._timeout = timeout
        self._samples: list[Sample] = []
        self._marks: list[Mark] = []
        self._due = 0  # how many requests were due so far
        self._began = threading.Event()
        self._end = threading.Event()
        self._ended_at: float | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=f"probe of {url}", daemon=True)

    def __enter__(self) -> Probe:
        self._host, self._port = _address(self.url)
        self._request = (
            f"GET /status HTTP/1.1\r\nHost: {urlsplit(self.url).netloc}\r\nAccept: application/json\r\n"
            "User-Agent: kubestage-probe\r\nConnection: close\r\n\r\n"
        ).encode("ascii")
        self._started = time.time()
        self._zero = time.monotonic()
        self._thread.start()
        self._began.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def mark(self, text: str) -> None:
        """Notes that something happens now, for table and chart."""
        self._marks.append(Mark(time.monotonic() - self._zero, text))

    def report(self) -> ProbeReport:
        """What was seen so far; after the end of `with`, all of it."""
        return ProbeReport(
            url=self.url,
            started=self._started,
            seconds=self._ended_at or time.monotonic() - self._zero,
            rate=self._rate,
            due=self._due,
            samples=tuple(sorted(self._samples, key=lambda sample: sample.at)),
            marks=tuple(self._marks),
        )

    async def _run(self) -> None:
        pending: set[asyncio.Task[None]] = set()
        while not self._end.is_set():
            at = self._due / self._rate
            late = time.monotonic() - self._zero - at
            if late < 0:
                await asyncio.sleep(-late)
                continue  # the end may have come meanwhile
            self._due += 1
            if late < _TOO_LATE_SECONDS:
                task = asyncio.create_task(self._ask(at))
                pending.add(task)
                task.add_done_callback(pending.discard)
            self._began.set()
            await asyncio.sleep(0)
        self._ended_at = time.monotonic() - self._zero
        if pending:
            await self._finish(pending)

    async def _finish(self, pending: set[asyncio.Task[None]]) -> None:
        """Waits for every answer that decides whether any request was lost.

        After a gap that is decided: connections that were tried in it hang until TCP tries again, a second later, and
        are not waited for.
        """
        lost = any(sample.failure for sample in self._samples)
        _, hanging = await asyncio.wait(pending, timeout=_LAST_ANSWERS_SECONDS if lost else None)
        for task in hanging:
            task.cancel()
        if hanging:
            await asyncio.wait(hanging)

    async def _ask(self, at: float) -> None:
        sent = time.monotonic()
        version = pod = failure = ""
        try:
            async with asyncio.timeout(self._timeout):
                version, pod = _status(await self._exchange())
        except _NoStatusError as error:
            failure = str(error)
        except OSError as error:
            failure = _kind(error)
        except asyncio.CancelledError:
            failure = "unanswered"
        self._samples.append(
            Sample(at, sent - self._zero - at, time.monotonic() - sent, version=version, pod=pod, failure=failure)
        )

    async def _exchange(self) -> bytes:
        """Sends the request and takes what comes until the server closes, as `Connection: close` asks it to."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(self._request)
            return await reader.read()
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()


class _NoStatusError(Exception):
    """What came is no answer of /status; says in a word or two what it is."""


class _Received:
    """Bytes in the place of the socket that http.client reads an answer from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def _status(data: bytes) -> tuple[str, str]:
    """Version and pod in an HTTP answer.

    Raises:
        _NoStatusError: there are none.
    """
    if not data:
        raise _NoStatusError("closed without an answer")
    response = http.client.HTTPResponse(cast(socket.socket, _Received(data)))
    try:
        response.begin()
        body = response.read()
    except http.client.HTTPException:
        raise _NoStatusError("cut short") from None
    if response.status != http.HTTPStatus.OK:
        raise _NoStatusError(f"HTTP {response.status}")
    try:
        answer = json.loads(body)
        return str(answer["version"]), str(answer.get("pod", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _NoStatusError("no status") from None


def _kind(error: OSError) -> str:
    """The failure in a word; asyncio.timeout raises a TimeoutError, which is an OSError too."""
    for kind, word in (
        (TimeoutError, "timeout"),
        (ConnectionRefusedError, "refused"),
        (ConnectionError, "reset"),
    ):
        if isinstance(error, kind):
            return word
    return "unreachable"


def _address(url: str) -> tuple[str, int]:
    """The numeric address behind `url`, looked up once: the first that takes a connection, else the first of all."""
    parts = urlsplit(url)
    port = parts.port or 80
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise InputError(f"{url} cannot be asked", why=str(error)) from None
    hosts = [str(entry[4][0]) for entry in found]
    for host in hosts:
        with suppress(OSError), socket.create_connection((host, port), timeout=_CONNECT_SECONDS):
            return host, port
    return hosts[0], port
