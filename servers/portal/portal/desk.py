"""The portal as its pages see it: the routes of the API as functions, whose refusals are problems."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from portal.access.signing import close_session, open_session
from portal.errors import PortalError
from portal.front.problems import problem_of
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
    RuleCheck,
    Rules,
    Session,
)
from portal.pages.desk import Refusal
from portal.portal import Portal
from portal.rules.judge import rehearse
from portal.rules.store import check
from portal.view import closely

_LINES = 5000
_EVENTS = 100


class PortalDesk:
    """`portal.pages.desk.Desk` over a portal."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def chain(self) -> Chain:
        """The chain now."""
        return self._portal.chain.fresh()

    async def changes(self) -> AsyncIterator[tuple[str, Any]]:
        """Events from now on."""
        async for kind, data in self._portal.hub.listen():
            yield kind, data

    async def sign_in(self, user: str, password: str) -> str:
        """The cookie of a new session."""
        with _refusals():
            return (await open_session(self._portal, user, password)).secret

    async def sign_out(self, cookie: str) -> None:
        """Ends a session."""
        close_session(self._portal, cookie)

    async def actions(self) -> list[Action]:
        """What can be done."""
        return self._portal.runner.actions()

    async def plan(self, name: str, request: ActionRequest, visitor: Session) -> Plan:  # noqa: ARG002  everybody may
        """What an action would do."""
        with _refusals():
            return await self._portal.runner.plan(name, request)

    async def take(self, name: str, request: ActionRequest, visitor: Session) -> Operation:
        """Does it."""
        with _refusals():
            self._portal.require_operator(visitor, name)
            return await self._portal.runner.start(name, request, visitor)

    async def operations(self, limit: int) -> list[Operation]:
        """The latest first."""
        return self._portal.operations.latest(limit)

    async def operation(self, number: int) -> Operation:
        """One of them."""
        with _refusals():
            return self._portal.operations.get(number)

    async def log(self, number: int, after: int) -> list[LogLine]:
        """The lines of its log after that one."""
        return self._portal.operations.lines(number, after, _LINES)

    async def decide(self, number: int, decision: Decision, visitor: Session) -> Operation:
        """Approves or refuses what waits."""
        with _refusals():
            self._portal.require_operator(visitor, "approval")
            return await self._portal.runner.decide(number, decision, visitor)

    async def history(self, environment: str) -> list[HistoryEntry]:
        """The latest first."""
        with _refusals():
            return closely.history(self._portal.means.watched(environment), environment, self._portal.operations)

    async def events(self, environment: str) -> list[KubernetesEvent]:
        """The latest first."""
        with _refusals():
            return closely.events(self._portal.means.watched(environment))[:_EVENTS]

    async def pod_log(self, environment: str, pod: str, lines: int) -> PodLog:
        """The end of a pod's log."""
        with _refusals():
            return await self._portal.pod_log(environment, pod, lines)

    async def rules(self) -> Rules:
        """All rules."""
        return self._portal.rules.current

    async def check_rules(self, written: Any) -> RuleCheck:
        """Whether that could be saved."""
        return check(written)

    async def dry_run(self, rules: Rules) -> DryRun:
        """What they would have decided."""
        return DryRun(decisions=rehearse(rules, self._portal.engine.latest()))

    async def save_rules(self, rules: Rules, visitor: Session) -> Rules:
        """With the next revision."""
        with _refusals():
            self._portal.require_operator(visitor, "rules saved")
            return self._portal.save_rules(rules, visitor.user)

    async def audit(self, limit: int, before: int | None) -> list[AuditEntry]:
        """The latest first."""
        return self._portal.audit.entries(limit, before)


@contextmanager
def _refusals() -> Iterator[None]:
    """Tells the portal's errors in the pages' way."""
    try:
        yield
    except PortalError as error:
        raise Refusal(problem_of(error)) from error
