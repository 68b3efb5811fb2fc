"""What turns a function into a task: help, exit codes, and errors without a stack trace."""

from __future__ import annotations

import errno
import functools
import sys
import traceback
from collections.abc import Callable
from typing import Any

from invoke.exceptions import Exit
from invoke.tasks import Task, task

from kubestage.console import console
from kubestage.errors import KubestageError, MachineError

UNEXPECTED = 70  # as sysexits' EX_SOFTWARE: a fault of kubestage, neither of the input nor of the machine
INTERRUPTED = 130
# What the machine says to a program that did nothing wrong; other errors of the system are kubestage's to foresee.
_MACHINES = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.EMFILE,
    errno.EIO,
}
NOTHING_LEFT = ("What was finished is kept; nothing is half applied.", "run the same command again")


def command(interrupted: tuple[str, str] = NOTHING_LEFT, **options: Any) -> Callable[[Callable[..., None]], Task[Any]]:
    """Makes an invoke task that reports errors as what, why and the next command.

    Args:
        interrupted: what Ctrl-C leaves, and the next command.
        options: invoke's own (name, help, positional, iterable, …).

    Exit codes: 2 your input, 3 your machine, 4 a part failed, 70 a fault of kubestage, 130 interrupted.
    """

    def decorate(body: Callable[..., None]) -> Task[Any]:
        @functools.wraps(body)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                body(*args, **kwargs)
            except KubestageError as error:
                _report(error.what, error.why, error.fix)
                raise Exit(code=error.exit_code) from None
            except KeyboardInterrupt:
                _report("Interrupted", *interrupted)
                raise Exit(code=INTERRUPTED) from None
            except BrokenPipeError:
                raise Exit(code=0) from None
            except Exit:
                raise
            except Exception as error:
                if isinstance(error, OSError) and error.errno in _MACHINES:
                    where = f"{error.filename}: " if error.filename else ""
                    _report(f"{where}{error.strerror}", "This machine does not let kubestage go on.", "./inv doctor")
                    raise Exit(code=MachineError.exit_code) from None
                _report(
                    f"kubestage itself failed: {type(error).__name__}: {error}",
                    "This is a fault in kubestage.",
                    f"./inv {' '.join(sys.argv[1:])} --debug   # and report what it prints",
                )
                raise Exit(code=UNEXPECTED) from None

        made: Task[Any] = task(**options)(run)
        return made

    return decorate


def debugging() -> bool:
    """Whether the user asked for stack traces (--debug or -d)."""
    return "--debug" in sys.argv or "-d" in sys.argv


def _report(what: str, why: str, fix: str) -> None:
    if debugging():
        traceback.print_exc()
    console.error(what, why, fix)
