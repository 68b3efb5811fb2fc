"""Rules as data: what starts by itself, and what waits for its hour or for somebody's word."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EventKind = Literal["tag", "branch", "image"]
GuardedAction = Literal["deploy", "promote", "upgrade", "rollback", "scale", "demo-value"]
ALL_GUARDED: list[GuardedAction] = ["deploy", "promote", "upgrade", "rollback", "scale", "demo-value"]

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
TimeOfDay = Annotated[str, Field(json_schema_extra={"pattern": f"^{_TIME.pattern}$"})]


class Hours(BaseModel):
    """A span of the day; one whose end is not after its begin reaches over midnight.

    Attributes:
        begin: as in "09:00"; within.
        end: as in "17:00"; no longer within.
        days: on which days it begins.
        zone: whose clock, as in "Europe/Berlin".
    """

    model_config = ConfigDict(extra="forbid")

    begin: TimeOfDay
    end: TimeOfDay
    days: list[Day] = list(DAYS)
    zone: str = "UTC"

    @field_validator("begin", "end")
    @classmethod
    def _time(cls, value: str) -> str:
        if not _TIME.fullmatch(value):
            raise ValueError(f"{value!r} is no time of day; write it as 09:00, from 00:00 to 23:59")
        return value

    @field_validator("days")
    @classmethod
    def _days(cls, value: list[Day]) -> list[Day]:
        if not value:
            raise ValueError("name at least one day; without one nothing is ever allowed")
        return [day for day in DAYS if day in value]

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"there is no time zone {value!r}; write it as UTC or Europe/Berlin") from None
        return value


class _Named(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", description="its key: lower-case letters, digits, hyphens")
    enabled: StrictBool = True


class Trigger(_Named):
    """On an event, do something.

    Attributes:
        on: "tag" and "branch" are GitLab's pushes, "image" a version that is new in the registry.
        matching: which names, as a pattern of `*` and `?`; of a branch the name without refs/heads/.
        do: "build" builds the pushed ref; "deploy" deploys the new image.
        environment: where to; for "deploy".
    """

    kind: Literal["trigger"] = "trigger"
    on: EventKind
    matching: str = Field(default="*", min_length=1, max_length=200)
    do: Literal["build", "deploy"]
    environment: Literal["test", "prod"] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Trigger:
        if self.do == "deploy" and self.on != "image":
            raise ValueError(f"a {self.on} has no image yet that could be deployed: use on: image, or do: build")
        if self.do == "build" and self.on == "image":
            raise ValueError("an image is built already: use do: deploy, or on: tag")
        if (self.do == "deploy") != (self.environment is not None):
            raise ValueError(
                "do: deploy needs an environment, test or prod"
                if self.do == "deploy"
                else "a build goes to no environment: leave environment out"
            )
        return self


class Guard(_Named):
    """What holds for changes of an environment, whoever asks for them.

    Attributes:
        environment: where it holds.
        actions: for which actions.
        between: only within these hours; always when left out.
        approval: another operator has to approve each.
    """

    kind: Literal["guard"] = "guard"
    environment: Literal["test", "prod"]
    actions: list[GuardedAction] = ALL_GUARDED
    between: Hours | None = None
    approval: StrictBool = False

    @model_validator(mode="after")
    def _guards(self) -> Guard:
        if self.between is None and not self.approval:
            raise ValueError("it guards nothing: give hours (between), or approval: true")
        return self


Rule = Annotated[Trigger | Guard, Field(discriminator="kind")]


class Rules(BaseModel):
    """All rules; the order is that in which they are asked.

    Attributes:
        revision: which state of the rules this is; what is saved has to name the one that it is based on.
        rules: the rules.
    """

    model_config = ConfigDict(extra="forbid")

    revision: int = 0
    rules: list[Rule] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _unique(self) -> Rules:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.name in seen:
                raise ValueError(f"two rules are called {rule.name!r}")
            seen.add(rule.name)
        return self


class Finding(BaseModel):
    """What is wrong with rules that cannot be saved.

    Attributes:
        where: as in "rules.0.between.begin"; empty for the whole.
        what: a sentence.
    """

    where: str
    what: str


class RuleCheck(BaseModel):
    """Whether rules could be saved.

    Attributes:
        ok: whether.
        findings: why not.
        warnings: what could be saved and is probably not meant.
    """

    ok: bool
    findings: list[Finding] = []
    warnings: list[Finding] = []


class ChainEvent(BaseModel):
    """What happened in the chain, as rules see it.

    Attributes:
        key: what makes it this event and no other; each is decided once.
        kind: tag, branch or image.
        name: the tag's, the branch's or the image's tag.
        commit: the commit, where there is one.
        digest: the image's.
        at: when it was seen.
        who: who pushed; empty when unknown.
    """

    key: str
    kind: EventKind
    name: str
    commit: str = ""
    digest: str = ""
    at: datetime
    who: str = ""


class RuleDecision(BaseModel):
    """What a rule says of an event.

    Attributes:
        rule: the rule's name; empty when no rule matches.
        event: the event.
        outcome: "acts", "waits" (for approval), "refused" (by a guard or the action itself), "skips" (nothing to do).
        why: a sentence.
        action: what it does; empty when nothing.
        operation: the operation that came of it; None in a dry run or when nothing did.
    """

    rule: str
    event: ChainEvent
    outcome: Literal["acts", "waits", "refused", "skips"]
    why: str
    action: str = ""
    operation: int | None = None


class DryRun(BaseModel):
    """What rules would have decided of the last events; nothing is done.

    Attributes:
        decisions: latest event first.
    """

    decisions: list[RuleDecision]
