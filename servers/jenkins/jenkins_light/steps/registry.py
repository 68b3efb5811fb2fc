"""How steps are written and found.

A step is a function of a ``StepCall``; what it returns is the step's value in Groovy. A block step is a generator that
yields once, the variables that hold within its block. A step fails by raising ``Abort`` (what a user caused: a message
without a trace), ``Interrupted`` or any other exception.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jenkins_light.engine.calls import StepCall

Variables = dict[str, str]
Step = Callable[["StepCall"], Any]
BlockStep = Callable[["StepCall"], AbstractContextManager[Variables]]

STEPS: dict[str, Step] = {}
BLOCK_STEPS: dict[str, BlockStep] = {}

#: The named argument that a single unnamed one stands for, by step.
DEFAULT_ARGUMENTS: dict[str, str] = {}

#: Steps that can go on after a restart of the server: they look at ``call.saved``. Others fail then, as in Jenkins.
RESUMABLE: set[str] = set()

#: Describables that pipelines write within arguments; ``string`` is both a parameter and a binding, as in Jenkins.
SYMBOLS: set[str] = set()


class Abort(Exception):
    """The step fails with this message and nothing else."""


class Interrupted(Exception):
    """The step was interrupted; ``result`` is what the build becomes.

    It is not ``actual`` if nobody wants the build to end, as when another build failed: ``retry`` tries again then.
    """

    def __init__(self, message: str, result: str = "ABORTED", *, actual: bool = True) -> None:
        super().__init__(message)
        self.result = result
        self.actual = actual


class SkippedBlock(Exception):
    """The block step is done without its block."""


class StepError(Exception):
    """The step fails with a Java exception of this class."""

    def __init__(self, java_class: str, message: str) -> None:
        super().__init__(message)
        self.java_class = java_class


def no_implementation(base: str, name: str) -> StepError:
    """What Jenkins says of a ``$class`` whose plugin it lacks; ``base`` is the Java type that is asked for.

    Source: structs-plugin, DescribableModel.
    """
    return StepError("java.lang.UnsupportedOperationException", f"no known implementation of {base} is named {name}")


def step(name: str, argument: str = "", *, resumable: bool = False) -> Callable[[Step], Step]:
    """Register a step; ``argument`` is the one that may go unnamed.

    A ``resumable`` one is called again when the server was restarted while it ran, with what it had noted by
    ``call.save`` in ``call.saved``; it must then not begin anew what goes on or is done.
    """

    def register(function: Step) -> Step:
        STEPS[name] = function
        if resumable:
            RESUMABLE.add(name)
        if argument:
            DEFAULT_ARGUMENTS[name] = argument
        return function

    return register


def block_step(
    name: str, argument: str = ""
) -> Callable[[Callable[["StepCall"], Iterator[Variables]]], Callable[["StepCall"], Iterator[Variables]]]:
    """Register a step with a block.

    After a restart of the server the generator of an open block runs again up to its yield, with ``call.resumed`` and
    what it noted in ``call.saved``; what it logs until then is dropped.
    """

    def register(function: Callable[["StepCall"], Iterator[Variables]]) -> Callable[["StepCall"], Iterator[Variables]]:
        BLOCK_STEPS[name] = contextmanager(function)
        if argument:
            DEFAULT_ARGUMENTS[name] = argument
        return function

    return register


def symbols(*names: str) -> None:
    """Register describables."""
    SYMBOLS.update(names)
