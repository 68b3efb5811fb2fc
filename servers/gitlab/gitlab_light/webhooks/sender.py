"""Delivers what waits in the database to the hooks' receivers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
from starlette.concurrency import run_in_threadpool

from gitlab_light import GITLAB_VERSION
from gitlab_light.errors import Gone
from gitlab_light.model.hooks import Delivery, Hook, HookEvent, Hooks
from gitlab_light.webhooks.rendering import BadTemplate, render, signature_headers

_log = logging.getLogger(__name__)

# One delivery at a time to each hook, so that it hears of things in their order; this many hooks at once.
_MOST_AT_ONCE = 64
# How much of an answer is read and kept: GitLab keeps 8 KiB of a response too.
_KEPT_RESPONSE = 8 * 1024
_LONGEST_SLEEP = 30.0
# Answers that asking again will not change: the receiver refuses the payload itself.
_FINAL = frozenset(range(400, 500)) - {408, 425, 429}
INTERNAL_ERROR = "internal error"  # what GitLab's log shows where no answer came


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt.

    Attributes:
        status: the HTTP status, or INTERNAL_ERROR where no answer came.
        body: the answer's body or, where none came, why.
        seconds: how long it took.
    """

    status: str
    headers: dict[str, str]
    body: str
    seconds: float

    @property
    def accepted(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status.startswith("2")

    @property
    def final(self) -> bool:
        """Whether another attempt would be no use."""
        return self.accepted or (self.status.isdigit() and int(self.status) in _FINAL)


class Sender:
    """Sends deliveries as they fall due.

    Args:
        hooks: where hooks, deliveries and the log are kept.
        instance_url: what X-Gitlab-Instance tells.
        timeout: seconds that a receiver has for its whole answer.
        retries: seconds to wait before each new attempt; after the last one the delivery is given up.
    """

    def __init__(self, hooks: Hooks, instance_url: str, *, timeout: float, retries: tuple[float, ...]) -> None:
        self._hooks = hooks
        self._instance_url = instance_url
        self._timeout = timeout
        self._retries = retries
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._clients: dict[bool, httpx.AsyncClient] = {}

    def wake(self) -> None:
        """Says, from any thread, that something may be due."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Delivers until it is cancelled; what is then under way is tried again in the next life."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                self._wake.clear()
                pause = await self._start_due()
                try:
                    async with asyncio.timeout(pause):
                        await self._wake.wait()
                except TimeoutError:
                    pass
        finally:
            for task in self._sending.values():
                task.cancel()
            await asyncio.gather(*self._sending.values(), return_exceptions=True)
            for client in self._clients.values():
                await client.aclose()

    async def _start_due(self) -> float:
        """Starts what is due; returns the seconds until the next is."""
        pause = _LONGEST_SLEEP
        for hook_id, due in await run_in_threadpool(self._hooks.waiting):
            if hook_id in self._sending:
                continue
            wait = due - time.time()
            if wait > 0:
                pause = min(pause, wait)
            elif len(self._sending) < _MOST_AT_ONCE:
                self._sending[hook_id] = asyncio.create_task(self._send_next(hook_id))
        return pause

    async def _send_next(self, hook_id: int) -> None:
        try:
            hook = await run_in_threadpool(self._hooks.find, hook_id)
            delivery = await run_in_threadpool(self._hooks.next_delivery, hook_id)
            if hook is None or delivery is None:
                return
            if hook.ended:
                await run_in_threadpool(self._hooks.drop, delivery)
            elif hook.resting and hook.disabled_until:
                until = datetime.fromisoformat(hook.disabled_until).timestamp()
                await run_in_threadpool(self._hooks.postpone, delivery, until, tried=False)
            else:
                await self._deliver(hook, delivery)
        except Gone:
            _log.info("hook %s was removed while its receiver answered", hook_id)
        except Exception:
            _log.exception("the delivery to hook %s failed unexpectedly", hook_id)
            await asyncio.sleep(1)  # whatever it is, it must not become a busy loop
        finally:
            self._sending.pop(hook_id, None)
            self._wake.set()

    async def _deliver(self, hook: Hook, delivery: Delivery) -> None:
        _, outcome = await self.post(
            hook, delivery.event, delivery.payload, event_uuid=delivery.event_uuid, key=delivery.idempotency_key
        )
        again = delivery.attempts < len(self._retries) and not outcome.final
        if again:
            due = time.time() + self._retries[delivery.attempts]
            await run_in_threadpool(self._hooks.postpone, delivery, due, tried=True)
        else:
            await run_in_threadpool(self._hooks.drop, delivery)

    async def post(
        self, hook: Hook, event: str, payload: str, *, event_uuid: str, key: str
    ) -> tuple[HookEvent, Outcome]:
        """Makes one attempt, and keeps it in the log.

        Args:
            hook: the hook.
            event: the value of X-Gitlab-Event.
            payload: the JSON text to send.
            event_uuid: the value of X-Gitlab-Event-UUID.
            key: the value of Idempotency-Key; the same for each attempt at one delivery.
        """
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"GitLab/{GITLAB_VERSION}",
            "Idempotency-Key": key,
            "X-Gitlab-Event": event,
            "X-Gitlab-Webhook-UUID": hook.uuid,
            "X-Gitlab-Instance": self._instance_url,
            "X-Gitlab-Event-UUID": event_uuid,
        }
        secret = {"X-Gitlab-Token": hook.token} if hook.token else {}
        try:
            body = render(hook.custom_webhook_template, payload).encode()
        except BadTemplate as error:
            outcome = Outcome(INTERNAL_ERROR, {}, str(error), 0.0)
        else:
            headers |= signature_headers(hook.signing_token, key, int(time.time()), body)
            outcome = await self._request(hook, {**headers, **hook.custom_headers, **secret}, body)
        shown = headers | dict.fromkeys([*hook.custom_headers, *secret], "[REDACTED]")
        logged = await run_in_threadpool(
            self._hooks.log, hook, event=event, event_uuid=event_uuid, idempotency_key=key, request_headers=shown,
            request_data=payload, response_headers=outcome.headers, response_body=outcome.body,
            response_status=outcome.status, execution_duration=round(outcome.seconds, 6),
        )  # fmt: skip
        await run_in_threadpool(self._hooks.note_success if outcome.accepted else self._hooks.note_failure, hook)
        return logged, outcome

    async def _request(self, hook: Hook, headers: Mapping[str, str], body: bytes) -> Outcome:
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                client = self._client(verify=hook.enable_ssl_verification)
                async with client.stream("POST", hook.address, headers=headers, content=body) as response:
                    received_body = b""
                    async for chunk in response.aiter_raw(_KEPT_RESPONSE):
                        received_body += chunk
                        if len(received_body) >= _KEPT_RESPONSE:
                            break
                    answer = received_body[:_KEPT_RESPONSE].decode("utf-8", "replace")
                    status, received = str(response.status_code), dict(response.headers)
        except TimeoutError:
            status, received, answer = INTERNAL_ERROR, {}, f"Timeout: no whole answer within {self._timeout:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            status, received, answer = INTERNAL_ERROR, {}, f"{type(error).__name__}: {error}"
        return Outcome(status, received, answer, time.monotonic() - started)

    def _client(self, *, verify: bool) -> httpx.AsyncClient:
        if verify not in self._clients:
            # Each hook has a connection of its own per delivery: a kept one may be dead without our knowing.
            self._clients[verify] = httpx.AsyncClient(
                verify=verify, timeout=self._timeout, follow_redirects=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            )  # fmt: skip
        return self._clients[verify]
