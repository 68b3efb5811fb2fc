"""The logs that need no engine: of the engine itself and of kubestage."""

import os

import pytest

from kubestage.docker.daemon import Daemon
from kubestage.errors import InputError, PartError
from kubestage.sandbox.logs import PARTS, read_logs
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import Settings
from tasks import logs


@pytest.fixture
def sandbox(tmp_path) -> Sandbox:
    return Sandbox(Settings(sandbox="demo", home=tmp_path))


def test_the_engines_log_is_that_of_the_dockerd_which_kubestage_has_started(sandbox: Sandbox):
    with pytest.raises(PartError, match="has not started this machine's engine"):
        read_logs(sandbox, "engine", lines=2)
    log = Daemon.of(sandbox.settings).log
    log.parent.mkdir()
    log.write_text("one\ntwo\nthree\n")

    assert read_logs(sandbox, "engine", lines=2) == "two\nthree\n"


def test_kubestages_own_logs_come_newest_last_each_under_its_name(sandbox: Sandbox):
    folder = sandbox.settings.logs
    folder.mkdir(parents=True)
    for age, name in enumerate(("new.log", "old.log")):
        (folder / name).write_text(f"1 {name}\n2 {name}\n")
        os.utime(folder / name, (1000 - age, 1000 - age))

    said = read_logs(sandbox, "kubestage", lines=1)
    assert said == f"==> {folder}/old.log\n2 old.log\n\n==> {folder}/new.log\n2 new.log\n"


@pytest.mark.parametrize("lines", [0, -3])
def test_no_lines_are_no_log(sandbox: Sandbox, lines: int):
    with pytest.raises(InputError, match="--lines cannot be"):
        read_logs(sandbox, "gitlab", lines=lines)


def test_the_help_names_every_part():
    assert set(logs.help["part"].replace(" or ", ", ").split(", ")) == set(PARTS)
