"""What the pages ask the portal for: the routes of the API as functions, without HTTP between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from portal.models import (
    Action,
    ActionRequest,
    AuditEntry,
    Chain,
    Decision,
    DryRun,
    HistoryEntry,
    KubernetesEvent,
    LogLine,
    Operation,
    Plan,
    PodLog,
    Problem,
    RuleCheck,
    Rules,
    Session,
)


class Refusal(Exception):
    """Something is not done, and why.

    Attributes:
        problem: what a caller of the API would get.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title)
        self.problem = problem


class Desk(Protocol):
    """The portal, as pages see it. Whatever cannot be done raises `Refusal`."""

    def chain(self) -> Chain:
        """The chain now."""

    def changes(self) -> AsyncIterator[tuple[str, Any]]:
        """Events as the API has them, from now on: their kind and data (models); never ends by itself."""

    async def sign_in(self, user: str, password: str) -> str:
        """The cookie of a new session."""

    async def sign_out(self, cookie: str) -> None:
        """Ends a session."""

    async def actions(self) -> list[Action]:
        """What can be done, with the choices there are just now."""

    async def plan(self, name: str, request: ActionRequest, visitor: Session) -> Plan:
        """What an action would do."""

    async def take(self, name: str, request: ActionRequest, visitor: Session) -> Operation:
        """Does it."""

    async def operations(self, limit: int) -> list[Operation]:
        """The latest first."""

    async def operation(self, number: int) -> Operation:
        """One of them."""

    async def log(self, number: int, after: int) -> list[LogLine]:
        """The lines of its log after that one."""

    async def decide(self, number: int, decision: Decision, visitor: Session) -> Operation:
        """Approves or refuses what waits."""

    async def history(self, environment: str) -> list[HistoryEntry]:
        """The latest first."""

    async def events(self, environment: str) -> list[KubernetesEvent]:
        """The latest first."""

    async def pod_log(self, environment: str, pod: str, lines: int) -> PodLog:
        """The end of a pod's log."""

    async def rules(self) -> Rules:
        """All rules."""

    async def check_rules(self, written: Any) -> RuleCheck:
        """Whether that could be saved."""

    async def dry_run(self, rules: Rules) -> DryRun:
        """What they would have decided."""

    async def save_rules(self, rules: Rules, visitor: Session) -> Rules:
        """With the next revision."""

    async def audit(self, limit: int, before: int | None) -> list[AuditEntry]:
        """The latest first."""
