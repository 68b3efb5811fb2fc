"""What one can do, what that would be, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from portal.models.access import Role

ActionName = Literal["build", "deploy", "promote", "upgrade", "rollback", "scale", "demo-value"]
OperationState = Literal["waiting", "running", "succeeded", "failed", "refused", "expired", "interrupted"]


class Parameter(BaseModel):
    """What an action wants to know.

    Attributes:
        name: its key in `ActionRequest.parameters`.
        title: for people.
        kind: what to ask with: "ref" (a branch or tag), "version" (a tag in the registry), "environment",
            "revision" (a number of the environment's history), "number", "text", "flag".
        required: whether it has to be given.
        choices: the values there are just now; empty where they depend on another parameter or are free.
        minimum: the smallest number.
        maximum: the largest number.
        default: what is taken when it is left out.
    """

    name: str
    title: str
    kind: Literal["ref", "version", "environment", "revision", "number", "text", "flag"]
    required: bool = True
    choices: list[str] = []
    minimum: int | None = None
    maximum: int | None = None
    default: str | int | bool | None = None


class Action(BaseModel):
    """Something one can do.

    Attributes:
        name: its key in the address.
        title: for a button.
        description: one sentence.
        parameters: what it wants to know.
        role: who may.
    """

    name: ActionName
    title: str
    description: str
    parameters: list[Parameter]
    role: Role


class ActionRequest(BaseModel):
    """The body of `POST /api/v1/actions/{name}` and of its plan.

    Attributes:
        parameters: by name, as the action's own `parameters` describe them.
        confirm: the caller has seen what will happen; needed where the plan's `confirm` is not empty.
    """

    model_config = ConfigDict(extra="forbid")

    parameters: dict[str, str | int | bool] = Field(default={}, max_length=16)
    confirm: StrictBool = False


class PlannedRequest(BaseModel):
    """A request that an action sends.

    Attributes:
        system: to whom.
        title: what it does, in a few words.
        method: the HTTP method.
        url: as the host reaches it.
        curl: the line to copy; secrets stand in it as shell variables, which `variables` names.
        variables: each shell variable, and where its value comes from.
    """

    system: Literal["gitlab", "jenkins", "registry", "kubernetes"]
    title: str
    method: str
    url: str
    curl: str
    variables: dict[str, str] = {}


class Plan(BaseModel):
    """What an action would do.

    Attributes:
        action: which.
        parameters: as they were understood, with defaults filled in.
        words: what will happen, sentence by sentence.
        confirm: the question to ask before; empty where nothing needs care.
        approval: the name of the rule that wants an operator's approval; empty where none does.
        requests: what is sent, in this order.
    """

    action: ActionName
    parameters: dict[str, Any]
    words: list[str]
    confirm: str = ""
    approval: str = ""
    requests: list[PlannedRequest]


class Operation(BaseModel):
    """An action that was taken.

    Attributes:
        id: its number.
        action: which.
        parameters: with what.
        title: in a few words, as in "deploy v2.0.0.0 to test".
        who: the account, or "rule <name>".
        state: "waiting" for an approval; "refused" by whoever was asked for one; "expired" when nobody gave it in time;
            "interrupted" when the portal ended meanwhile, so that it does not know what became of it.
        message: what came of it, or why not.
        fix: what to do next where it failed or expired.
        made: when it was asked for.
        started: when its first request was sent.
        ended: when it had ended.
        approval: the rule that wants an approval; empty where none does.
        expires: until when it may wait for one.
        approved_by: who gave or refused it.
        requests: what it sends.
        link: the page of the build or the like that it started.
        lines: how many lines its log has.
    """

    id: int
    action: ActionName
    parameters: dict[str, Any]
    title: str
    who: str
    state: OperationState
    message: str = ""
    fix: str = ""
    made: datetime
    started: datetime | None = None
    ended: datetime | None = None
    approval: str = ""
    expires: datetime | None = None
    approved_by: str = ""
    requests: list[PlannedRequest] = []
    link: str = ""
    lines: int = 0


class LogLine(BaseModel):
    """A line of an operation's log.

    Attributes:
        operation: the operation's number.
        number: the line's, from 1.
        at: when it came.
        text: without a line break.
    """

    operation: int
    number: int
    at: datetime
    text: str


class Decision(BaseModel):
    """The body of `POST /api/v1/approvals/{operation}`.

    Attributes:
        approve: false refuses.
        reason: why, for the audit log.
    """

    model_config = ConfigDict(extra="forbid")

    approve: StrictBool
    reason: str = Field(default="", max_length=500)
