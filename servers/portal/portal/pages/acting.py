"""Forms that act: what an action asks, its plan in words and as requests, one question where care is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from starlette.responses import Response

from portal.errors import PortalError, not_found
from portal.models import Action, ActionRequest, Decision, HistoryEntry, Parameter, Plan
from portal.pages.site import redirect
from portal.pages.visits import Visit, whole_number
from portal.pages.words import ref_kind, ref_name, short_digest
from portal.settings import ENVIRONMENTS
from portal.view import closely


@dataclass(frozen=True)
class Field:
    """A field of the form.

    Attributes:
        choices: pairs of value and words; empty for free input.
        value: what stands in it.
        refusal: why that cannot be.
        follows: it depends on another field, and is asked for anew when that one changes.
    """

    name: str
    title: str
    kind: str
    required: bool
    choices: list[tuple[str, str]]
    value: str
    minimum: int | None
    maximum: int | None
    refusal: str
    follows: bool


async def form_page(visit: Visit) -> Response:
    """The form, filled in as the address says."""
    action = await _action(visit)
    return await _form(visit, action, dict(visit.request.query_params))


async def send(visit: Visit) -> Response:
    """The form was sent: plan it, ask, or do it and lead to the operation."""
    sent = await visit.form()
    action = await _action(visit)
    values = {key: str(value) for key, value in sent.items()}
    if values.get("intent") == "plan":
        return await _form(visit, action, values, touched=True)
    try:
        visit.portal.require_operator(visit.visitor, action.name)
        plan = await visit.portal.runner.plan(action.name, _request(action, values))
        if plan.confirm and values.get("confirmed", "") != _confirmation(plan):
            return await _form(visit, action, values, touched=True, asking=True)
        done = await visit.portal.runner.start(action.name, _request(action, values, confirm=True), visit.visitor)
    except PortalError as refused:
        return await _form(visit, action, values, touched=True, refused=refused)
    return redirect(f"/operations/{done.id}")


async def approval_page(visit: Visit) -> Response:
    """Asks why something is approved or refused."""
    approve = visit.request.query_params.get("approve", "yes") == "yes"
    return await _approval(visit, approve, None)


async def decide(visit: Visit) -> Response:
    """Approves or refuses."""
    sent = await visit.form()
    approve = sent.get("approve") == "yes"
    number = visit.number
    try:
        said = Decision(approve=approve, reason=str(sent.get("reason", ""))[:500])
        visit.portal.require_operator(visit.visitor, "approval")
        await visit.portal.runner.decide(number, said, visit.visitor)
    except PortalError as refused:
        return await _approval(visit, approve, refused)
    return redirect(f"/operations/{number}")


async def _approval(visit: Visit, approve: bool, refused: PortalError | None) -> Response:
    shown = visit.portal.operations.get(visit.number)
    return visit.show("approval.html", "/operations", operation=shown, approve=approve, refused=refused)


async def _action(visit: Visit) -> Action:
    name = visit.request.path_params["name"]
    for action in visit.portal.runner.actions():
        if action.name == name:
            return action
    raise not_found(f"There is no action {name}")


async def _form(
    visit: Visit,
    action: Action,
    values: Mapping[str, str],
    *,
    touched: bool = False,
    asking: bool = False,
    refused: PortalError | None = None,
) -> Response:
    plan: Plan | None = None
    complete = all(values.get(each.name) for each in action.parameters if each.required and each.default is None)
    if refused is None and (complete or asking):
        try:
            plan = await visit.portal.runner.plan(action.name, _request(action, values))
        except PortalError as why:
            refused = why
    history = await _history(visit, action, values)
    fields = [_field(each, values, touched, refused, history) for each in action.parameters]
    placed = refused is not None and any(field.name == refused.field for field in fields)
    return visit.show(
        "action.html", "", action=action, fields=fields, plan=plan, asking=asking,
        refused=None if placed else refused, confirmation=_confirmation(plan) if plan else "", may=visit.may_act,
    )  # fmt: skip


async def _history(visit: Visit, action: Action, values: Mapping[str, str]) -> list[HistoryEntry]:
    if not any(each.kind == "revision" for each in action.parameters) or values.get("environment") not in ENVIRONMENTS:
        return []
    try:
        watched = visit.portal.means.watched(values["environment"])
    except PortalError:
        return []  # the plan tells why
    return closely.history(watched, values["environment"], visit.portal.operations)


def _field(
    parameter: Parameter,
    values: Mapping[str, str],
    touched: bool,
    refused: PortalError | None,
    history: list[HistoryEntry],
) -> Field:
    default = "" if parameter.default is None else str(parameter.default)
    value = values.get(parameter.name, "" if touched and parameter.kind == "flag" else default)
    return Field(
        name=parameter.name,
        title=parameter.title,
        kind=parameter.kind,
        required=parameter.required,
        choices=_choices(parameter, history),
        value="" if parameter.kind == "flag" and value.lower() != "true" else value,
        minimum=parameter.minimum,
        maximum=parameter.maximum,
        refusal=_said(refused) if refused and refused.field == parameter.name else "",
        follows=parameter.kind == "revision",
    )


def _choices(parameter: Parameter, history: list[HistoryEntry]) -> list[tuple[str, str]]:
    if parameter.kind == "revision":
        return [(str(entry.revision), _revision(entry)) for entry in history if not entry.current]
    if parameter.kind == "ref":
        return [(choice, f"{ref_kind(choice)} {ref_name(choice)}") for choice in parameter.choices]
    return [(choice, choice) for choice in parameter.choices]


def _revision(entry: HistoryEntry) -> str:
    digest = f", {short_digest(entry.digest)}" if entry.digest else ""
    return f"{entry.revision}: {entry.version}{digest}"


def _request(action: Action, values: Mapping[str, str], confirm: bool = False) -> ActionRequest:
    given: dict[str, str | int | bool] = {}
    for parameter in action.parameters:
        value = values.get(parameter.name, "").strip()
        if parameter.kind == "flag":
            given[parameter.name] = value.lower() == "true"
        elif value:
            numeric = parameter.kind in ("number", "revision")
            number = whole_number(value) if numeric else None
            given[parameter.name] = value if number is None else number
    return ActionRequest(parameters=given, confirm=confirm)


def _confirmation(plan: Plan) -> str:
    """What "yes" answers: when the question or the parameters have changed meanwhile, it is asked again."""
    said: list[Any] = [plan.action, sorted(plan.parameters.items()), plan.confirm]
    return sha256(repr(said).encode()).hexdigest()[:20]


def _said(error: PortalError) -> str:
    return f"{error.what}. {error.why}".rstrip()
