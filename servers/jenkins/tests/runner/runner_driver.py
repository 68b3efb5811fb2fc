"""Drives the runner's jar over its protocol, with a scripted stand-in for the server's steps."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JVM_FLAGS = [
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xms8m",
    "-Xmx64m",
    "-Xss512k",
    "-XX:SoftRefLRUPolicyMSPerMB=10",
    "-XX:MinHeapFreeRatio=10",
    "-XX:MaxHeapFreeRatio=30",
    "-XX:ReservedCodeCacheSize=24m",
]

STEPS = [
    "sh",
    "bat",
    "pwd",
    "checkout",
    "git",
    "readMavenPom",
    "writeMavenPom",
    "readFile",
    "writeFile",
    "deleteDir",
    "archiveArtifacts",
    "junit",
    "input",
    "build",
    "tool",
    "envVarsForTool",
    "properties",
    "milestone",
    "cleanWs",
    "stash",
    "unstash",
    "step",
    "withPlain",
]
BLOCK_STEPS = [
    "node",
    "dir",
    "ws",
    "withCredentials",
    "lock",
    "timestamps",
    "ansiColor",
    "withDockerContainer",
    "withDockerRegistry",
]
SYMBOLS = [
    "scmGit",
    "logRotator",
    "string",
    "booleanParam",
    "choice",
    "usernamePassword",
    "parameters",
    "pipelineTriggers",
    "cron",
    "buildDiscarder",
    "userRemoteConfig",
]

NODE_ENV = {"PATH": "/usr/bin:/bin", "HOME": "/home/jenkins", "WORKSPACE": "/w", "NODE_NAME": "built-in"}
ABORT = "hudson.AbortException"
INTERRUPTED = "org.jenkinsci.plugins.workflow.steps.FlowInterruptedException"

Message = dict[str, Any]
#: What a step does: given its message, the fields of the reply; None leaves it pending.
Answer = Callable[[Message], "Message | None"]


def value(result: object) -> Answer:
    """A step that returns this."""
    return lambda step: {"value": result}


def fails(message: str, error_type: str = ABORT, result: str | None = None) -> Answer:
    """A step that fails."""
    return lambda step: {"error": {"type": error_type, "message": message, "result": result}}


def pending(step: Message) -> Message | None:
    """A step that goes on until it is cancelled."""
    return None


@dataclass
class Build:
    """One build as the server sees it: every message, and what they say put in order."""

    name: str
    answers: Mapping[str, Answer]
    send: Callable[[Message], None]
    current: Message = field(default_factory=dict)
    changes: list[Message] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    seen: threading.Condition = field(default_factory=threading.Condition)

    def receive(self, message: Message) -> None:
        """Notes a message and answers it as a server would."""
        with self.seen:
            self.messages.append(message)
            self.seen.notify_all()
        kind = message["type"]
        if kind == "step":
            reply = self.answers.get(message["name"], _default)(message)
            if reply is not None:
                self.send({"type": "reply", "build": self.name, "call": message["call"], **reply})
        elif kind == "leave":
            reply = self.answers.get("leave", _default)(message) or {}
            self.send({"type": "reply", "build": self.name, "call": message["call"], **reply})
        elif kind == "cancel":
            error = {"type": INTERRUPTED, "message": message["cause"]}
            self.send({"type": "reply", "build": self.name, "call": message["call"], "error": error})
        elif kind == "ask":
            self.send({"type": "answer", "build": self.name, "id": message["id"], "value": self._known(message)})
        elif kind == "end":
            self.ended.set()

    def _known(self, question: Message) -> object:
        """What a build wants to know of itself or of one before it."""
        if question["what"] == "changes":
            return [self.changes] if self.changes else []
        run: Message = self.current
        while run.get("number", 0) != question["number"]:
            run = run["previousBuild"]
        return run if question["what"] == "build" else run.get(question["what"])

    def wait(self, timeout: float = 20) -> Build:
        """Waits for the build's end."""
        assert self.ended.wait(timeout), f"{self.name} did not end; log:\n{self.text}"
        return self

    def wait_for(self, kind: str, timeout: float = 10, **fields: object) -> Message:
        """Waits for a message of that type and fields."""

        def found() -> Message | None:
            for message in self.messages:
                if message["type"] == kind and all(message.get(k) == v for k, v in fields.items()):
                    return message
            return None

        with self.seen:
            assert self.seen.wait_for(lambda: found() is not None, timeout), f"no {kind} {fields}; log:\n{self.text}"
            message = found()
        assert message is not None
        return message

    def stop(self, *, hard: bool = False) -> None:
        self.send({"type": "stop", "build": self.name, "cause": "Aborted by admin", "hard": hard})

    def of(self, kind: str) -> list[Message]:
        return [m for m in self.messages if m["type"] == kind]

    @property
    def log(self) -> list[str]:
        """All lines, Jenkins' own too."""
        return "\n".join(m["text"] for m in self.of("log")).split("\n")

    @property
    def text(self) -> str:
        return "\n".join(self.log)

    @property
    def echoed(self) -> list[str]:
        """The lines the script printed."""
        return "\n".join(m["text"] for m in self.of("log") if m["kind"] == "text").split("\n")

    @property
    def steps(self) -> list[Message]:
        return self.of("step")

    def called(self, name: str) -> list[Any]:
        """The arguments of each call of a step: its only unnamed one, or the named ones."""
        calls = [m for m in self.steps if m["name"] == name]
        return [m["positional"][0] if len(m["positional"]) == 1 else m["args"] for m in calls]

    @property
    def result(self) -> str:
        return str(self.of("end")[0]["result"])

    @property
    def error(self) -> Message | None:
        error: Message | None = self.of("end")[0]["error"]
        return error

    @property
    def stages(self) -> list[tuple[str, str]]:
        """Name and status of each stage, in the order they ended."""
        return [(m["name"], m["status"]) for m in self.of("stage") if m["event"] == "end"]


