"""Jobs of Jenkins are triggered as the talk does, with the webhook; once over all lives of the portal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from portal.actions.act import Means
from portal.actions.following import patiently
from portal.actions.task import Task
from portal.errors import PartDown

_AWAY_SECONDS = 120.0
# A request that was under way when the portal ended has arrived by then, if it ever does.
_ARRIVAL_SECONDS = 3.0
_LOOK_SECONDS = 0.5


async def trigger(means: Means, task: Task, step: str, job: str, body: Mapping[str, Any], event: str) -> int:
    """Triggers a job with what a hook of GitLab would bring; the queue item that it became.

    An earlier life of the portal may have ended before it read the answer. What came of its request is found among what
    Jenkins has got since.

    Args:
        means: the clients.
        task: the operation.
        step: what is done, as an end of "about to".
        job: the job, whose token has its name.
        body: the hook's content, whose values become the build's parameters.
        event: GitLab's name for the hook.

    Raises:
        Interrupted: nothing was found, and so it is not known whether the request will still arrive.
        PartDown: Jenkins does not answer, or the portal was given no secret yet.
        PartRefused: no job was triggered.
    """
    if task.noted("newest", None) is None:
        task.note("newest", (await means.jenkins.job(job)).newest)

    async def send() -> int:
        return (await means.jenkins.invoke(job, body, _headers(means, event)))[job]

    async def find() -> int:
        deadline = time.monotonic() + _ARRIVAL_SECONDS
        while True:
            ask = partial(means.jenkins.job, job)
            state = await patiently(task, time.monotonic() + _AWAY_SECONDS, ask)
            item = state.item_of(body, after=int(task.noted("newest", 0)))
            if item or time.monotonic() > deadline:
                return item
            await asyncio.sleep(_LOOK_SECONDS)

    item: int = await task.once(step, send, find=find)
    means.seen.jenkins.pace.poke()
    return item


def _headers(means: Means, event: str) -> dict[str, str]:
    secret = means.credentials.get("hook-secret")
    if not secret:
        raise PartDown("Jenkins", "The portal was given no hook-secret yet.", fix="./inv up", sent=False)
    return {"X-Gitlab-Event": event, "X-Gitlab-Token": secret}
