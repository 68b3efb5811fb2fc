"""Command lines that cannot be parsed are told as what and the next command, without a stack trace."""

import pytest

from kubestage.preflight.version import this_version
from kubestage.program import Inv
from kubestage.settings import CHECKOUT


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("logs gitlab --lines abc", ["error: 'abc' is no number", "try: ./inv --help logs"]),
        ("upgrade --env test --version v1.0.0.0 --timeout x", ["error: 'x' is no number", "try: ./inv --help upgrade"]),
        (
            "upgrade --version",
            ["error: Flag --version needed value and was not given one", "try: ./inv --help upgrade"],
        ),
        (
            "history",
            [
                "error: 'history' did not receive required positional arguments: 'env'",
                "try: ./inv --help history",
            ],
        ),
        ("up --with", ["error: Flag --with needed value and was not given one", "try: ./inv --help up"]),
        ("up --without --yes", ["error: Flag --without needed value and was not given one", "try: ./inv --help up"]),
        ("up -w", ["error: Flag -w needed value and was not given one", "try: ./inv --help up"]),
        ("up --quick", ["error: No idea what '--quick' is", "try: ./inv --help up"]),
        ("staus", ["error: No idea what 'staus' is", "try: ./inv --list"]),
    ],
)
def test_a_line_that_cannot_be_parsed_is_the_users_input(line, said, capfd, monkeypatch):
    monkeypatch.chdir(CHECKOUT)

    with pytest.raises(SystemExit) as ended:
        Inv(name="kubestage", binary="./inv").run(["./inv", *line.split()])

    assert ended.value.code == 2
    assert capfd.readouterr().err.splitlines() == said


def test_the_version_is_the_checkouts(capfd):
    with pytest.raises(SystemExit) as ended:
        Inv(name="kubestage", binary="./inv").run(["./inv", "--version"])

    assert ended.value.code == 0
    assert capfd.readouterr().out == f"kubestage {this_version()}\n"
