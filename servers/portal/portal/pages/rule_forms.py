"""Rules as the fields of a form, and back."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from starlette.datastructures import FormData

from portal.models.rules import ALL_GUARDED, DAYS, Guard, Rule

_FIELD = re.compile(r"rules\.([0-9]{1,2})\.([a-z.]{1,20})")
_MANY = ("between.days", "actions")
_FLAGS = ("enabled", "approval")
NEW_TRIGGER: dict[str, Any] = {
    "kind": "trigger", "name": "", "enabled": True, "on": "tag", "matching": "v*", "do": "build", "environment": "",
}  # fmt: skip
NEW_GUARD: dict[str, Any] = {
    "kind": "guard", "name": "", "enabled": True, "environment": "prod", "actions": list(ALL_GUARDED), "begin": "",
    "end": "", "days": list(DAYS), "zone": "UTC", "approval": True,
}  # fmt: skip


def fields_of(rule: Rule) -> dict[str, Any]:
    """A rule as its fields show it."""
    if not isinstance(rule, Guard):
        return {**rule.model_dump(), "environment": rule.environment or ""}
    hours = rule.between
    return {
        **rule.model_dump(exclude={"between"}),
        "begin": hours.begin if hours else "",
        "end": hours.end if hours else "",
        "days": list(hours.days if hours else DAYS),
        "zone": hours.zone if hours else "UTC",
    }


def sent_fields(form: FormData) -> list[dict[str, Any]]:
    """The fields that a form has brought, rule by rule, in the form's order."""
    rules: dict[int, dict[str, Any]] = defaultdict(dict)
    for key in form:
        match = _FIELD.fullmatch(key)
        if match:
            values = [str(value) for value in form.getlist(key)]
            rules[int(match[1])][match[2]] = values if match[2] in _MANY else values[-1]
    return [_fields(rules[number]) for number in sorted(rules)]


def written(fields: list[dict[str, Any]], revision: int) -> dict[str, Any]:
    """The fields as a body of `PUT /api/v1/rules`, checked by nobody yet."""
    return {"revision": revision, "rules": [_rule(each) for each in fields]}


def _fields(sent: dict[str, Any]) -> dict[str, Any]:
    guard = sent.get("kind") == "guard"
    kept = {name: sent.get(name, "") for name in ("kind", "name", "environment")}
    kept |= {name: name in sent for name in (_FLAGS if guard else _FLAGS[:1])}
    if not guard:
        return kept | {name: sent.get(name, "") for name in ("on", "matching", "do")}
    kept |= {name: sent.get(f"between.{name}", "") for name in ("begin", "end", "zone")}
    return kept | {"days": sent.get("between.days", []), "actions": sent.get("actions", [])}


def _rule(fields: dict[str, Any]) -> dict[str, Any]:
    if fields["kind"] != "guard":
        return {**fields, "environment": fields["environment"] or None}
    rule = {name: value for name, value in fields.items() if name not in ("begin", "end", "days", "zone")}
    hours = {
        name: fields[name].strip() if name != "days" else fields[name] for name in ("begin", "end", "days", "zone")
    }
    return rule | {"between": hours if hours["begin"] or hours["end"] else None}
