"""The course of one pipeline build: between the runner, which knows the flow, and the steps, which do things."""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jenkins_light.engine import environment, libraries, processes, questions, restarting, scripts, telling
from jenkins_light.engine.buildlog import BuildLog
from jenkins_light.engine.journal import Journal, Mark
from jenkins_light.engine.runner import LOST, Message
from jenkins_light.engine.stepping import Stepping
from jenkins_light.errors import JenkinsError
from jenkins_light.model.builds import Build
from jenkins_light.steps import stashes
from jenkins_light.steps.registry import BLOCK_STEPS, STEPS, SYMBOLS, Abort

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller

_log = logging.getLogger(__name__)
#: How often a build's runner may die before the build is blamed for it: it gets further in between, or it was idle.
_DEATHS_WHILE_RUNNING, _DEATHS_WHILE_IDLE = 2, 5


class PipelineRun:
    """Runs one build; ``finished`` of the build tells when it is over.

    What lets it go on in a later server lies in the build's folder: ``program.dat`` (the runner's state), ``journal``
    (the steps) and ``reached`` (how many of the runner's messages were taken).
    """

    def __init__(self, controller: "Controller", build: Build) -> None:
        self.controller = controller
        self.build = build
        self.id = f"{build.job.full_name}#{build.number}"
        self.journal = Journal(build.folder)
        self.log = BuildLog(build.log_path, lambda secret: self.journal.secret(controller.secrets.encrypt(secret)))
        self.cookie = environment.cookie(build)
        #: Values that outlive single calls, by step module: held locks, open inputs.
        self.state: dict[str, Any] = {}
        self.steps = Stepping(self)
        self._reached = Mark(build.folder / "reached")
        self._stop: tuple[str, bool, str] | None = None
        self._started = False
        self._running = False
        self._deaths = 0
        self._lock = threading.Lock()
        self._over = False
        #: Whether the build began as one that no later server takes up (``disableResume``).
        self.doomed = not build.job.config.resumable

    # --- beginning, stopping, going on ---

    def begin(self, preamble: str = "") -> None:
        """Fetch the script and hand it to the runner; in a thread of its own. ``preamble`` follows the causes."""
        _log.info("%s begins", self.id)
        for line in filter(None, [*(cause.lines for cause in self.build.causes), preamble]):
            self.log.line(line)
        self.journal.begin()
        restarting.bring_along(self)
        self._guarded(self._start)

    def take_up(self) -> None:
        """Go on with a build that an earlier server had begun. Its blocks are open again when this returns."""
        if not self.journal.begun:
            os.truncate(self.build.log_path, 0)
            self.controller.pool.submit(self.begin)
            return
        if not self.build.job.config.resumable:
            self._refuse_to_resume()
            return
        _log.info("%s is taken up", self.id)
        for secret in self.journal.secrets:
            self.log.mask(self.controller.secrets.decrypt(secret), remember=False)
        self.log.line(f"Resuming build at {_now()} after Jenkins restart")
        try:
            self.steps.enter_again()
        except Exception as error:
            self._give_up(f"its blocks can't be entered again: {error}")
            return
        self.controller.pool.submit(self._guarded, self._resume)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
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

    def _refuse_to_resume(self) -> None:
        """What ``CpsFlowExecution.onLoad`` says of a build that is marked to not resume."""
        processes.sweep(self.cookie)
        self.log.line("java.io.IOException: Cannot resume build -- was not cleanly saved when Jenkins shut down.")
        self.log.line("[Pipeline] End of Pipeline")
        self.log.line("ERROR: Failed to load program")
        self.finish("FAILURE")

    def _start(self, again: bool = False) -> None:
        for name in self.build.record.sensitive:
            self.log.mask(self.controller.secrets.decrypt(str(self.build.record.parameters[name])))
        script = scripts.obtain(self)
        if self.doomed and not again:
            self.log.line("Resume disabled by user, switching to high-performance, low-durability mode.")
        libraries.prepare(self, script)
        if self._stop is not None:
            self.finish(self._stop[2])
            return
        self._send_whole("start", script=script, assigned=restarting.assigned(self))
        self._started = True
        if self._stop is not None:  # it came while the script was sent
            self.stop(*self._stop)

    def _resume(self) -> None:
        if not self._state_file.exists():
            # It never stood still: the script begins again, and what it said already is known by its count.
            self._start(again=True)
            return
        self._send_whole("resume", script=self.build.record.script or "", blocks=self.steps.variables())

    def _send_whole(self, kind: str, **fields: Any) -> None:
        self._running = True
        self.controller.runner.attach(self.id, self.on_message)
        self.controller.runner.send({"type": kind, **self._facts(), **fields})

    def _facts(self) -> Message:
        return {
            "build": self.id,
            "state": str(self._state_file),
            "env": environment.of_build(self.controller, self.build),
            "params": environment.parameters(self.controller, self.build),
            "scm": scripts.scm_map(self.build),
            "steps": sorted(STEPS),
            "blockSteps": sorted(BLOCK_STEPS),
            "symbols": sorted(SYMBOLS),
            "tools": self.controller.tools.names(),
            "currentBuild": environment.current_build(self.controller, self.build),
            "causes": self.build.record.causes,
            "libraries": [str(libraries.folder_of(self, entry)) for entry in self.build.record.libraries],
        }

    @property
    def _state_file(self) -> Path:
        return self.build.folder / "program.dat"

    def stop(self, cause: str, hard: bool = False, result: str = "ABORTED") -> None:
        """Interrupt the build, or end it at once (``hard``), and have it end with this result."""
        self._stop = (cause, hard, result)
        if not self._started:
            return
        try:
            how = {"cause": cause, "hard": hard, "result": result}
            self.controller.runner.send({"type": "stop", "build": self.id, **how})
            self._stop = None
        except JenkinsError:
            self.finish(result)

    def supersede(self, newer: str) -> None:
        """End the build because a newer one, "job#number", takes its place: as NOT_BUILT.

        Source: pipeline-milestone-step (MilestoneStorage.cancel), workflow-job (disableConcurrentBuilds with
        abortPrevious).
        """
        self.stop(f"Superseded by {newer}", result="NOT_BUILT")

    def abandon(self) -> None:
        """The server ends, and the build shall not go on in the next one: end it as a stop does.

        Source: workflow-cps (CpsFlowExecution.checkAndAbortNonresumableBuild).
        """
        self.log.line("Failing build: shutting down controller and build is marked to not resume")
        for name in self.steps.running:
            self.log.line(f"Terminating {name}")
        self.stop("Jenkins is shutting down")

    def pause(self) -> None:
        """The server ends: nothing of the build moves any more here; the next server takes it up."""
        if self.build.building:
            self.log.line("Pausing (shutting down)")
        self.log.close()
        self.journal.close()

    # --- messages of the runner ---

    def on_message(self, message: Message) -> None:
        """Take a message of the runner; in the runner's reading thread, so that order holds. Nothing here may wait."""
        seq = message.get("seq")
        if seq is None:
            self._take(message)
        elif seq > self._reached.value:
            self._take(message)
            self._reached.set(seq)

    def _take(self, message: Message) -> None:
        kind = message["type"]
        if kind == "log":
            self.log.line(message["text"], stamped=message.get("kind") != "pipeline")
        elif kind == "step":
            self.steps.step(message)
        elif kind == "leave":
            self.steps.leave(message)
        elif kind == "cancel":
            self.steps.cancel(message)
        elif kind == "checkpoint":
            self._keep(message)
        elif kind == "resumed":
            self._go_on()
        elif kind == "stage":
            telling.stage(self, message)
        elif kind == "set":
            telling.field(self, message)
        elif kind == "ask":
            told = questions.answer(self.controller, message)
            self.controller.runner.send({"type": "answer", "build": self.id, "id": message["id"], "value": told})
        elif kind == "properties":
            telling.properties(self, message)
        elif kind == "lost":
            self.controller.pool.submit(self._guarded, self._survive)
        elif kind in {"end", "error"}:
            self.controller.pool.submit(self._end, message)

    def _keep(self, message: Message) -> None:
        (self.build.folder / message["file"]).replace(self._state_file)
        self.journal.forget(set(message["pending"]))
        self._deaths, self._running = 0, False

    def _go_on(self) -> None:
        self._started = True
        self.steps.answer_again()
        if self._stop is not None:
            self.stop(*self._stop)

    def _survive(self) -> None:
        """The runner died; its successor goes on where the state was kept, unless this build is what kills runners."""
        self._started = False
        self._deaths += 1
        if self._deaths >= (_DEATHS_WHILE_RUNNING if self._running else _DEATHS_WHILE_IDLE):
            self._give_up(LOST)
            return
        self.log.line(f"{LOST}; a new one goes on with this build")
        self._resume()

    def _give_up(self, why: str) -> None:
        processes.sweep(self.cookie)
        self._end({"type": "error", "message": f"{why}; the build can't go on"})

    def _end(self, message: Message) -> None:
        if message["type"] == "error":
            self.log.line(f"ERROR: {message.get('message')}")
        encrypt = self.controller.secrets.encrypt
        self.build.record.assigned = {name: encrypt(text) for name, text in (message.get("assigned") or {}).items()}
        self.steps.close("The build ended")
        self.finish(str(message.get("result") or "FAILURE"))

    def finish(self, result: str) -> None:
        """The build is over, for whatever reason; a second call does nothing."""
        with self._lock:
            if self._over:
                return
            self._over = True
        try:
            self._conclude(result)
        finally:  # whatever went wrong, others may start
            self.controller.run_finished(self)

    def _conclude(self, result: str) -> None:
        self.controller.runner.detach(self.id)
        # Without the lock: starting other builds takes the queue's, whose thread may be about to stop this build.
        for line in self.controller.triggers.completed(self.build, result):
            self.log.line(line)
        self.log.line(f"Finished: {result}")
        self.log.close()
        self.build.finish(result)
        _log.info("%s: %s", self.id, result)
        self.journal.close()
        self._reached.close()
        for name in ("journal", "reached", "program.dat*"):
            for path in self.build.folder.glob(name):
                path.unlink(missing_ok=True)
        stashes.drop(self.build)


def _now() -> str:
    """The time as Java's ``Date`` prints itself."""
    return time.strftime("%a %b %d %H:%M:%S %Z %Y")
