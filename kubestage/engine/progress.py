"""The engine's events as lines for people, and as the facts that a run returns."""

from __future__ import annotations

import re
import threading
from contextlib import AbstractContextManager

from pulumi.automation import EngineEvent, OpType
from pulumi.automation.events import DiagnosticEvent, StepEventMetadata

from kubestage.console import console
from kubestage.engine.outcome import Changes

_MARKUP = re.compile(r"<\{%.*?%\}>")
_VERBS = {
    OpType.CREATE: "create",
    OpType.CREATE_REPLACEMENT: "replace",
    OpType.UPDATE: "update",
    OpType.DELETE: "delete",
}
_ENGINE_ONLY = ("pulumi:providers:", "pulumi:pulumi:")
# How the engine begins the message of a resource that exists but is not ready.
_COUNT = re.compile(r"^\d+ errors? occurred:\s+\* ")
# What the engine adds to every failure, after the reason.
_EMPTY_WORDS = ("update failed", "preview failed", "destroy failed", "resource registration failed")


class _OperationFailed(Exception):
    """Marks a console step as failed; never leaves this module."""


class Progress:
    """Follows one run.

    Args:
        stack: its name, which begins each line.
        planning: nothing is done, so tell what would be.

    Attributes:
        errors: what went wrong, each message once, in order.
    """

    def __init__(self, stack: str, *, planning: bool = False) -> None:
        self.errors: list[str] = []
        self._stack = stack
        self._planning = planning
        self._operations: dict[str, str] = {}
        self._steps: dict[str, AbstractContextManager[None]] = {}
        self._lock = threading.Lock()

    @property
    def changes(self) -> Changes:
        """What was done so far."""
        return Changes.of(self._operations)

    def on_event(self, event: EngineEvent) -> None:
        """Takes an event of the engine; events come from several threads."""
        with self._lock:
            if event.resource_pre_event:
                self._begin(event.resource_pre_event.metadata)
            elif event.res_outputs_event:
                self._end(event.res_outputs_event.metadata, failed=False)
            elif event.res_op_failed_event:
                self._end(event.res_op_failed_event.metadata, failed=True)
            elif event.diagnostic_event:
                self._diagnose(event.diagnostic_event)

    def close(self) -> None:
        """Ends the steps that the engine left open when it stopped."""
        with self._lock:
            for urn in list(self._steps):
                self._close(urn, failed=True)

    def _begin(self, step: StepEventMetadata) -> None:
        if not _counts(step):
            return
        # A replacement is three events; the one that creates says it all.
        if step.op not in (OpType.REPLACE, OpType.DELETE_REPLACED):
            self._operations[step.urn] = step.op.value
        verb = _VERBS.get(step.op)
        if verb is None:
            return
        if self._planning:
            console.say(f"{self._stack}: would {verb} {_title(step.urn)}")
            return
        self._close(step.urn, failed=False)
        shown = console.step(f"{self._stack}: {verb} {_title(step.urn)}")
        shown.__enter__()
        self._steps[step.urn] = shown

    def _end(self, step: StepEventMetadata, *, failed: bool) -> None:
        self._close(step.urn, failed=failed)

    def _close(self, urn: str, *, failed: bool) -> None:
        shown = self._steps.pop(urn, None)
        if shown is None:
            return
        if not failed:
            shown.__exit__(None, None, None)
            return
        error = _OperationFailed()
        shown.__exit__(_OperationFailed, error, None)

    def _diagnose(self, event: DiagnosticEvent) -> None:
        message = _COUNT.sub("", _MARKUP.sub("", event.message).strip())
        if not message:
            return
        if event.severity == "error":
            if message not in self.errors and not message.endswith(_EMPTY_WORDS):
                self.errors.append(message)
        elif event.severity == "warning":
            console.warn(f"{self._stack}: {_title(event.urn)}: {message}" if event.urn else message)
        elif event.severity == "info" and event.urn:
            console.say(f"  {_title(event.urn)}: {message}")


def _counts(step: StepEventMetadata) -> bool:
    """Whether a step is about something real: components and providers exist in the engine alone."""
    state = step.new or step.old
    return bool(state and state.custom) and not step.type.startswith(_ENGINE_ONLY)


def _title(urn: str) -> str:
    """A resource as people name it: `Container registry` for `…docker:index/container:Container::registry`."""
    kind, _, name = urn.rpartition("::")
    return f"{kind.rpartition(':')[2]} {name}"
