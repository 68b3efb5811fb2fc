"""Asks the checks, mends what may be mended, and says the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console as RichConsole
from rich.prompt import Confirm

from kubestage.console import console
from kubestage.errors import MachineError
from kubestage.preflight.catalogue import all_checks
from kubestage.preflight.check import Answer, Check, Fix
from kubestage.settings import Settings

Mode = Literal["ask", "yes", "no"]
State = Literal["ok", "warning", "problem", "not checked"]


@dataclass(frozen=True)
class Finding:
    """A check and its answer; `answer` is None where a check that it needs has failed."""

    check: Check
    answer: Answer | None

    @property
    def state(self) -> State:
        """The answer in a word."""
        if self.answer is None:
            return "not checked"
        return "ok" if self.answer.ok else self.answer.severity

    def record(self) -> dict[str, Any]:
        """The finding as plain data, for a table or JSON."""
        fix = self.answer.fix if self.answer else None
        return {
            "name": self.check.name,
            "what": self.check.what,
            "state": self.state,
            "detail": self.answer.detail if self.answer else "",
            "fix": fix.what if fix else "",
            "commands": list(fix.commands) if fix else [],
            "automatic": bool(fix and fix.run),
        }


def doctor(settings: Settings, checks: Sequence[Check] | None = None) -> list[Finding]:
    """Asks every check and changes nothing."""
    return _ask_all(checks if checks is not None else all_checks(settings), lambda _check, answer: answer)


def run_preflight(settings: Settings, *, fix: Mode = "ask", checks: Sequence[Check] | None = None) -> list[Finding]:
    """Asks every check and mends what it may; returns when the machine is ready.

    Args:
        settings: the sandbox's.
        fix: `yes` mends without asking, `ask` asks if there is a terminal to ask at, `no` only tells.
        checks: other checks than all of them.

    Raises:
        MachineError: problems remain; names each, with the commands that mend it.
    """
    may = _permission(fix)
    findings = _ask_all(
        checks if checks is not None else all_checks(settings), lambda check, answer: _mended(check, answer, may)
    )
    for finding in findings:
        if finding.answer and finding.state == "warning":
            console.warn(f"{finding.check.what}: no. {_one_line(finding.answer.detail)}")
            for command in finding.answer.fix.commands if finding.answer.fix else ():
                console.next(command)
    problems = [finding for finding in findings if finding.answer and finding.state == "problem"]
    if problems:
        raise _not_ready(problems)
    return findings


def undo_fixes(settings: Settings, checks: Sequence[Check] | None = None) -> None:
    """Takes back what fixes have left running, last one first; for `down --all`."""
    for check in reversed(checks if checks is not None else all_checks(settings)):
        if check.undo:
            check.undo()


def _ask_all(checks: Sequence[Check], follow: Callable[[Check, Answer], Answer]) -> list[Finding]:
    findings: list[Finding] = []
    well: set[str] = set()
    for check in checks:
        answer = follow(check, check.ask()) if well.issuperset(check.needs) else None
        findings.append(Finding(check, answer))
        if answer and (answer.ok or answer.severity == "warning"):
            well.add(check.name)
    return findings


def _permission(fix: Mode) -> Callable[[Check, Answer, Fix], bool]:
    if fix == "ask" and sys.stdin.isatty() and sys.stderr.isatty():
        return _ask_user
    return lambda _check, _answer, _fix: fix == "yes"


def _ask_user(check: Check, answer: Answer, fix: Fix) -> bool:
    console.warn(f"{check.what}: no. {_one_line(answer.detail)}")
    for command in fix.commands:
        console.say(f"  $ {command}")
    return Confirm.ask(f"{fix.what}?", default=True, console=RichConsole(stderr=True))


def _mended(check: Check, answer: Answer, may: Callable[[Check, Answer, Fix], bool]) -> Answer:
    """The answer after the fix, if there is one that may be run."""
    fix = answer.fix
    if answer.ok or fix is None or fix.run is None or not may(check, answer, fix):
        return answer
    try:
        with console.step(fix.what):
            fix.run()
    except MachineError as error:
        if answer.severity == "warning":
            return answer
        raise MachineError(
            f"{fix.what[0].upper()}{fix.what[1:]}: that did not work",
            why=f"{error.what}\n{error.why}".strip(),
            fix=error.fix or "\n".join(fix.commands),
        ) from error
    return check.ask()


def _not_ready(problems: Sequence[Finding]) -> MachineError:
    """One error for all problems, so that nobody mends one only to meet the next."""
    answers = [(finding.check, finding.answer) for finding in problems if finding.answer]
    commands = [command for _, answer in answers if answer.fix for command in answer.fix.commands]
    automatic = all(answer.fix and answer.fix.run for _, answer in answers)
    lines = []
    for check, answer in answers:
        lines.append(f"{check.what}: no")
        lines += [f"  {line}" for line in answer.detail.splitlines()]
        if answer.fix:
            lines.append(f"  to do: {answer.fix.what}")
    return MachineError(
        "This machine is not ready",
        why="\n".join(lines),
        fix="\n     ".join([*(["./inv up --yes   # or by hand:"] if automatic else []), *dict.fromkeys(commands)])
        or "./inv doctor",
    )


def _one_line(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines())
