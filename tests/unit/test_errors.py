"""The tree of errors: each says what, why and the next command, and has its exit code."""

import pytest

from kubestage.errors import CommandFailed, InputError, KubestageError, MachineError, PartError, WaitTimeout
from kubestage.run import Result


def test_an_error_reads_as_what_why_and_the_next_command():
    error = KubestageError("No registry", why="It is stopped.", fix="./inv up")

    assert str(error) == "No registry\nIt is stopped.\nTry: ./inv up"


def test_what_is_not_known_leaves_no_empty_line():
    assert str(KubestageError("No registry")) == "No registry"


@pytest.mark.parametrize(
    ("kind", "code"), [(KubestageError, 1), (InputError, 2), (MachineError, 3), (WaitTimeout, 3), (PartError, 4)]
)
def test_the_exit_code_tells_whose_turn_it_is(kind, code):
    assert kind("x").exit_code == code


def test_a_failed_command_is_the_machines_and_carries_its_result():
    result = Result(("/usr/bin/git", "clone", "a b"), 128, "fatal: no such repository\n", "", 0.1)
    error = CommandFailed(result, fix="./inv doctor")

    assert error.exit_code == 3
    assert error.what == "git ended with exit code 128"
    assert error.why == "$ /usr/bin/git clone 'a b'\nfatal: no such repository"
    assert error.result is result
