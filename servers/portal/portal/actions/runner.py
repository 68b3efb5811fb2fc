"""Actions are asked for, judged by the rules, approved, carried out, and gone on with after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, get_args

from portal.actions.act import Act, Means, Prepared
from portal.actions.delivery import Build, Deploy, Promote
from portal.actions.rollouts import Rollback, Upgrade
from portal.actions.task import Interrupted, Task
from portal.actions.tuning import DemoValue, Scale
from portal.actions.waiting import Waiting
from portal.audit import Audit
from portal.database import Database, now
from portal.errors import PortalError, Refusal, not_found
from portal.models.access import Session
from portal.models.actions import Action, ActionName, ActionRequest, Decision, Operation, Plan
from portal.models.records import Outcome
from portal.operations import Operations
from portal.rules.judge import guarded
from portal.rules.store import RuleStore
from portal.view import objects

_log = logging.getLogger(__name__)
_ACTS: tuple[type[Act], ...] = (Build, Deploy, Promote, Upgrade, Rollback, Scale, DemoValue)
RULE = "rule "


class Runner:
    """All actions, and the operations that run."""

    def __init__(
        self, means: Means, operations: Operations, rules: RuleStore, audit: Audit, database: Database
    ) -> None:
        self._means = means
        self._acts: dict[str, Act] = {act.name: act(means) for act in _ACTS}
        self._operations = operations
        self._rules = rules
        self._audit = audit
        self._database = database
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self.waiting = Waiting(operations, audit, database, means.settings.approval_hours)

    @property
    def busy(self) -> bool:
        """Whether something runs."""
        return bool(self._tasks)

    def actions(self) -> list[Action]:
        """What one can do."""
        return [act.describe() for act in self._acts.values()]

    async def plan(self, name: str, request: ActionRequest) -> Plan:
        """What an action would do.

        Raises:
            Refusal: it cannot be done; says why.
        """
        act = self._act(name)
        prepared, approval = await self._judged(act, request.parameters, patient=False)
        return prepared.plan(act.name, approval)

    async def start(self, name: str, request: ActionRequest, session: Session) -> Operation:
        """Does an action, or has it wait for an approval.

        Raises:
            Refusal: it is not done; says why. The audit log has it too.
        """
        act = self._act(name)
        try:
            prepared, approval = await self._judged(act, request.parameters, patient=False)
            if prepared.confirm and not request.confirm:
                raise Refusal("confirm", prepared.confirm, why=" ".join(prepared.words), fix='send "confirm": true')
        except PortalError as error:
            if error.kind != "confirm":
                self._audit.add(session.user, name, _subject(request), "refused", _said(error))
            raise
        operation = self.enlist(act.name, prepared, approval, session.user)
        self.begin(operation)
        return operation

    def inadmissible(self, name: ActionName, parameters: Mapping[str, Any]) -> str:
        """Why an action never takes such parameters, whatever the parts hold; empty where it may."""
        try:
            self._acts[name].understood(parameters)
        except PortalError as error:
            return _said(error)
        return ""

    async def prepared_for_rule(self, name: ActionName, parameters: Mapping[str, Any]) -> tuple[Prepared, str]:
        """What a rule's action would do, and the guard whose approval it needs.

        Raises:
            PortalError: it cannot be done.
        """
        return await self._judged(self._acts[name], parameters, patient=True)

    def enlist(self, name: ActionName, prepared: Prepared, approval: str, who: str) -> Operation:
        """Keeps an operation in the database, from where on it is done once, whatever becomes of this life."""
        made = now()
        operation = Operation(
            id=0, action=name, parameters=prepared.parameters, title=prepared.title, who=who,
            state="waiting" if approval else "running", made=made, started=None if approval else made,
            approval=approval, expires=self.waiting.until(made) if approval else None, requests=prepared.requests,
            message=f"Waits for an operator's approval, as the rule {approval} wants." if approval else "",
        )  # fmt: skip
        with self._database.transaction():
            operation = self._operations.add(operation, prepared.environment)
            self._audit.add(who, name, prepared.title, "asked", operation.message, operation.id)
        self._operations.tell(operation)
        return operation

    def begin(self, operation: Operation) -> None:
        """Starts an operation's work, unless it waits: its time runs from now on."""
        if operation.state == "waiting":
            self.waiting.begun()
        if operation.state == "running" and operation.id not in self._tasks:
            task = asyncio.create_task(self._run(operation), name=f"operation {operation.id}")
            self._tasks[operation.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(operation.id, None))

    def resume(self) -> None:
        """Goes on with what an earlier life left."""
        for operation in self._operations.in_state("running"):
            self.begin(operation)

    async def decide(self, number: int, decision: Decision, session: Session) -> Operation:
        """Approves or refuses an operation that waits.

        Raises:
            Refusal: it does not wait any more, it is one's own, or it can no longer be done.
        """
        self.waiting.end_overdue()
        operation = self._operations.get(number)
        if operation.state != "waiting":
            why = f"It is {operation.state}. {operation.message}".strip()
            raise Refusal("not-waiting", f"Operation {number} does not wait", why=why, fix=operation.fix)
        if not decision.approve:
            message = f"{session.user} refused it. {decision.reason}".strip()
            with self._database.transaction():
                self._audit.add(session.user, "refuse", operation.title, "done", decision.reason, number)
                return self._operations.change(
                    number, state="refused", message=message, approved_by=session.user, ended=now()
                )
        try:
            await self._approvable(operation, session)
        except PortalError as error:
            self._audit.add(session.user, "approve", operation.title, "refused", _said(error), number)
            raise
        with self._database.transaction():
            self._audit.add(session.user, "approve", operation.title, "done", decision.reason, number)
            operation = self._operations.change(
                number, state="running", approved_by=session.user, started=now(), message=""
            )
        self.begin(operation)
        return operation

    async def _approvable(self, operation: Operation, session: Session) -> None:
        """Refuses the approval of one's own, and of what can no longer be done."""
        if operation.who == session.user:
            raise Refusal(
                "own-approval",
                "Nobody approves what they asked for themselves",
                why=f"{operation.who} asked for it; the rule {operation.approval} wants a second person.",
                fix="have another operator approve it",
                status=403,
            )
        act = self._acts[operation.action]
        await self._judged(act, operation.parameters, patient=operation.who.startswith(RULE))
        if self._operations.get(operation.id).state != "waiting":
            raise Refusal("not-waiting", f"Operation {operation.id} does not wait any more")

    async def stop(self) -> None:
        """Ends the work; operations stay as they are, for the next life to go on."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _judged(self, act: Act, given: Mapping[str, Any], *, patient: bool) -> tuple[Prepared, str]:
        prepared = await act.prepare(act.understood(given), patient=patient)
        if not prepared.environment:
            return prepared, ""
        verdict = guarded(self._rules.current.rules, prepared.environment, act.name, now())
        if verdict.refused:
            raise Refusal("outside-hours", f"{prepared.title}: not now", why=verdict.refused, fix=verdict.next)
        if not patient and (others := self._operations.in_state("running", prepared.environment)):
            raise Refusal(
                "operation-running",
                f"Another operation is under way in {prepared.environment}",
                why=f"#{others[0].id} {others[0].title}, by {others[0].who}.",
                fix=f"wait until operation {others[0].id} has ended, and then again",
            )
        return prepared, verdict.approval

    async def _run(self, operation: Operation) -> None:
        task = Task(operation, self._operations)
        self._note_revision(task, operation)
        try:
            message = await self._acts[operation.action].carry_out(task)
        except Interrupted as error:
            self._end(operation, "interrupted", f"{error.what}. {error.why}", error.fix)
        except PortalError as error:
            self._end(operation, "failed", _said(error), error.fix)
        except Exception:
            _log.exception("operation %s", operation.id)
            self._end(operation, "failed", "The portal has a fault; its log says more.", "./inv logs portal")
        else:
            self._end(operation, "succeeded", message, "")

    def _note_revision(self, task: Task, operation: Operation) -> None:
        """Keeps the revision before, so that the history credits an operation only with what it has brought."""
        environment = "prod" if operation.action == "promote" else str(operation.parameters.get("environment", ""))
        if environment and task.noted("before", None) is None:
            watched = self._means.seen.cluster.environments[environment]
            task.note("before", objects.revision_of(watched.deployment))

    def _end(self, operation: Operation, state: str, message: str, fix: str) -> None:
        outcome: Outcome = "done" if state == "succeeded" else "failed"
        with self._database.transaction():
            self._operations.log(operation.id, message)
            self._operations.change(operation.id, state=state, message=message, fix=fix, ended=now())
            self._audit.add(operation.who, operation.action, operation.title, outcome, message, operation.id)

    def _act(self, name: str) -> Act:
        if name not in self._acts:
            raise not_found(f"There is no action {name!r}", fix=f"one of {', '.join(get_args(ActionName))}")
        return self._acts[name]


def _said(error: PortalError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what


def _subject(request: ActionRequest) -> str:
    return ", ".join(f"{name} {value}" for name, value in request.parameters.items())
