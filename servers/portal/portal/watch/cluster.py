"""Both environments in the cluster, as their objects are now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from portal.clients.kubernetes import (
    CONFIG,
    CONFIG_MAPS,
    DEPLOYMENT,
    DEPLOYMENTS,
    EVENTS,
    PODS,
    REPLICA_SETS,
    SERVICE,
    SERVICES,
    Kubernetes,
)
from portal.errors import PartDown, PartRefused
from portal.settings import ENVIRONMENTS
from portal.watch.reflector import Reflector

Object = dict[str, Any]


@dataclass
class Watched:
    """One environment's objects."""

    deployments: Reflector
    replica_sets: Reflector
    pods: Reflector
    config_maps: Reflector
    services: Reflector
    events: Reflector

    @property
    def deployment(self) -> Object | None:
        """The service's Deployment."""
        return self.deployments.objects.get(DEPLOYMENT)

    @property
    def config(self) -> Object | None:
        """The ConfigMap env-config."""
        return self.config_maps.objects.get(CONFIG)

    @property
    def service(self) -> Object | None:
        """The Service."""
        return self.services.objects.get(SERVICE)

    @property
    def error(self) -> PartDown | PartRefused | None:
        """Why something of it cannot be seen; None when all is."""
        return next((one.error for one in self._all if one.error), None)

    @property
    def synced(self) -> bool:
        """Whether all of it has been seen."""
        return all(one.synced for one in self._all)

    def own_replica_sets(self) -> list[Object]:
        """The Deployment's ReplicaSets."""
        return _owned(self.replica_sets, {_uid(self.deployment)})

    def own_pods(self) -> list[Object]:
        """The pods of the Deployment's ReplicaSets, oldest first."""
        pods = _owned(self.pods, {_uid(one) for one in self.own_replica_sets()})
        return sorted(pods, key=lambda pod: (pod["metadata"]["creationTimestamp"], pod["metadata"]["name"]))

    @property
    def _all(self) -> tuple[Reflector, ...]:
        return (self.deployments, self.replica_sets, self.pods, self.config_maps, self.services, self.events)

    def runs(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run to keep it."""
        return [one.run() for one in self._all]


class Cluster:
    """The environments, and those who wait for a change of them."""

    def __init__(self, kubernetes: Kubernetes, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self._waiting: dict[str, asyncio.Event] = {}
        self.environments = {name: self._watched(kubernetes, name) for name in ENVIRONMENTS}

    def runs(self) -> list[Coroutine[Any, Any, None]]:
        """What has to run to keep it."""
        return [run for watched in self.environments.values() for run in watched.runs()]

    async def next_change(self, environment: str, seconds: float) -> None:
        """Waits until something of the environment changes, at most so long."""
        event = self._waiting.setdefault(environment, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return

    def _watched(self, kubernetes: Kubernetes, environment: str) -> Watched:
        def changed() -> None:
            if event := self._waiting.pop(environment, None):
                event.set()
            self._changed(environment)

        kinds = (DEPLOYMENTS, REPLICA_SETS, PODS, CONFIG_MAPS, SERVICES, EVENTS)
        return Watched(*(Reflector(kubernetes, kind, environment, changed) for kind in kinds))


def _uid(item: Object | None) -> str:
    return str(item["metadata"]["uid"]) if item else ""


def _owned(kept: Reflector, owners: set[str]) -> list[Object]:
    return [
        item
        for item in kept.objects.values()
        if any(owner.get("uid") in owners for owner in item["metadata"].get("ownerReferences") or [])
    ]
