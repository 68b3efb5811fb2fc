"""The course of one pipeline build: between the runner, which knows the flow, and the steps, which do things."""

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from jenkins_light.engine import environment, libraries, processes, scripts
from jenkins_light.engine.buildlog import BuildLog
from jenkins_light.engine.calls import Block, StepCall
from jenkins_light.engine.runner import LOST, Message
from jenkins_light.errors import JenkinsError
from jenkins_light.model.builds import Build, Stage
from jenkins_light.model.describable import symbol_of
from jenkins_light.steps import stashes
from jenkins_light.steps.registry import BLOCK_STEPS, STEPS, SYMBOLS, Abort, Interrupted, SkippedBlock, StepError

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller

_log = logging.getLogger(__name__)
_ABORT = "hudson.AbortException"
_INTERRUPTED = "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException"
_SKIPPED = "jenkinslight.runner.steps.SkippedBlock"
_STATUS = {"SUCCESS": "SUCCESS", "UNSTABLE": "UNSTABLE", "FAILURE": "FAILED", "ABORTED": "ABORTED"}


class PipelineRun:
    """Runs one build; ``finished`` of the build tells when it is over."""

    def __init__(self, controller: "Controller", build: Build) -> None:
        self.controller = controller
        self.build = build
        self.id = f"{build.job.full_name}#{build.number}"
        self.log = BuildLog(build.log_path)
        self.cookie = environment.cookie(build)
        #: Values that outlive single calls, by step module: held locks, open inputs.
        self.state: dict[str, Any] = {}
        self._blocks: dict[int, Block] = {}
        self._calls: dict[int, StepCall] = {}
        self._stop_cause: str | None = None
        self._started = False
        self._lock = threading.Lock()
        self._over = False

    def begin(self, preamble: str = "") -> None:
        """Fetch the script and hand it to the runner; in a thread of its own. ``preamble`` follows the causes."""
        try:
            _log.info("%s begins", self.id)
            for line in filter(None, [*(cause.lines for cause in self.build.causes), preamble]):
                self.log.line(line)
            for name in self.build.record.sensitive:
                self.log.mask(self.controller.secrets.decrypt(str(self.build.record.parameters[name])))
            script = scripts.obtain(self)
            libraries.prepare(self, script)
            if self._stop_cause is not None:
                self.finish("ABORTED")
                return
            self.controller.runner.attach(self.id, self.on_message)
            self.controller.runner.send(self._start_message(script))
            self._started = True
        except libraries.LoadingFailedError as error:
            self.log.line(str(error))
            self.finish("FAILURE")
        except (JenkinsError, Abort) as error:
            self.log.line(f"ERROR: {error}")
            self.finish("FAILURE")
        except Exception:
            _log.exception("%s could not begin", self.id)
            self.log.line("ERROR: the build could not begin; the server's log says why")
            self.finish("FAILURE")

    def stop(self, cause: str, hard: bool = False) -> None:
        """Interrupt the build, or end it at once (``hard``)."""
        self._stop_cause = cause
        if not self._started:
            return
        try:
            self.controller.runner.send({"type": "stop", "build": self.id, "cause": cause, "hard": hard})
        except JenkinsError:
            self.finish("ABORTED")

    def abandon(self, why: str) -> None:
        """End the build without the runner: nothing more of its pipeline runs, and no process of it stays."""
        self.log.line(why)
        for call in list(self._calls.values()):
            call.cancel(why)
        processes.sweep(self.cookie)
        self.finish("ABORTED")

    def on_message(self, message: Message) -> None:
        """Take a message of the runner; in the runner's reading thread, so that order holds. Nothing here may wait."""
        kind = message["type"]
        if kind == "log":
            self.log.line(message["text"])
        elif kind == "step":
            self._step(message)
        elif kind == "leave":
            self.controller.pool.submit(self._leave, message)
        elif kind == "cancel":
            if (call := self._calls.get(message["call"])) is not None:
                self.controller.pool.submit(call.cancel, str(message.get("cause") or ""))
        elif kind == "stage":
            self._stage(message)
        elif kind == "set":
            self._set(message["field"], message["value"])
        elif kind == "properties":
            self._declare(message)
        elif kind in {"end", "lost", "error"}:
            self.controller.pool.submit(self._end, message)

    def _start_message(self, script: str) -> Message:
        return {
            "type": "start",
            "build": self.id,
            "script": script,
            "env": environment.of_build(self.controller, self.build),
            "params": environment.parameters(self.controller, self.build),
            "scm": scripts.scm_map(self.build),
            "steps": sorted(STEPS),
            "blockSteps": sorted(BLOCK_STEPS),
            "symbols": sorted(SYMBOLS),
            "currentBuild": environment.current_build(self.controller, self.build),
            "causes": self.build.record.causes,
            "changes": self.build.record.changes,
            "libraries": [str(libraries.folder_of(self, entry)) for entry in self.build.record.libraries],
        }

    def _step(self, message: Message) -> None:
        context = message.get("context") or {}
        parent = self._blocks.get(context.get("block") or -1)
        call = StepCall(
            run=self,
            id=message["call"],
            name=message["name"],
            args=dict(message.get("args") or {}),
            positional=list(message.get("positional") or []),
            env={key: str(value) for key, value in (context.get("env") or {}).items()},
            block=parent,
            branch=context.get("branch"),
        )
        self._calls[call.id] = call
        self.controller.pool.submit(self._enter if message.get("body") else self._perform, call)

    def _perform(self, call: StepCall) -> None:
        try:
            step = STEPS.get(call.name)
            if step is None:
                raise Abort(f"The step {call.name} needs a block")
            self._reply(call.id, value=step(call), result=call.result)
        except Exception as error:
            self._reply(call.id, error=_described(error))
        finally:
            self._calls.pop(call.id, None)

    def _enter(self, call: StepCall) -> None:
        parent = call.block
        block = call.block = Block(parent, parent.folder if parent else None, parent.workspace if parent else None)
        try:
            step = BLOCK_STEPS.get(call.name)
            if step is None:
                raise Abort(f"The step {call.name} takes no block")
            block.manager = step(call)
            variables = block.manager.__enter__()
            self._blocks[call.id] = block
            self._reply(call.id, env=variables)
        except Exception as error:
            self._reply(call.id, error=_described(error))
        finally:
            self._calls.pop(call.id, None)

    def _leave(self, message: Message) -> None:
        block = self._blocks.pop(message["call"], None)
        try:
            if block is not None and block.manager is not None:
                block.outcome = str(message.get("outcome", ""))
                block.manager.__exit__(None, None, None)
            self._reply(message["call"])
        except Exception as error:
            self._reply(message["call"], error=_described(error))

    def _reply(self, call: int, **answer: Any) -> None:
        message = {
            "type": "reply",
            "build": self.id,
            "call": call,
            **{k: v for k, v in answer.items() if v is not None},
        }
        try:
            self.controller.runner.send(message)
        except JenkinsError:
            _log.info("%s: nobody takes the answer to call %s", self.id, call)

    def _stage(self, message: Message) -> None:
        now = int(time.time() * 1000)
        if message["event"] == "start":
            self.build.stages.append(Stage(str(message["id"]), str(message["name"]), now, log_start=self.log.size))
            return
        for stage in self.build.stages:
            if stage.id == str(message["id"]):
                status = str(message.get("status") or "SUCCESS")
                stage.status, stage.duration = _STATUS.get(status, status), now - stage.started
                stage.log_end = self.log.size

    def _declare(self, message: Message) -> None:
        for parameter in message.get("parameters") or ():
            if symbol_of(parameter) == "password" and parameter.get("defaultValue"):
                self.log.mask(str(parameter["defaultValue"]))
        self.controller.job_properties.declare(self.build.job, message)

    def _set(self, field: str, value: Any) -> None:
        record = self.build.record
        if field == "result" and value:
            self.build.worsen(str(value))
        elif field == "displayName":
            record.display_name = str(value or "")
        elif field == "description":
            record.description = None if value is None else str(value)
        elif field == "keepLog":
            record.keep_log = bool(value)
        self.build.save()

    def _end(self, message: Message) -> None:
        if message["type"] == "lost":
            self.log.line(f"ERROR: {LOST}; the build can't go on")
        elif message["type"] == "error":
            self.log.line(f"ERROR: {message.get('message')}")
        for call in list(self._calls.values()):
            call.cancel("The build ended")
        for number in sorted(self._blocks, reverse=True):
            self._close_block(self._blocks.pop(number))
        self.finish(str(message.get("result") or "FAILURE"))

    def _close_block(self, block: Block) -> None:
        try:
            if block.manager is not None:
                block.manager.__exit__(None, None, None)
        except Exception:
            _log.exception("%s: a block could not be closed", self.id)

    def finish(self, result: str) -> None:
        """The build is over, for whatever reason; a second call does nothing."""
        with self._lock:
            if self._over:
                return
            self._over = True
        self.controller.runner.detach(self.id)
        # Without the lock: starting other builds takes the queue's, whose thread may be about to stop this build.
        for line in self.controller.triggers.completed(self.build, result):
            self.log.line(line)
        self.log.line(f"Finished: {result}")
        self.log.close()
        self.build.finish(result)
        _log.info("%s: %s", self.id, result)
        stashes.drop(self.build.folder)
        self.controller.run_finished(self)


def _described(error: Exception) -> dict[str, Any]:
    if isinstance(error, Abort):
        return {"type": _ABORT, "message": str(error)}
    if isinstance(error, Interrupted):
        return {"type": _INTERRUPTED, "message": str(error), "result": error.result}
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
