"""What rules say; nothing is asked and nothing done here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from portal.models.actions import ActionName
from portal.models.rules import DAYS, ChainEvent, Finding, Guard, Hours, Rule, RuleDecision, Rules, Trigger


@dataclass(frozen=True)
class Verdict:
    """What the guards of an environment say.

    Attributes:
        refused: why not now; empty when nothing speaks against it.
        next: when it can be.
        approval: the guard that wants an approval; empty when none does.
    """

    refused: str = ""
    next: str = ""
    approval: str = ""


def guarded(rules: Iterable[Rule], environment: str, action: str, at: datetime) -> Verdict:
    """What the guards say of an action in an environment at a moment."""
    approval = ""
    for rule in rules:
        if not (
            isinstance(rule, Guard) and rule.enabled and rule.environment == environment and action in rule.actions
        ):
            continue
        if rule.between and not within(rule.between, at):
            hours = rule.between
            local = at.astimezone(ZoneInfo(hours.zone))
            why = (
                f"The rule {rule.name} lets {environment} change from {hours.begin} to {hours.end}"
                f" ({', '.join(hours.days)}; {hours.zone}); it is {local:%a %H:%M} there."
            )
            return Verdict(why, f"again from {hours.begin} on {_opens(hours, local)}, or change the rule {rule.name}")
        if rule.approval and not approval:
            approval = rule.name
    return Verdict(approval=approval)


def _opens(hours: Hours, local: datetime) -> str:
    """The day on which the hours begin next, as in "Mon"."""
    days = (local + timedelta(days=ahead) for ahead in range(f"{local:%H:%M}" >= hours.begin, 8))
    return next(f"{day:%a}" for day in days if DAYS[day.weekday()] in hours.days)


def within(hours: Hours, at: datetime) -> bool:
    """Whether a moment lies within the hours, which belong to the day on which they begin."""
    local = at.astimezone(ZoneInfo(hours.zone))
    clock, today = f"{local:%H:%M}", DAYS[local.weekday()]
    if hours.begin < hours.end:
        return today in hours.days and hours.begin <= clock < hours.end
    yesterday = DAYS[(local - timedelta(days=1)).weekday()]
    return (today in hours.days and clock >= hours.begin) or (yesterday in hours.days and clock < hours.end)


def triggers(rules: Iterable[Rule], event: ChainEvent) -> list[Trigger]:
    """The rules that an event sets off."""
    return [
        rule
        for rule in rules
        if isinstance(rule, Trigger)
        and rule.enabled
        and rule.on == event.kind
        and fnmatchcase(event.name, rule.matching)
    ]


def wish(rule: Trigger, event: ChainEvent) -> dict[str, str]:
    """The parameters of what a rule does about an event."""
    if rule.do == "build":
        prefix = "refs/tags/" if event.kind == "tag" else "refs/heads/"
        return {"ref": prefix + event.name}
    return {"environment": str(rule.environment), "version": event.name}


def subject(rule: Trigger, event: ChainEvent) -> str:
    """What a rule does about an event, in words."""
    return f"build {event.kind} {event.name}" if rule.do == "build" else f"deploy {event.name} to {rule.environment}"


def rehearse(
    rules: Rules, events: Sequence[ChainEvent], inadmissible: Callable[[ActionName, Mapping[str, str]], str]
) -> list[RuleDecision]:
    """What the rules would say of events, each at its own time; the parts are not asked.

    Args:
        rules: the rules.
        events: the events.
        inadmissible: why an action never takes such parameters; empty where it may.
    """
    decisions: list[RuleDecision] = []
    for event in events:
        found = triggers(rules.rules, event)
        if not found:
            decisions.append(RuleDecision(rule="", event=event, outcome="skips", why="No rule is about it."))
        for rule in found:
            verdict = guarded(rules.rules, rule.environment or "", rule.do, event.at)
            what = subject(rule, event)
            if refused := inadmissible(rule.do, wish(rule, event)) or verdict.refused:
                decisions.append(RuleDecision(rule=rule.name, event=event, outcome="refused", why=refused, action=what))
            elif verdict.approval:
                why = f"The rule {verdict.approval} wants an operator's approval."
                decisions.append(RuleDecision(rule=rule.name, event=event, outcome="waits", why=why, action=what))
            else:
                why = f"{event.kind} {event.name} matches {rule.matching}."
                decisions.append(RuleDecision(rule=rule.name, event=event, outcome="acts", why=why, action=what))
    return decisions


def warnings(rules: Rules) -> list[Finding]:
    """What could be saved and is probably not meant."""
    found: list[Finding] = []
    guards = [rule for rule in rules.rules if isinstance(rule, Guard) and rule.enabled]
    for number, rule in enumerate(rules.rules):
        where = f"rules.{number}"
        if isinstance(rule, Guard):
            if not rule.actions:
                found.append(Finding(where=f"{where}.actions", what="it guards no action at all"))
            if rule.between and rule.between.begin == rule.between.end:
                what = "it begins and ends at the same minute, which is the whole day"
                found.append(Finding(where=f"{where}.between", what=what))
        elif rule.matching.startswith("refs/"):
            what = "names come without refs/heads/ or refs/tags/, so it never matches"
            found.append(Finding(where=f"{where}.matching", what=what))
        elif rule.environment == "prod" and not any(one.environment == "prod" for one in guards):
            what = "each new image goes to prod at once; no guard asks for hours or an approval"
            found.append(Finding(where=where, what=what))
    return found
