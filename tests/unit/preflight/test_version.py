"""The sandbox's version: noted by `up`, compared by the next one."""

import pytest

from kubestage.preflight.version import record_version, this_version, version_checks
from kubestage.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def ask(settings):
    return version_checks(settings)[0].ask()


def test_where_there_is_no_sandbox_all_is_well(settings):
    assert ask(settings).ok


def test_a_sandbox_of_this_version_is_fine(settings):
    record_version(settings)

    assert ask(settings).detail == this_version()


def test_an_older_sandbox_is_a_warning(settings):
    record_version(settings)
    (settings.folder / "version").write_text("0.0.9\n")

    answer = ask(settings)

    assert answer.severity == "warning"
    assert answer.fix.commands == ("./inv down", "./inv up")


def test_a_newer_sandbox_is_not_touched(settings):
    record_version(settings)
    (settings.folder / "version").write_text("0.10.0\n")

    answer = ask(settings)

    assert (answer.ok, answer.severity) == (False, "problem")
    assert "kubestage 0.10.0 made the sandbox" in answer.detail
