"""One call of a step: its arguments, where it stands, and how it is cancelled."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jenkins_light.engine.containers import Container
from jenkins_light.steps.registry import DEFAULT_ARGUMENTS, Abort, Interrupted, StepError, Variables

if TYPE_CHECKING:
    from jenkins_light.engine.controller import Controller
    from jenkins_light.engine.run import PipelineRun
    from jenkins_light.model.builds import Build


@dataclass
class Block:
    """An open block step and what it means for the steps within.

    Attributes:
        folder: the working directory, or None outside any node. workspace: that of the node around.
        container: what commands run in, when this block is such a container.
        categories: what ``throttle`` puts the node blocks within into, when this block is one; None otherwise.
        outcome: how the block went, once it has ended: "success", "failure" or "aborted"; "" when the build ended hard.
        variables: what it adds to the environment. sensitive: the names of those that hold secrets.
    """

    parent: "Block | None"
    folder: Path | None
    workspace: Path | None = None
    container: Container | None = None
    categories: tuple[str, ...] | None = None
    manager: AbstractContextManager[Variables] | None = None
    outcome: str = ""
    variables: Variables = field(default_factory=dict)
    sensitive: list[str] = field(default_factory=list)


@dataclass
class StepCall:
    """What a step function gets.

    Attributes:
        env: the complete environment of the step.
        block: the innermost block around the step; for a block step its own.
        result: set it to worsen the build's result without failing.
        resumed: the call was begun before the server was restarted. saved: what it noted by then.
        quiet: nothing is logged, since it was before.
        afterwards: done once the answer is kept. Before that, the next server may still need what this removes.
    """

    run: "PipelineRun"
    id: int
    name: str
    args: dict[str, Any]
    positional: list[Any]
    env: dict[str, str]
    block: Block | None
    branch: str | None = None
    result: str | None = None
    resumed: bool = False
    saved: dict[str, Any] = field(default_factory=dict)
    quiet: bool = False
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _cause: str = ""
    _on_cancel: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        default = DEFAULT_ARGUMENTS.get(self.name)
        if default and self.positional and default not in self.args:
            self.args[default] = self.positional[0]

    @property
    def controller(self) -> "Controller":
        """The whole Jenkins."""
        return self.run.controller

    @property
    def build(self) -> "Build":
        """The build that calls."""
        return self.run.build

    @property
    def folder(self) -> Path:
        """The working directory.

        Raises:
            StepError: there is none, since no ``node`` is around the step; the text is Jenkins'.
        """
        if self.block is None or self.block.folder is None:
            raise StepError(
                "org.jenkinsci.plugins.workflow.steps.MissingContextVariableException",
                "Required context class hudson.FilePath is missing\n"
                "Perhaps you forgot to surround the step with a step that provides this, such as: node",
            )
        return self.block.folder

    @property
    def workspace(self) -> Path:
        """The workspace of the ``node`` around the step."""
        self.folder  # noqa: B018 raises Jenkins' message outside a node
        return self.block.workspace if self.block and self.block.workspace else self.folder

    @property
    def container(self) -> Container | None:
        """The container that commands run in, if the step stands in one."""
        block = self.block
        while block is not None and block.container is None:
            block = block.parent
        return None if block is None else block.container

    @property
    def categories(self) -> tuple[str, ...]:
        """What the innermost ``throttle`` around the step names."""
        block = self.block
        while block is not None and block.categories is None:
            block = block.parent
        return () if block is None or block.categories is None else block.categories

    def path(self, relative: str) -> Path:
        """A path in the working directory."""
        return self.folder / relative

    def text(self, name: str, default: str | None = None) -> str:
        """A named argument as text.

        Raises:
            Abort: it is missing and there is no default.
        """
        value = self.args.get(name, default)
        if value is None:
            raise Abort(f"The step {self.name} needs the argument {name}")
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A named argument as truth."""
        value = self.args.get(name, default)
        return value.lower() == "true" if isinstance(value, str) else bool(value)

    def log(self, text: str) -> None:
        """Print a line to the build's console."""
        if not self.quiet:
            self.run.log.line(text)

    def save(self, **values: Any) -> None:
        """Note something (JSON) that this call needs to go on after a restart of the server."""
        self.saved |= values
        self.run.journal.note(self.id, saved=values)

    @property
    def cancelled(self) -> bool:
        """Whether the step shall end."""
        return self._cancelled.is_set()

    def check_cancelled(self) -> None:
        """Raise when the step was cancelled.

        Raises:
            Interrupted: it was.
        """
        if self.cancelled:
            raise Interrupted(self._cause)

    def wait(self, seconds: float) -> None:
        """Sleep unless the step is cancelled.

        Raises:
            Interrupted: it was.
        """
        self._cancelled.wait(seconds)
        self.check_cancelled()

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call this when the step is cancelled, at once if it is already."""
        self._on_cancel.append(callback)
        if self.cancelled:
            callback()

    def cancel(self, cause: str) -> None:
        """End the step early."""
        self._cause = cause
        self._cancelled.set()
        for callback in self._on_cancel:
            callback()
