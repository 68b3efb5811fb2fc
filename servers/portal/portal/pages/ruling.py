"""The page of the rules: edited as a form, checked before they are saved, tried on what has happened."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from portal.errors import PortalError
from portal.models import RuleCheck, RuleDecision, Rules
from portal.models.rules import ALL_GUARDED, DAYS
from portal.pages.rule_forms import NEW_GUARD, NEW_TRIGGER, fields_of, sent_fields, written
from portal.pages.site import redirect
from portal.pages.visits import Visit, whole_number
from portal.rules.store import check as check_rules

_CHECKED = ("check", "dry-run", "save")
# Where the page has a field, or a rule's own frame, for what is wrong to stand at.
_PLACED = re.compile(r"rules\.[0-9]+(\.(name|on|matching|do|environment|actions|between(\.(begin|end|zone|days))?))?")


async def rules_page(visit: Visit) -> Response:
    """The rules as they are saved."""
    rules = visit.portal.rules.current
    fields = [fields_of(rule) for rule in rules.rules]
    return _show(visit, rules.revision, fields, saved="saved" in visit.request.query_params)


async def send(visit: Visit) -> Response:
    """The form was sent: add, move or remove a rule; check, try or save them all."""
    sent = await visit.form()
    intent = str(sent.get("intent", "check"))
    revision = _revision(sent)
    fields = _edited(sent_fields(sent), intent)
    if intent not in _CHECKED:
        return _show(visit, revision, fields)
    check = check_rules(written(fields, revision))
    if not check.ok or intent == "check":
        return _show(visit, revision, fields, check=check)
    rules = Rules.model_validate(written(fields, revision))
    try:
        if intent == "dry-run":
            return _show(visit, revision, fields, check=check, decisions=visit.portal.engine.rehearsed(rules))
        visit.portal.require_operator(visit.visitor, "rules saved")
        visit.portal.save_rules(rules, visit.visitor.user)
    except PortalError as refused:
        return _show(visit, revision, fields, check=check, refused=refused)
    return redirect("/rules?saved")


def _revision(form: FormData) -> int:
    return whole_number(str(form.get("revision", ""))) or 0


def _edited(fields: list[dict[str, Any]], intent: str) -> list[dict[str, Any]]:
    what, _, which = intent.rpartition("-")
    if intent == "add-trigger":
        return [*fields, NEW_TRIGGER]
    if intent == "add-guard":
        return [*fields, NEW_GUARD]
    number = whole_number(which)
    if number is None:
        return fields
    if what == "remove":
        return fields[:number] + fields[number + 1 :]
    if what == "up" and 0 < number < len(fields):
        return [*fields[: number - 1], fields[number], fields[number - 1], *fields[number + 1 :]]
    return fields


def _show(
    visit: Visit,
    revision: int,
    fields: list[dict[str, Any]],
    *,
    check: RuleCheck | None = None,
    decisions: list[RuleDecision] | None = None,
    refused: PortalError | None = None,
    saved: bool = False,
) -> Response:
    findings: dict[str, list[str]] = defaultdict(list)
    for finding in check.findings if check else []:
        placed = finding.where if _PLACED.fullmatch(finding.where) else ""
        findings[placed].append(finding.what)
    checked = "" if check is None else "ok" if check.ok else "bad"
    return visit.show(
        "rules.html", "/rules", rules=fields, revision=revision, findings=findings, decisions=decisions, saved=saved,
        warnings=[warning.what for warning in check.warnings] if check else [], checked=checked, refused=refused,
        may=visit.may_act, days=DAYS, guarded=ALL_GUARDED,
    )  # fmt: skip
