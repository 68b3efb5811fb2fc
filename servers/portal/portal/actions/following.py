"""Following what an action has started: a build of Jenkins to its end, a rollout until its version is served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from portal.actions.act import Means
from portal.actions.task import Task
from portal.clients.jenkins import Build
from portal.clients.kubernetes import DEPLOYMENTS
from portal.errors import PartDown, PartRefused, PortalError
from portal.models.chain import Rollout
from portal.settings import namespace
from portal.view import objects

_START_SECONDS = 120.0
_BUILD_SECONDS = 1800.0
_ROLLOUT_SECONDS = 300.0
_SETTLE_SECONDS = 300.0
_SERVED_SECONDS = 60.0
_POLL_SECONDS = 0.3
_AWAY_SECONDS = 2.0
# What Jenkins says while it starts, and a proxy before it.
_STARTING = (502, 503)
# A pod's trouble that goes away within this time was none: the registry was busy, a node slow.
_HOPELESS_SECONDS = 10.0

_Answer = TypeVar("_Answer")


class Failed(PortalError):
    """What was started did not come to a good end."""

    def __init__(self, what: str, why: str, fix: str) -> None:
        super().__init__("failed", what, why=why, fix=fix)


async def follow_build(means: Means, task: Task, job: str, item: int) -> Build:
    """Passes a build's console text on to the log until the build has ended well.

    A Jenkins that goes away meanwhile is waited for, whatever was about to be asked.

    Args:
        means: the clients.
        task: the operation.
        job: the job.
        item: the queue item that triggering gave.

    Raises:
        Failed: the build did not start or ended otherwise.
    """
    number = await _started(means, task, job, item)
    page = means.jenkins.page(job, number)
    task.link(page)
    deadline = time.monotonic() + _BUILD_SECONDS
    start, rest, more = int(task.noted("read", 0)), "", True
    while more and time.monotonic() < deadline:
        text, start, more = await patiently(task, deadline, partial(means.jenkins.log, job, number, start))
        whole, _, rest = (rest + text).rpartition("\n")
        if whole:
            task.log_read(whole, start - len(rest.encode()))
        await asyncio.sleep(_POLL_SECONDS)
    if rest:
        task.log_read(rest, start)
    build = await patiently(task, deadline, partial(means.jenkins.build, job, number))
    while build.running and time.monotonic() < deadline:  # the log is complete a moment before the result
        await asyncio.sleep(_POLL_SECONDS)
        build = await patiently(task, deadline, partial(means.jenkins.build, job, number))
    if build.result != "SUCCESS":
        raise Failed(f"{job} {build.title} ended as {build.result or 'unknown'}", "", f"look at {page}console")
    return build


async def settle(means: Means, task: Task, environment: str) -> None:
    """Waits for a rollout that is under way; one that cannot go on has settled too.

    Raises:
        Failed: it is still under way after five minutes.
    """
    deadline = time.monotonic() + _SETTLE_SECONDS
    told = False
    while time.monotonic() < deadline:
        watched = means.watched(environment)
        rollout = objects.rollout(watched)
        if watched.deployment is None or rollout.complete or rollout.message:
            return
        if not told:
            task.log(f"{environment}: a rollout is under way; waiting for its end")
            told = True
        await means.seen.cluster.next_change(environment, 2.0)
    raise Failed(
        f"{environment} is still in the middle of a rollout", "", f"kubectl get pods -n {namespace(environment)}"
    )


async def follow_rollout(means: Means, task: Task, environment: str, generation: int = 0) -> Rollout:
    """Tells a rollout's steps until it is complete.

    Args:
        means: the clients.
        task: the operation.
        environment: where.
        generation: the Deployment's own, which the rollout is of; asked for where it is left out.

    Raises:
        Failed: a pod cannot start, for a reason that stays, or it took longer than five minutes.
    """
    wanted = generation or await _generation(means, environment)
    deadline, hopeless, told = time.monotonic() + _ROLLOUT_SECONDS, 0.0, ""
    while time.monotonic() < deadline:
        watched = means.seen.cluster.environments[environment]
        live = watched.deployment
        if live and int(live["metadata"].get("generation") or 0) >= wanted:
            rollout = objects.rollout(watched)
            if rollout.complete:
                task.log(f"{environment}: the rollout is complete, revision {rollout.revision}")
                if rollout.revision != task.noted("before", 0):
                    task.brought(rollout.revision)
                return rollout
            state = f"{rollout.updated} of {rollout.wanted} updated, {rollout.available} serve"
            if state != told:
                task.log(f"{environment}: {state}")
                told = state
            hopeless = (hopeless or time.monotonic()) if rollout.message else 0.0
            if hopeless and time.monotonic() - hopeless > _HOPELESS_SECONDS:
                raise Failed(f"{environment}: the rollout stands still", rollout.message, _back(environment))
        await means.seen.cluster.next_change(environment, 1.0)
    raise Failed(f"{environment}: the rollout took longer than {_ROLLOUT_SECONDS:.0f} s", told, _back(environment))


async def follow_until_served(means: Means, task: Task, environment: str, version: str) -> None:
    """Waits until /status tells the version; where there is no address to ask at, the rollout's end is enough.

    Raises:
        Failed: it does not within a minute.
    """
    if not means.settings.services[environment].url:
        return
    deadline, seen = time.monotonic() + _SERVED_SECONDS, "nobody answered"
    while time.monotonic() < deadline:
        served = await means.seen.probes[environment].ask()
        if served:
            seen = f"/status says {served.version}, demo.value {served.demo_value}"
            if served.version == version.partition("@")[0]:
                task.log(f"{environment}: {seen}")
                return
        await asyncio.sleep(_POLL_SECONDS)
    raise Failed(f"{environment} does not serve {version}", f"{seen}.", _back(environment))


async def _started(means: Means, task: Task, job: str, item: int) -> int:
    """The number of the build that a queue item became."""
    if number := int(task.noted("build", 0)):
        return number
    deadline, told = time.monotonic() + _START_SECONDS, ""
    while time.monotonic() < deadline:
        number, why, cancelled = await patiently(task, deadline, partial(means.jenkins.queued, job, item))
        if cancelled:
            raise Failed(f"{job} was cancelled in Jenkins' queue", why, "do it again")
        if number:
            task.note("build", number)
            task.log(f"{job} #{number} has started: {means.jenkins.page(job, number)}")
            return number
        if why and why != told:
            task.log(f"in the queue: {why}")
            told = why
        await asyncio.sleep(_POLL_SECONDS)
    raise Failed(f"{job} was not started within {_START_SECONDS:.0f} s", told, f"look at {means.jenkins.page(job)}")


async def patiently(task: Task, deadline: float, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """What Jenkins answers; one that is away or starts is asked again.

    Raises:
        PartDown: it was away until the deadline.
        PartRefused: it refuses, or was starting until the deadline.
    """
    told = False
    while True:
        try:
            return await ask()
        except (PartDown, PartRefused) as error:
            refuses = isinstance(error, PartRefused) and error.code not in _STARTING
            if refuses or time.monotonic() > deadline:
                raise
            if not told:
                task.log(f"… {error.what}; waiting")
            told = True
            await asyncio.sleep(_AWAY_SECONDS)


async def _generation(means: Means, environment: str) -> int:
    """The Deployment's generation as the API server has it now: the watch may be a moment behind."""
    items, _ = await means.kubernetes.objects(DEPLOYMENTS, environment)
    return int(items[0]["metadata"].get("generation") or 0) if items else 0


def _back(environment: str) -> str:
    return f"./inv rollback --env {environment}"
