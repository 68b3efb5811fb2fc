import errno
import sys

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from kubestage.cli import command
from kubestage.errors import InputError, MachineError, PartError


def exit_code_of(raised: BaseException) -> int:
    @command()
    def failing(c):
        """Fails."""
        raise raised

    with pytest.raises(Exit) as caught:
        failing(Context())
    return caught.value.code


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (InputError("x"), 2),
        (MachineError("x"), 3),
        (PartError("x"), 4),
        (ZeroDivisionError("x"), 70),
        (KeyboardInterrupt(), 130),
        (Exit(code=5), 5),
    ],
)
def test_each_kind_of_error_has_its_exit_code(raised: BaseException, code: int):
    assert exit_code_of(raised) == code


def test_what_the_machine_refuses_is_no_fault_of_kubestage(capfd):
    assert exit_code_of(PermissionError(errno.EACCES, "Permission denied", "/a/file")) == 3
    assert capfd.readouterr().err.splitlines()[0] == "error: /a/file: Permission denied"
    assert exit_code_of(OSError(errno.ENOSPC, "No space left on device")) == 3
    assert capfd.readouterr().err.splitlines()[0] == "error: No space left on device"
    assert exit_code_of(FileNotFoundError(errno.ENOENT, "No such file or directory", "/a/file")) == 70


def test_an_interrupted_task_says_what_goes_on_elsewhere(capfd):
    @command(interrupted=("The build goes on.", "./inv status"))
    def building(c):
        """Is interrupted."""
        raise KeyboardInterrupt

    with pytest.raises(Exit):
        building(Context())
    assert capfd.readouterr().err.splitlines() == ["error: Interrupted", "  The build goes on.", "try: ./inv status"]


def test_an_error_is_told_as_what_why_and_the_next_command(capfd):
    exit_code_of(InputError("what", why="why", fix="./inv fix"))
    assert capfd.readouterr().err.splitlines() == ["error: what", "  why", "try: ./inv fix"]


def test_a_stack_trace_is_shown_only_when_asked_for(capfd, monkeypatch):
    exit_code_of(PartError("broken"))
    assert "Traceback" not in capfd.readouterr().err
    monkeypatch.setattr(sys, "argv", ["inv", "up", "--debug"])
    exit_code_of(PartError("broken"))
    assert "Traceback" in capfd.readouterr().err


def test_a_fault_of_our_own_says_how_to_see_more(capfd, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["inv", "status"])
    exit_code_of(KeyError("k"))
    assert "./inv status --debug" in capfd.readouterr().err
