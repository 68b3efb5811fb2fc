"""The cluster's objects, as actions find and change them."""

from __future__ import annotations

from typing import Any

from portal.actions.act import Means
from portal.actions.task import Task
from portal.actions.words import deployment_path, restarted_at
from portal.clients.kubernetes import STRATEGIC
from portal.errors import Refusal
from portal.settings import namespace
from portal.watch.cluster import Object


def deployed(means: Means, environment: str) -> Object:
    """The environment's Deployment.

    Raises:
        Refusal: there is none.
    """
    live = means.watched(environment).deployment
    if live is None:
        raise Refusal(
            "nothing-deployed",
            f"{environment} has no Deployment uuid-deploy",
            why=f"{namespace(environment)} is empty.",
            fix="deploy a version first",
            status=404,
        )
    return live


def strategy_of(live: Object | None) -> str:
    """A Deployment's strategy; empty without one."""
    return str(((live or {}).get("spec") or {}).get("strategy", {}).get("type") or "")


async def patch(means: Means, task: Task, what: str, path: str, body: Any, kind: str) -> int:
    """Patches an object, once in the task's life; its generation then (0 where it has none)."""

    async def send() -> int:
        live = await means.kubernetes.patch(path, body, kind)
        return int(live["metadata"].get("generation") or 0)

    generation: int = await task.once(what, send, repeatable=True)
    return generation


async def restart(means: Means, task: Task, environment: str) -> int:
    """Starts the pods anew, as `kubectl rollout restart` does; the Deployment's generation then."""
    if not (at := task.noted("restartedAt", "")):
        at = restarted_at()
        task.note("restartedAt", at)
    return await patch(means, task, "start the pods anew", deployment_path(environment), restart_patch(at), STRATEGIC)


def restart_patch(at: str) -> dict[str, Any]:
    """What starts the pods anew."""
    return {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": at}}}}}
