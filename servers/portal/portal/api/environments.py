"""One environment looked at closely."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from portal.access.guards import ThePortal, Viewer
from portal.models.records import Availability, HistoryEntry, KubernetesEvent, PodLog
from portal.view import closely
from portal.watch.probe import KEPT_HOURS

router = APIRouter(prefix="/api/v1/environments/{environment}", tags=["environments"])
Name = Annotated[Literal["test", "prod"], Path(description="the environment")]
PodName = Annotated[
    str, Path(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$", description="the pod's name, as the chain tells it")
]


@router.get("/history", summary="Revisions")
async def history(environment: Name, _: Viewer, portal: ThePortal) -> list[HistoryEntry]:
    """The Deployment's revisions as `kubectl rollout history` numbers them, latest first; and who brought each."""
    return closely.history(portal.means.watched(environment), environment, portal.operations)


@router.get("/events", summary="Kubernetes' events")
async def events(
    environment: Name,
    _: Viewer,
    portal: ThePortal,
    limit: Annotated[int, Query(ge=1, le=500, description="how many")] = 100,
) -> list[KubernetesEvent]:
    """The namespace's events, latest first."""
    return closely.events(portal.means.watched(environment))[:limit]


@router.get("/pods/{pod}/log", summary="A pod's log")
async def pod_log(
    environment: Name,
    pod: PodName,
    _: Viewer,
    portal: ThePortal,
    lines: Annotated[int, Query(ge=1, le=2000, description="how many")] = 200,
) -> PodLog:
    """The last lines of one of the service's pods."""
    return await portal.pod_log(environment, pod, lines)


@router.get("/availability", summary="Probes of /status")
async def availability(
    environment: Name,
    _: Viewer,
    portal: ThePortal,
    minutes: Annotated[float, Query(gt=0, le=KEPT_HOURS * 60, allow_inf_nan=False, description="how far back")] = 15,
) -> Availability:
    """What the portal's own probes of /status saw in the last minutes; equal ones in a row are one point."""
    points = portal.seen.probes[environment].points(minutes)
    return Availability(
        environment=environment,
        interval=portal.settings.probe_seconds,
        points=points,
        answered=sum(point.count for point in points if not point.failure),
        asked=sum(point.count for point in points),
    )
