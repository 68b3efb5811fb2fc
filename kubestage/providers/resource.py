"""What a resource type of a plugin must be able to do; the servicer does the protocol around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kubestage.errors import KubestageError
from kubestage.providers.diffs import Path
from kubestage.providers.wire import Properties

Say = Callable[[str], None]
"""Shows a line beside the resource while it is worked on."""


@dataclass(frozen=True)
class State:
    """A resource as the engine keeps it.

    Attributes:
        id: the resource's identity in its own system.
        outputs: what the resource is; what other resources may use.
        inputs: what the program asked for; after `read`, what it would have had to ask for to get what is there.
    """

    id: str
    outputs: Properties
    inputs: Properties = field(default_factory=dict)


class NotReady(KubestageError):
    """A resource exists, but does not do what it is for.

    The engine keeps it in its state, so that the next run mends it and `destroy` removes it.

    Args:
        state: the resource as it is.
        error: what is wrong with it.
    """

    def __init__(self, state: State, error: KubestageError) -> None:
        super().__init__(error.what, why=error.why, fix=error.fix)
        self.state = state


@dataclass(frozen=True)
class Call:
    """One request of the engine.

    Attributes:
        name: the resource's name in the program.
        type: its type token, as in "docker:index/container:Container".
        seconds: the bound that the program set with custom timeouts; 0 if it set none.
        say: shows a line of progress.
        warn: shows a warning that stops nothing.
        ignore: the paths of the program's ignoreChanges.
    """

    name: str
    type: str
    seconds: float
    say: Say
    warn: Say
    ignore: Sequence[Path] = ()


class Resource(Protocol):
    """A resource type.

    Attributes:
        delete_first: whether old and new cannot exist side by side (fixed names, ports).
    """

    delete_first: bool

    def check(self, call: Call, news: Properties, olds: Properties) -> Properties:
        """Fills in defaults; raises InputError for what cannot work."""
        ...

    def replaces(self, olds: Properties, news: Properties) -> Sequence[Path]:
        """The input paths whose change needs a new resource."""
        ...

    def preview(self, call: Call, inputs: Properties) -> Properties:
        """The outputs as far as they can be told beforehand."""
        ...

    def create(self, call: Call, inputs: Properties) -> State:
        """Makes the resource, or takes over what a killed run of this sandbox left."""
        ...

    def read(self, call: Call, state: State) -> State | None:
        """What is really there; None if nothing is."""
        ...

    def update(self, call: Call, state: State, news: Properties) -> State:
        """Brings the resource to `news` in place; `state.inputs` are the old inputs."""
        ...

    def delete(self, call: Call, state: State) -> None:
        """Removes the resource; it is no error if it has gone."""
        ...
