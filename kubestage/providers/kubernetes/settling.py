"""Waits for the rollout that is under way, before something about the next one is changed."""

from __future__ import annotations

from kubestage.errors import PartError
from kubestage.providers.kubernetes import awaiting
from kubestage.providers.kubernetes.api import Api, Object
from kubestage.providers.kubernetes.kinds import Kind
from kubestage.providers.kubernetes.replicasets import active, replica_sets_of
from kubestage.providers.resource import Say
from kubestage.waits import wait_for

_ALONE_SECONDS = 60.0


def settled(api: Api, kind: Kind, path: str, live: Object, *, seconds: float, say: Say) -> Object:
    """Waits until no rollout of the Deployment is under way, and returns it as it is then.

    One that cannot go on (a crash loop, an image that is missing, its deadline passed) has settled as well: whatever
    comes next is to mend it. See `wedge` for what happens to who does not wait.

    Raises:
        WaitTimeout: it is still under way after `seconds`.
    """
    if not awaiting.missing(api, kind, live):
        return live
    say("waiting for the rollout that is under way")
    try:
        return awaiting.ready(api, kind, path, live, seconds=seconds, say=say)
    except PartError:
        return api.get(path) or live


def alone(api: Api, path: str, live: Object) -> None:
    """Waits until at most one revision of the Deployment has pods to have, as Recreate brings about by itself.

    Raises:
        WaitTimeout: it does not within a minute.
    """

    def look() -> bool:
        return len(active(replica_sets_of(api, api.get(path) or live))) < 2

    wait_for(f"{awaiting.name_of(live)} has one active revision", look, seconds=_ALONE_SECONDS)


def disturbs(body: Object, live: Object) -> bool:
    """Whether applying `body` changes what a running rollout goes by: strategy or replicas."""
    wanted, there = body.get("spec", {}), live["spec"]
    strategy = wanted.get("strategy", {}).get("type")
    replicas = wanted.get("replicas")
    return (strategy is not None and strategy != there.get("strategy", {}).get("type")) or (
        replicas is not None and replicas != there.get("replicas", 1)
    )
