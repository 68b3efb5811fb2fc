"""The picture, and events as they happen."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse

from portal.access.guards import ThePortal, Viewer, still_known
from portal.models.chain import Chain
from portal.models.records import Health

router = APIRouter()
_ASKED_SECONDS = 2.0

LastEvent = Annotated[str, Header(max_length=40, description="the id of the event that was seen last")]


@router.get("/healthz", tags=["health"], summary="Does the portal serve")
async def healthz(portal: ThePortal) -> Health:
    """Answers as long as the portal serves, whatever becomes of the parts."""
    return Health(status="ok", viewers=portal.hub.viewers)


@router.get("/api/v1/chain", tags=["chain"], summary="The whole chain")
async def chain(_: Viewer, portal: ThePortal) -> Chain:
    """Parts, environments, travelling commits and versions, as they are now."""
    return portal.chain.fresh()


@router.get("/api/v1/refs", tags=["chain"], summary="What can be built")
async def refs(_: Viewer, portal: ThePortal) -> list[str]:
    """Branches and tags by their whole names."""
    return sorted(portal.seen.gitlab.refs)


@router.get(
    "/api/v1/events",
    tags=["chain"],
    summary="Events as they happen",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(
    request: Request, known: Viewer, portal: ThePortal, last_event_id: LastEvent = ""
) -> StreamingResponse:
    """Server-sent events: `chain`, `operation`, `log`, `availability`, `audit`.

    With `Last-Event-ID` what was missed comes first; whoever begins, or missed too much, gets the whole `chain` and
    the last operations. A comment comes every 15 seconds. The stream ends soon after the session has.
    """
    portal.streams.admit(known)
    seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else None
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = portal.streams.counted(known, _while_known(request, portal.hub.stream(seen)))
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _while_known(request: Request, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The stream until its listener's session has ended or was revoked; asked every two seconds at most."""
    asked = time.monotonic()
    async with aclosing(stream):
        async for data in stream:
            yield data
            if time.monotonic() - asked > _ASKED_SECONDS:
                if not still_known(request):
                    return
                asked = time.monotonic()
