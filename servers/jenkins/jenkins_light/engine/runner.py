"""The resident JVM that runs Groovy: started in the background, spoken to in JSON lines, replaced when it dies.

The protocol is in servers/jenkins/runner/PROTOCOL.md.
"""

import contextlib
import json
import logging
import os
import queue
import subprocess
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jenkins_light.errors import RunnerUnavailableError

Message = dict[str, Any]
Handler = Callable[[Message], None]

_log = logging.getLogger(__name__)
_READY_SECONDS = 30.0
_ANSWER_SECONDS = 20.0
# PROTOCOL.md says what each of them is good for.
JVM_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xms8m",
    "-Xmx128m",
    "-Xss512k",
    "-XX:SoftRefLRUPolicyMSPerMB=10",
    "-XX:MinHeapFreeRatio=10",
    "-XX:MaxHeapFreeRatio=30",
    "-XX:ReservedCodeCacheSize=24m",
)
LOST = "The pipeline runner (JVM) died"


def archive_of(jar: Path) -> Path:
    """Where :mod:`class_archive` lays the classes of a runner's jar."""
    return jar.with_suffix(".jsa")


def command(jar: Path, java: str) -> list[str]:
    """The command line of a runner; an archive that does not fit this JVM is passed over without a word."""
    archive = archive_of(jar)
    shared = ["-Xlog:disable", f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []
    return [java, *JVM_OPTIONS, *shared, "-jar", str(jar)]


class Runner:
    """One JVM and the builds that live in it."""

    def __init__(self, jar: Path | None, java: str) -> None:
        self._command = command(jar, java) if jar else []
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._closing = threading.Event()
        self._write_lock = threading.Lock()
        self._builds: dict[str, Handler] = {}
        self._answers: dict[str, queue.SimpleQueue[Message]] = {}

    def start(self) -> None:
        """Start the JVM in the background and keep one running."""
        if self._command:
            threading.Thread(target=self._keep_running, name="runner", daemon=True).start()

    def close(self) -> None:
        """End the JVM; its builds are not told."""
        self._closing.set()
        process = self._process
        if process is not None:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        """The JVM's process id, while there is one."""
        return self._process.pid if self._process else None

    def attach(self, build: str, handler: Handler) -> None:
        """Send the build's messages to ``handler``; it gets ``{"type": "lost"}`` when the JVM dies."""
        self._builds[build] = handler

    def detach(self, build: str) -> None:
        """The build is over."""
        self._builds.pop(build, None)

    def send(self, message: Message) -> None:
        """Send one message.

        Raises:
            RunnerUnavailableError: there is no runner, or it did not come up in 30 s, or it just died.
        """
        if not self._command:
            raise RunnerUnavailableError("No pipeline runner: JENKINS_RUNNER_JAR is not set")
        if not self._ready.wait(_READY_SECONDS):
            raise RunnerUnavailableError(f"The pipeline runner did not start within {_READY_SECONDS:.0f} s")
        line = json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"
        process = self._process
        try:
            if process is None or process.stdin is None:
                raise RunnerUnavailableError(LOST)
            with self._write_lock:
                process.stdin.write(line)
                process.stdin.flush()
        except (OSError, ValueError) as error:
            raise RunnerUnavailableError(LOST) from error

    def ask(self, message: Message) -> Message:
        """Send a question and wait for its answer.

        Raises:
            RunnerUnavailableError: no answer in 20 s.
        """
        question = uuid.uuid4().hex
        answer = self._answers[question] = queue.SimpleQueue()
        try:
            self.send({**message, "id": question})
            return answer.get(timeout=_ANSWER_SECONDS)
        except queue.Empty as error:
            raise RunnerUnavailableError("The pipeline runner does not answer") from error
        finally:
            self._answers.pop(question, None)

    def _keep_running(self) -> None:
        while not self._closing.is_set():
            try:
                self._run_once()
            except OSError:
                _log.exception("The pipeline runner can't be started: %s", self._command)
            self._ready.clear()
            if self._closing.is_set():
                return
            lost, self._builds = self._builds, {}
            for handler in lost.values():
                handler({"type": "lost"})
            if not self._closing.wait(0.5):
                _log.warning("The pipeline runner ended; a new one is started")

    def _run_once(self) -> None:
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
        )
        self._process = process
        with process, contextlib.suppress(ValueError):
            for line in process.stdout or ():
                self._receive(line)
        _log.info("The pipeline runner ended with code %s", process.returncode)

    def _receive(self, line: bytes) -> None:
        try:
            message: Message = json.loads(line)
        except json.JSONDecodeError:
            _log.warning("Not a message of the pipeline runner: %r", line[:200])
            return
        if message.get("type") == "ready":
            self._ready.set()
        elif message.get("id") in self._answers and "build" not in message:
            self._answers[message["id"]].put(message)
        elif (handler := self._builds.get(str(message.get("build")))) is not None:
            try:
                handler(message)
            except Exception:
                _log.exception("A message of the pipeline runner could not be handled: %r", line[:200])
        elif message.get("type") == "error":
            _log.warning("The pipeline runner says: %s", message.get("message"))
