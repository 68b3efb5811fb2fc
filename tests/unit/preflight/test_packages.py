"""Programs and their packages: what is missing, and how apt is called."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kubestage.errors import CommandFailed
from kubestage.preflight import packages
from kubestage.preflight.packages import apt_install, package_checks
from kubestage.run import Result
from kubestage.settings import Settings
from kubestage.supply import HostPackage

from .machines import machine


@pytest.fixture
def wanted(monkeypatch):
    monkeypatch.setattr(
        packages,
        "host_packages",
        lambda: [HostPackage("sh", "dash", "runs scripts"), HostPackage("no-such", "such", "makes the file systems")],
    )


def ask(here, source="auto"):
    return package_checks(Settings(source=source), here)[0].ask()


def test_a_missing_program_is_told_with_its_purpose_and_its_package(wanted):
    answer = ask(machine())

    assert answer.detail == "no-such is missing (makes the file systems)"
    assert answer.fix.commands == ("apt-get update", "apt-get install -y such")
    assert answer.fix.run


def test_without_apt_the_users_own_way_is_asked_for(wanted):
    fix = ask(machine(apt=False)).fix

    assert fix.what == "install such"
    assert fix.run is None


def test_programs_that_are_there_are_listed(monkeypatch):
    monkeypatch.setattr(packages, "host_packages", lambda: [HostPackage("sh", "dash", "runs scripts")])

    answer = ask(machine())

    assert (answer.ok, answer.detail) == (True, "sh")


def test_what_is_fetched_ready_made_needs_no_tools(wanted):
    assert ask(machine(), "pull").ok


class TestApt:
    @pytest.fixture(autouse=True)
    def _recorded(self, monkeypatch, tmp_path):
        monkeypatch.setattr(packages, "_LOCK", tmp_path / "lock")
        self.calls = []
        self.failing = 0

        def run(command, *, env, timeout):
            assert env["DEBIAN_FRONTEND"] == "noninteractive"
            words = [word for word in command[1:] if word in ("update", "install", "docker.io")]
            self.calls.append(words)
            if words[0] == "install" and self.failing:
                self.failing -= 1
                raise CommandFailed(Result(tuple(command), 100, "404 Not Found", "", 1))

        monkeypatch.setattr(packages, "run_command", run)

    @pytest.fixture
    def lists(self, tmp_path):
        (tmp_path / "mirror_Packages.lz4").write_text("")
        return tmp_path

    def test_fresh_lists_are_used_as_they_are(self, lists):
        apt_install(["docker.io"], lists)

        assert self.calls == [["install", "docker.io"]]

    def test_old_lists_are_fetched_anew(self, lists):
        two_days_ago = time.time() - 48 * 3600
        os.utime(lists / "mirror_Packages.lz4", (two_days_ago, two_days_ago))

        apt_install(["docker.io"], lists)

        assert self.calls == [["update"], ["install", "docker.io"]]

    def test_a_system_without_lists_gets_them(self, tmp_path):
        apt_install(["docker.io"], tmp_path)

        assert self.calls == [["update"], ["install", "docker.io"]]

    def test_a_version_that_the_mirror_has_dropped_is_looked_up_again(self, lists):
        self.failing = 1
        apt_install(["docker.io"], lists)

        assert self.calls == [["install", "docker.io"], ["update"], ["install", "docker.io"]]

    def test_what_fails_with_fresh_lists_fails(self, lists):
        self.failing = 2

        with pytest.raises(CommandFailed, match="apt-get ended with exit code 100"):
            apt_install(["docker.io"], lists)

    def test_two_at_once_follow_each_other(self, lists, monkeypatch):
        at_work, most = [], []

        def run(command, **_):
            at_work.append(command)
            most.append(len(at_work))
            time.sleep(0.02)
            at_work.remove(command)

        monkeypatch.setattr(packages, "run_command", run)
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda package: apt_install([package], lists), ["one", "two", "three"]))

        assert most == [1, 1, 1]
