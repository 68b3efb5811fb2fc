"""What was: audit log, history, Kubernetes' events; and how errors are told."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from portal.models.chain import ProbePoint

Outcome = Literal["asked", "done", "failed", "refused"]


class AuditEntry(BaseModel):
    """Somebody did something, or was not let.

    Attributes:
        id: its number.
        at: when.
        who: the account, "rule <name>", "the portal" itself, or "nobody" for who was not known.
        what: as in "deploy", "sign-in", "rules saved", "approve".
        subject: as in "v2.0.0.0 to test".
        outcome: "done", "refused", "failed", "asked" (it was begun or waits for approval).
        why: a sentence.
        operation: the operation that it is about, if any.
    """

    id: int
    at: datetime
    who: str
    what: str
    subject: str
    outcome: Outcome
    why: str = ""
    operation: int | None = None


class HistoryEntry(BaseModel):
    """A revision of an environment's Deployment, as `kubectl rollout history` numbers them.

    Attributes:
        revision: the number, which a rollback takes.
        version: the image's tag.
        image: the whole reference.
        digest: the digest that its pods ran, where one is known.
        created: when its ReplicaSet was made first.
        replicas: pods that it has now.
        current: whether it is the one that the Deployment asks for.
        who: who brought it, as far as the portal's own audit log knows; empty otherwise.
        how: by which action; empty otherwise.
    """

    revision: int
    version: str
    image: str
    digest: str = ""
    created: datetime | None = None
    replicas: int = 0
    current: bool = False
    who: str = ""
    how: str = ""


class KubernetesEvent(BaseModel):
    """An event of an environment's namespace.

    Attributes:
        at: when it happened last.
        kind: "Normal" or "Warning".
        reason: Kubernetes' word for it.
        about: the object, as in "Pod/uuid-deploy-…".
        message: Kubernetes' sentence.
        count: how often.
    """

    at: datetime | None
    kind: str
    reason: str
    about: str
    message: str
    count: int = 1


class PodLog(BaseModel):
    """The end of a pod's log.

    Attributes:
        pod: its name.
        lines: oldest first.
    """

    pod: str
    lines: list[str]


class Availability(BaseModel):
    """The probes of an environment.

    Attributes:
        environment: which.
        interval: seconds between two probes.
        points: oldest first; equal probes that follow each other are one point.
        answered: how many probes of these were answered.
        asked: how many there were.
    """

    environment: str
    interval: float
    points: list[ProbePoint]
    answered: int
    asked: int


class AvailabilityEvent(BaseModel):
    """The data of the event `availability`: the newest point of an environment, which replaces one with its `at`."""

    environment: str
    point: ProbePoint


class Problem(BaseModel):
    """An error, as RFC 9457 has it, with what, why and next.

    Attributes:
        type: a word that stays the same, as "unknown-version"; `title` and `detail` are for people.
        title: what happened.
        status: the HTTP status.
        detail: why.
        next: what to do; a command or a sentence. Empty when there is nothing.
        field: the parameter (of an action) or the field that is at fault; empty where no single one is.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    next: str = ""
    field: str = ""


class Health(BaseModel):
    """The answer of /healthz.

    Attributes:
        status: "ok" as long as the portal serves, whatever becomes of the parts.
        viewers: how many listen to events.
    """

    status: Literal["ok"]
    viewers: int
