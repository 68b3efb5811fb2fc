"""What a check of this machine is: a question, its answer, and the way to mend what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["problem", "warning"]


@dataclass(frozen=True)
class Fix:
    """How a problem is mended.

    Attributes:
        what: what is done, as in "install Docker's engine".
        commands: the exact shell commands that do it by hand.
        run: does it from here; None where only the user can.
    """

    what: str
    commands: tuple[str, ...] = ()
    run: Callable[[], None] | None = None


@dataclass(frozen=True)
class Answer:
    """What a check found.

    Attributes:
        ok: whether all is well.
        detail: the facts it went by, or why it is not well; one or several lines.
        fix: the way to mend it.
        severity: a problem stops `up`, a warning does not.
    """

    ok: bool
    detail: str = ""
    fix: Fix | None = None
    severity: Severity = "problem"


def fine(detail: str = "") -> Answer:
    """All is well."""
    return Answer(True, detail)


def problem(why: str, fix: Fix | None = None) -> Answer:
    """Something stops `up`."""
    return Answer(False, why, fix)


def warning(why: str, fix: Fix | None = None) -> Answer:
    """Something is not as it should be, and `up` may still do."""
    return Answer(False, why, fix, "warning")


@dataclass(frozen=True)
class Check:
    """One check of this machine.

    Attributes:
        name: short and unique, as in "engine.answers".
        what: what must be so, as in "Docker's engine answers".
        ask: finds out; takes at most a few seconds.
        needs: checks without whose success this one cannot be asked.
        undo: takes back what the fix did, where `down --all` should.
    """

    name: str
    what: str
    ask: Callable[[], Answer]
    needs: tuple[str, ...] = field(default=())
    undo: Callable[[], None] | None = None
