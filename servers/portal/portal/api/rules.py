"""Rules, and the audit log of what came of them and of people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import JsonValue

from portal.access.guards import Operator, ThePortal, Viewer
from portal.models.records import AuditEntry, Outcome
from portal.models.rules import DryRun, RuleCheck, Rules
from portal.rules.store import check

router = APIRouter(prefix="/api/v1")


@router.get("/rules", tags=["rules"], summary="The rules")
async def rules(_: Viewer, portal: ThePortal) -> Rules:
    """All rules, and their revision."""
    return portal.rules.current


@router.put("/rules", tags=["rules"], summary="Save the rules")
async def save(body: Rules, known: Operator, portal: ThePortal) -> Rules:
    """Saves all rules; `revision` names the state that they are based on, and 409 says that it is outdated."""
    return portal.save_rules(body, known.user)


@router.post("/rules/check", tags=["rules"], summary="Could these be saved")
async def check_rules(body: Annotated[JsonValue, Body()], _: Viewer) -> RuleCheck:
    """What is wrong with rules, place by place; nothing is saved."""
    return check(body)


@router.post("/rules/dry-run", tags=["rules"], summary="What would these have done")
async def dry_run(body: Rules, _: Viewer, portal: ThePortal) -> DryRun:
    """What rules would have decided of the last events; nothing is done."""
    return DryRun(decisions=portal.engine.rehearsed(body))


@router.get("/audit", tags=["audit"], summary="Who did what")
async def audit(
    _: Viewer,
    portal: ThePortal,
    limit: Annotated[int, Query(ge=1, le=500, description="how many")] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="an entry's number, for earlier ones")] = None,
    who: Annotated[str, Query(max_length=200, description="a part of the account's name")] = "",
    what: Annotated[str, Query(max_length=200, description="a part of what they are about")] = "",
    outcome: Annotated[Outcome | None, Query(description="theirs")] = None,
) -> list[AuditEntry]:
    """The audit log, latest first, filtered as on its page."""
    return portal.audit.entries(limit, before, who=who, what=what, outcome=outcome or "")
