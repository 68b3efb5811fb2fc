"""Actions, operations and approvals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from portal.access.guards import Operator, ThePortal, Viewer
from portal.models.actions import Action, ActionName, ActionRequest, Decision, LogLine, Operation, Plan

router = APIRouter(prefix="/api/v1")
Number = Annotated[int, Path(ge=1, le=2**53, description="the operation's number")]

Name = Annotated[ActionName, Path(description="the action")]


@router.get("/actions", tags=["actions"], summary="What one can do")
async def actions(_: Viewer, portal: ThePortal) -> list[Action]:
    """Every action with its parameters, and the choices that there are just now."""
    return portal.runner.actions()


@router.post("/actions/{name}/plan", tags=["actions"], summary="What an action would do")
async def plan(name: Name, body: ActionRequest, _: Viewer, portal: ThePortal) -> Plan:
    """What would happen, in words and as the exact requests; nothing is done. A refusal says why."""
    return await portal.runner.plan(name, body)


@router.post("/actions/{name}", tags=["actions"], status_code=202, summary="Do it")
async def act(name: Name, body: ActionRequest, known: Operator, portal: ThePortal) -> Operation:
    """Begins an action, or has it wait for an approval where a rule wants one.

    Where the plan has a question (`confirm`), `"confirm": true` has to come with it.
    """
    return await portal.runner.start(name, body, known)


@router.get("/operations", tags=["operations"], summary="What was done")
async def operations(
    _: Viewer, portal: ThePortal, limit: Annotated[int, Query(ge=1, le=200, description="how many")] = 50
) -> list[Operation]:
    """Operations, latest first."""
    return portal.operations.latest(limit)


@router.get("/operations/{number}", tags=["operations"], summary="One operation")
async def operation(number: Number, _: Viewer, portal: ThePortal) -> Operation:
    """An operation and its state."""
    return portal.operations.get(number)


@router.get("/operations/{number}/log", tags=["operations"], summary="An operation's log")
async def log(
    number: Number,
    _: Viewer,
    portal: ThePortal,
    after: Annotated[int, Query(ge=0, le=2**53, description="a line's number")] = 0,
    limit: Annotated[int, Query(ge=1, le=5000, description="how many lines")] = 5000,
) -> list[LogLine]:
    """The lines after a line's number; new ones come as events, too."""
    portal.operations.get(number)
    return portal.operations.lines(number, after, limit)


@router.get("/approvals", tags=["operations"], summary="What waits for an approval")
async def approvals(_: Viewer, portal: ThePortal) -> list[Operation]:
    """Operations that wait, oldest first."""
    return portal.operations.in_state("waiting")


@router.post("/approvals/{number}", tags=["operations"], summary="Approve or refuse")
async def decide(number: Number, body: Decision, known: Operator, portal: ThePortal) -> Operation:
    """Approves or refuses an operation that waits; nobody approves what they asked for themselves."""
    return await portal.runner.decide(number, body, known)
