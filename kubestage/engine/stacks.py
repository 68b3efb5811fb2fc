"""Runs the Pulumi programs of infra/ on the real engine, for one sandbox."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import pulumi
from pulumi import automation as auto
from pulumi.automation.errors import CommandError

from kubestage.docker import Engine
from kubestage.engine import recovery
from kubestage.engine.config import Config, StackFile, read_defaults
from kubestage.engine.outcome import Outcome
from kubestage.engine.plugins import served
from kubestage.engine.progress import Progress
from kubestage.engine.workspace import LeanStack, Places, open_stack
from kubestage.errors import PartError
from kubestage.lock import sandbox_lock
from kubestage.providers.serve import attached
from kubestage.settings import Settings

_LINES_SHOWN = 20
_FIX = "Try: "  # how an error of ours ends when a plugin sends it through the engine
Outputs = Mapping[str, pulumi.Output[Any]]


@dataclass(frozen=True)
class Run:
    """One stack to bring up.

    Attributes:
        program: "platform" or "service".
        stack: "sandbox", or the environment.
        config: configuration on top of the stack file's.
    """

    program: str
    stack: str
    config: Config = field(default_factory=dict)


class Stacks:
    """The stacks of one sandbox. Every change takes the sandbox's lock.

    Args:
        settings: the sandbox's.
        tool: gives the path of a program by its name (`Supply.tool`); pulumi, kind and docker are asked for.
        engine: the Docker engine to work on.
        passphrase: encrypts the secrets in the state.
    """

    def __init__(self, settings: Settings, tool: Callable[[str], Path], engine: Engine, passphrase: str) -> None:
        self._settings = settings
        self._tool = tool
        self._engine = engine
        self._places = Places(settings)
        self._env = {**self._places.environment(passphrase), **engine.environment}
        # gRPC's core would send calls to our own plugins through the user's proxy.
        os.environ.setdefault("no_grpc_proxy", "127.0.0.1,localhost")

    def up(self, program: str, stack: str, config: Config | None = None, *, refresh: bool = True) -> Outcome:
        """Brings a stack to what its program declares.

        Args:
            program: "platform" or "service".
            stack: the stack's name.
            config: configuration on top of the stack file's.
            refresh: look at what is really there first, so that drift is repaired.

        Raises:
            InputError: the stack's file is broken.
            PartError: a resource could not be brought up; with its own reason.
        """
        with sandbox_lock(self._settings):
            recovery.end_orphans(self._places)
            return self._up(Run(program, stack, config or {}), refresh=refresh)

    def up_all(self, runs: Sequence[Run], *, refresh: bool = True) -> list[Outcome]:
        """Brings up stacks that do not need each other's outputs, at once; outcomes are in the order of `runs`.

        Raises:
            KubestageError: the first that failed, after all have ended.
        """
        with sandbox_lock(self._settings), ThreadPoolExecutor(max_workers=len(runs)) as pool:
            recovery.end_orphans(self._places)
            started = [pool.submit(self._up, run, refresh=refresh) for run in runs]
            return [one.result() for one in started]

    def preview(self, program: str, stack: str, config: Config | None = None) -> Outcome:
        """Tells what `up` would do, and does nothing."""
        with sandbox_lock(self._settings):
            opened = self._open(Run(program, stack, config or {}))
            collected: dict[str, Any] = {}
            return self._run(
                opened, collected, lambda on: opened.preview(program=_inline(program, collected), on_event=on)
            )

    def destroy(self, program: str, stack: str) -> Outcome:
        """Removes everything of a stack; it is no error if there is nothing."""
        if not self._places.state(program, stack).exists():
            return Outcome(Progress(stack).changes)
        with sandbox_lock(self._settings):
            recovery.end_orphans(self._places)
            opened = self._open(Run(program, stack))
            return self._run(opened, {}, lambda on: opened.destroy(on_event=on))

    def outputs(self, program: str, stack: str) -> dict[str, Any]:
        """The outputs of the last `up`, secrets in the clear; empty if there was none."""
        if not self._places.state(program, stack).exists():
            return {}
        opened = open_stack(self._places, program, stack, self._command, self._env)
        return {key: output.value for key, output in auto.Stack.outputs(opened).items()}

    def _up(self, run: Run, *, refresh: bool) -> Outcome:
        opened = self._open(run)
        collected: dict[str, Any] = {}
        program = _inline(run.program, collected)
        return self._run(opened, collected, lambda on: opened.up(program=program, refresh=refresh, on_event=on))

    def _open(self, run: Run) -> LeanStack:
        """Opens a stack with its configuration, over whatever a killed run has left."""
        defaults = read_defaults(self._settings.stacks / f"Pulumi.{run.stack}.yaml")
        recovery.clear_stale_locks(self._places, run.program, run.stack)
        opened = open_stack(self._places, run.program, run.stack, self._command, self._env)
        recovery.resolve_pending(self._places, run.program, opened)
        if run.config:
            file = StackFile(self._places.workdir(run.program), run.stack)
            file.write({**defaults, **run.config}, self._tool("pulumi"), self._env)
        return opened

    def _run(
        self,
        stack: LeanStack,
        collected: Mapping[str, Any],
        operate: Callable[[Callable[[auto.EngineEvent], None]], object],
        *,
        planning: bool = False,
    ) -> Outcome:
        started = time.monotonic()
        progress = Progress(stack.name, planning=planning)
        with self._plugins() as plugins:
            stack.workspace.env_vars = {**self._env, **plugins}
            try:
                operate(progress.on_event)
            except CommandError as error:
                raise _failure(stack.name, progress, error) from None
            finally:
                progress.close()
        return Outcome(progress.changes, collected, time.monotonic() - started)

    def _plugins(self) -> AbstractContextManager[dict[str, str]]:
        return attached(served(self._places, self._engine, self._tool("kind"), self._tool("docker")))

    @cached_property
    def _command(self) -> auto.PulumiCommand:
        # Automation API wants the folder above bin/.
        return auto.PulumiCommand(str(self._tool("pulumi").parent.parent))


def _inline(program: str, collected: dict[str, Any]) -> Callable[[], None]:
    """The program of infra/<program> as the engine calls it; its outputs are collected as they become known."""

    def run() -> None:
        declare: Callable[[], Outputs] = import_module(f"infra.{program}.program").declare
        outputs = declare()
        for name, value in outputs.items():
            pulumi.export(name, value)
        pulumi.Output.all(**outputs).apply(collected.update)

    return run


def _failure(stack: str, progress: Progress, error: CommandError) -> PartError:
    said = "\n".join(progress.errors) or "\n".join(str(error).splitlines()[-_LINES_SHOWN:])
    fixes = [line.removeprefix(_FIX) for line in said.splitlines() if line.startswith(_FIX)]
    why = "\n".join(line for line in said.splitlines() if not line.startswith(_FIX))
    return PartError(
        f"The stack {stack} could not be brought to what it declares", why=why, fix=[*fixes, "./inv up"][0]
    )
