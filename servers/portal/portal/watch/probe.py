"""Asks each environment's /status again and again, as its users do, and keeps what came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import httpx

from portal.clients.http import authorities
from portal.database import Database, moment, now
from portal.models.chain import ProbePoint, Served
from portal.settings import Settings

KEPT_HOURS = 6
_TIMEOUT_SECONDS = 2.0
_MERGED_INTERVALS = 3
_WRITTEN_EVERY_SECONDS = 10.0


class Probe:
    """One environment's probes.

    Args:
        environment: which.
        url: the service's address; without one nothing is asked.
        settings: tells the interval.
        database: where points are kept; the last written every ten seconds.
        told: called with each new point, or with the last one when it has grown.
    """

    def __init__(
        self,
        environment: str,
        url: str,
        settings: Settings,
        database: Database,
        told: Callable[[str, ProbePoint], None],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.served: Served | None = None
        self.last: ProbePoint | None = None
        self._environment = environment
        self._url = url
        self._interval = settings.probe_seconds
        self._database = database
        self._told = told
        self._written = 0.0
        # A connection of its own each time: a kept one would show only the pod that it is bound to.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT_SECONDS, trust_env=False, limits=limits, headers={"Connection": "close"},
            transport=transport, verify=authorities(),
        )  # fmt: skip

    def points(self, minutes: float) -> list[ProbePoint]:
        """The last minutes' points, oldest first."""
        since = time.time() - minutes * 60
        rows = self._database.rows(
            "SELECT * FROM probes WHERE environment = ? AND until >= ? ORDER BY at", self._environment, since
        )
        points = [
            ProbePoint(
                at=moment(row["at"]), until=moment(row["until"]), version=row["version"], failure=row["failure"],
                milliseconds=row["milliseconds"], count=row["count"],
            )
            for row in rows
        ]  # fmt: skip
        if self.last and self.last.until.timestamp() >= since:
            points = [point for point in points if point.at != self.last.at] + [self.last]
        return points

    @property
    def apart(self) -> float:
        """The seconds between two probes from which on they do not belong together."""
        return self._interval * _MERGED_INTERVALS + _TIMEOUT_SECONDS

    def runs(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run, where there is something to ask."""
        return [self._run()] if self._url and self._interval else []

    async def ask(self) -> Served | None:
        """Asks once more now, beside the steady ones; None when nobody answers."""
        served, _ = await self._ask()
        self.served = served or self.served
        return served

    async def close(self) -> None:
        """Writes down what is not written yet."""
        self._write()
        await self._client.aclose()

    async def _run(self) -> None:
        due = time.monotonic()
        while True:
            sent, began = now(), time.monotonic()
            served, failure = await self._ask()
            self.served = served or self.served
            point = ProbePoint(
                at=sent, until=sent, version=served.version if served else "", failure=failure,
                milliseconds=round((time.monotonic() - began) * 1000, 1),
            )  # fmt: skip
            self._take(point)
            due = max(due + self._interval, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    async def _ask(self) -> tuple[Served | None, str]:
        """The answer, or why there is none."""
        try:
            response = await self._client.get(f"{self._url}/status")
        except httpx.HTTPError as error:
            return None, _word(error)
        if response.status_code != httpx.codes.OK:
            return None, f"HTTP {response.status_code}"
        try:
            body = response.json()
            found = Served(
                version=str(body["version"]), demo_value=str(body.get("demoValue") or ""),
                pod=str(body.get("pod") or ""), at=now(),
            )  # fmt: skip
        except (ValueError, TypeError, KeyError, AttributeError):
            return None, "no status"
        return found, ""

    def _take(self, point: ProbePoint) -> None:
        last = self.last
        gap = timedelta(seconds=self.apart)
        same = last and (last.version, last.failure) == (point.version, point.failure)
        if last and same and point.at - last.until <= gap:
            last.until, last.count = point.at, last.count + 1
            last.milliseconds = max(last.milliseconds, point.milliseconds)
            if time.monotonic() - self._written > _WRITTEN_EVERY_SECONDS:
                self._write()
        else:
            self._write()
            self.last = point
            self._write()
        self._told(self._environment, self.last or point)

    def _write(self) -> None:
        point = self.last
        if point is None:
            return
        self._written = time.monotonic()
        with self._database.transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO probes VALUES (?, ?, ?, ?, ?, ?, ?)", self._environment, point.at.timestamp(),
                point.until.timestamp(), point.version, point.failure, point.milliseconds, point.count,
            )  # fmt: skip
            self._database.execute("DELETE FROM probes WHERE until < ?", time.time() - KEPT_HOURS * 3600)


def _word(error: httpx.HTTPError) -> str:
    """Why nobody answered, in a word."""
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    if isinstance(error, httpx.ConnectError):
        return "refused"
    return "reset"