def _default(message: Message) -> Message:
    if message["type"] == "step" and message["name"] == "node":
        return {"env": NODE_ENV}
    return {"value": None}


class Runner:
    """The JVM, and the builds in it."""

    def __init__(self, jar: Path) -> None:
        self.process = subprocess.Popen(
            ["java", *JVM_FLAGS, "-Xlog:disable", f"-XX:SharedArchiveFile={jar.with_suffix('.jsa')}", "-jar", str(jar)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            bufsize=1,
            env={"MALLOC_ARENA_MAX": "1", "PATH": "/usr/bin:/bin"} | _java_env(),
        )
        self._write = threading.Lock()
        self._builds: dict[str, Build] = {}
        self._answers: queue.Queue[Message] = queue.Queue()
        self._count = 0
        self.ready = self._line()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _line(self) -> Message:
        assert self.process.stdout is not None
        message: Message = json.loads(self.process.stdout.readline())
        return message

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            build = self._builds.get(message.get("build", ""))
            if build is not None and message["type"] != "error":
                build.receive(message)
            else:
                self._answers.put(message)

    def send(self, message: Message) -> None:
        self.write(json.dumps(message))

    def write(self, line: str) -> None:
        assert self.process.stdin is not None
        with self._write:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def ask(self, message: Message) -> Message:
        """Sends a message that has one answer."""
        self.send(message)
        return self.answer()

    def answer(self) -> Message:
        return self._answers.get(timeout=20)

    def start(
        self,
        script: str,
        answers: Mapping[str, Answer] | None = None,
        *,
        steps: Iterable[str] = STEPS,
        currentBuild: Message | None = None,  # noqa: N803 the message's own name
        changes: list[Message] | None = None,
        **fields: object,
    ) -> Build:
        """Starts a build; ``fields`` are further ones of the start message.

        Args:
            currentBuild: what it is told of itself, with what it may ask for: its ``previousBuild`` and theirs.
            changes: the commits that it may ask for.
        """
        self._count += 1
        build = Build(f"job#{self._count}", answers or {}, self.send, currentBuild or {}, changes or [])
        self._builds[build.name] = build
        message = {"type": "start", "build": build.name, "script": script, "steps": list(steps)}
        defaults = {"blockSteps": BLOCK_STEPS, "symbols": SYMBOLS, "env": {"BUILD_NUMBER": "7", "JOB_NAME": "job"}}
        self.send(message | defaults | {"currentBuild": build.current} | fields)
        return build

    def run(self, script: str, answers: Mapping[str, Answer] | None = None, **fields: Any) -> Build:
        """Runs a build to its end."""
        return self.start(script, answers, **fields).wait()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


def _java_env() -> dict[str, str]:
    import os

    return {k: v for k, v in os.environ.items() if k in ("JAVA_HOME", "PATH", "HOME")}
