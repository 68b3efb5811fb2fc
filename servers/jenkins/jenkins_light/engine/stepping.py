"""Runs the steps that a build calls, each in a thread of its own, and answers; takes them up again after a restart."""

import logging
import threading
from typing import TYPE_CHECKING, Any

from jenkins_light.engine import environment
from jenkins_light.engine.calls import Block, StepCall
from jenkins_light.engine.journal import Noted
from jenkins_light.engine.runner import Message
from jenkins_light.errors import JenkinsError
from jenkins_light.steps.registry import (
    BLOCK_STEPS,
    RESUMABLE,
    STEPS,
    Abort,
    Interrupted,
    SkippedBlock,
    StepError,
    Variables,
)

if TYPE_CHECKING:
    from jenkins_light.engine.run import PipelineRun

_log = logging.getLogger(__name__)
_ABORT = "hudson.AbortException"
_INTERRUPTED = "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException"
_SKIPPED = "jenkinslight.runner.steps.SkippedBlock"
_NOT_RESUMABLE = "org.jenkinsci.plugins.workflow.steps.SynchronousResumeNotSupportedException"


class Stepping:
    """The calls and the open blocks of one build."""

    def __init__(self, run: "PipelineRun") -> None:
        self._run = run
        self._journal = run.journal
        self._blocks: dict[int, Block] = {}
        self._calls: dict[int, StepCall] = {}
        self._again: set[int] = set()
        # A runner that takes the build up is told the answers in the journal's order. Where that is not the order in
        # which they were given, parallel branches take other turns, and what they say is taken for said already.
        self._telling = threading.Lock()
        self._closed = False
        self._closing = threading.Lock()

    # --- messages of the runner ---

    def step(self, message: Message) -> None:
        """A step is called, or called again by a runner that read the build's state."""
        number, noted = message["call"], self._journal.of(message["call"])
        if number in self._calls:
            return
        if noted is not None and noted.answer is not None:
            self._again.add(number)
            return
        name, body = message["name"], bool(message.get("body"))
        context = message.get("context") or {}
        described = {
            "name": name,
            "args": dict(message.get("args") or {}),
            "positional": list(message.get("positional") or []),
            "parent": context.get("block"),
            "branch": context.get("branch"),
        }
        env = {key: str(value) for key, value in (context.get("env") or {}).items()}
        call = self._calls[number] = self._call(number, described, env, noted)
        if noted is None:
            self._journal.note(number, **({"block": described} if body else {}))
        self._run.controller.pool.submit(self._enter if body else self._perform, call)

    def leave(self, message: Message) -> None:
        """A block is over."""
        noted = self._journal.of(message["call"])
        if noted is not None and noted.left is not None:
            self._again.add(message["call"])
        elif (block := self._blocks.pop(message["call"], None)) is not None:
            block.outcome = str(message.get("outcome", ""))
            self._run.controller.pool.submit(self._leave, message["call"], block)

    def cancel(self, message: Message) -> None:
        """A call shall end early."""
        if (call := self._calls.get(message["call"])) is not None:
            self._run.controller.pool.submit(call.cancel, str(message.get("cause") or ""))

    def answer_again(self) -> None:
        """The runner has called all that it waits for: tell it what is long done, in the order in which it was."""
        again, self._again = self._again, set()
        for number in [n for n in self._journal.calls if n in again]:
            noted = self._journal.of(number)
            if noted is not None:
                block = self._blocks.get(number)
                variables = {} if block is None else {"env": block.variables, "sensitive": block.sensitive}
                self._send(number, {**((noted.answer if noted.left is None else noted.left) or {}), **variables})

    # --- threads of steps ---

    def _call(self, number: int, described: dict[str, Any], env: dict[str, str], noted: Noted | None) -> StepCall:
        return StepCall(
            run=self._run,
            id=number,
            name=described["name"],
            args=dict(described["args"]),
            positional=list(described["positional"]),
            env=env,
            block=self._blocks.get(described["parent"] or -1),
            branch=described["branch"],
            resumed=noted is not None,
            saved=dict(noted.saved) if noted else {},
        )

    def _perform(self, call: StepCall) -> None:
        answer: dict[str, Any]
        try:
            step = STEPS.get(call.name)
            if step is None:
                raise Abort(f"The step {call.name} needs a block")
            if call.resumed and call.name not in RESUMABLE:
                raise StepError(_NOT_RESUMABLE, _not_resumable(call.name))
            answer = {"value": step(call), "result": call.result}
        except Exception as error:
            answer = {"error": _described(error)}
        self._answer(call, {name: value for name, value in answer.items() if value is not None})

    def _enter(self, call: StepCall) -> None:
        try:
            variables = self._open(call)
        except Exception as error:
            self._answer(call, {"error": _described(error)})
        else:
            self._answer(call, {}, env=variables, sensitive=call.block.sensitive if call.block else [])

    def _open(self, call: StepCall) -> Variables:
        parent = call.block
        block = call.block = Block(parent, parent.folder if parent else None, parent.workspace if parent else None)
        step = BLOCK_STEPS.get(call.name)
        if step is None:
            raise Abort(f"The step {call.name} takes no block")
        block.manager = step(call)
        block.variables = block.manager.__enter__()
        with self._closing:
            if not self._closed:
                self._blocks[call.id] = block
                return block.variables
        # The build has ended while this waited, so nobody else would give back what it got.
        block.manager.__exit__(None, None, None)
        raise Interrupted("The build has ended")

    def _leave(self, number: int, block: Block) -> None:
        answer: dict[str, Any] = {}
        try:
            if block.manager is not None:
                block.manager.__exit__(None, None, None)
        except Exception as error:
            answer = {"error": _described(error)}
        with self._telling:
            self._journal.note(number, left=answer)
            self._send(number, answer)

    def _answer(self, call: StepCall, answer: dict[str, Any], **secret: Any) -> None:
        """Keep the answer, then give it; ``secret`` parts of it are only given."""
        with self._telling:
            if self._journal.note(call.id, answer=answer) or not self._run.build.building:
                for action in call.afterwards:
                    action()
            self._calls.pop(call.id, None)
            self._send(call.id, {**answer, **secret})

    def _send(self, number: int, answer: dict[str, Any]) -> None:
        try:
            self._run.controller.runner.send({"type": "reply", "build": self._run.id, "call": number, **answer})
        except JenkinsError:
            _log.info("%s: nobody takes the answer to call %s", self._run.id, number)

    # --- restart and end ---

    def enter_again(self) -> None:
        """Open the blocks that were open when an earlier server ended: executor, workspace, locks, secrets.

        Raises:
            Exception: whatever keeps a block from being opened again.
        """
        for number, noted in self._journal.open_blocks().items():
            call = self._call(number, noted.block or {}, {}, noted)
            call.env = self._environment(call.block)
            call.quiet = True
            self._open(call)
            call.quiet = False

    def _environment(self, block: Block | None) -> dict[str, str]:
        if block is None:
            return environment.of_build(self._run.controller, self._run.build)
        return self._environment(block.parent) | block.variables

    def variables(self) -> dict[str, Variables]:
        """What the open blocks add to the environment, by call, for a runner that takes the build up."""
        return {str(number): block.variables for number, block in self._blocks.items()}

    def close(self, why: str) -> None:
        """The build is over: end what still runs and leave what is still open."""
        with self._closing:
            self._closed = True
        for call in list(self._calls.values()):
            call.cancel(why)
        for number in sorted(self._blocks, reverse=True):
            block = self._blocks.pop(number, None)
            try:
                if block is not None and block.manager is not None:
                    block.manager.__exit__(None, None, None)
            except Exception:
                _log.exception("%s: a block could not be closed", self._run.id)

    @property
    def running(self) -> list[str]:
        """Names of the steps that are at work, newest first."""
        return [call.name for call in reversed(list(self._calls.values()))]

    @property
    def unresumable(self) -> list[str]:
        """Names of running steps that a restart would make fail."""
        return [call.name for call in list(self._calls.values()) if call.name in STEPS.keys() - RESUMABLE]


def _not_resumable(name: str) -> str:
    return (
        f"The Pipeline step `{name}` cannot be resumed after a controller restart. In Scripted syntax, you may wrap "
        "its containing `node` block within `retry(conditions: [nonresumable()], count: 2) {...}`, or, in Declarative "
        "syntax, use the `retries` option to an `agent` directive to allow the stage to be retried."
    )


def _described(error: Exception) -> dict[str, Any]:
    if isinstance(error, Abort):
        return {"type": _ABORT, "message": str(error)}
    if isinstance(error, Interrupted):
        return {"type": _INTERRUPTED, "message": str(error), "result": error.result, "actual": error.actual}
    if isinstance(error, SkippedBlock):
        return {"type": _SKIPPED, "message": ""}
    if isinstance(error, StepError):
        return {"type": error.java_class, "message": str(error)}
    if isinstance(error, FileNotFoundError):
        return {"type": "java.nio.file.NoSuchFileException", "message": str(error.filename)}
    if isinstance(error, JenkinsError):
        return {"type": _ABORT, "message": str(error)}
    _log.error("A step failed", exc_info=error)
    return {"type": "java.io.IOException", "message": f"{type(error).__name__}: {error}"}
