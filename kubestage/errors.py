"""Every error that kubestage raises on purpose.

KubestageError
├── InputError            exit 2: what the user asked for cannot be done as asked
├── MachineError          exit 3: the machine lacks something (engine, memory, port, space, tool)
│   ├── CommandFailed     a program that kubestage ran ended with an error; carries its result
│   └── WaitTimeout       something did not come to pass in time
└── PartError             exit 4: a part of the sandbox failed (a build, a rollout, a server)

An error says what happened, why, and which command helps; the task prints these three and no stack trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubestage.run import Result


class KubestageError(Exception):
    """What happened, why, and the next command.

    Args:
        what: one line, what could not be done.
        why: the cause, possibly several lines.
        fix: the command or act that helps, printed as it is.
    """

    exit_code = 1

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.why, self.fix and f"Try: {self.fix}") if part)


class InputError(KubestageError):
    """The user's input cannot be used as it is."""

    exit_code = 2


class MachineError(KubestageError):
    """The machine lacks something that kubestage needs."""

    exit_code = 3


class CommandFailed(MachineError):
    """A program ended with an error; `result` holds its command line and output."""

    def __init__(self, result: Result, *, what: str = "", fix: str = "") -> None:
        self.result = result
        super().__init__(
            what or f"{result.program} ended with exit code {result.code}",
            why=f"$ {result.command_line}\n{result.tail()}".rstrip(),
            fix=fix,
        )


class WaitTimeout(MachineError):
    """A wait reached its bound; `what` names what was waited for."""


class PartError(KubestageError):
    """A part of the sandbox failed."""

    exit_code = 4
