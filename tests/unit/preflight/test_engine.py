"""The engine's checks: what each machine is told, and what may be mended from here."""

import pytest

from kubestage.docker.daemon import Daemon
from kubestage.errors import MachineError, WaitTimeout
from kubestage.preflight import engine as module
from kubestage.preflight.engine import EngineChecks
from kubestage.settings import Settings

from ..docker.fake_engine import engine_at
from .machines import engine, machine, write


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache")


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """Nothing is installed and nothing runs, until a test says so."""
    socket = tmp_path / "d.sock"
    monkeypatch.setattr("kubestage.docker.address.DEFAULT_SOCKET", socket)
    monkeypatch.setattr("kubestage.docker.address._desktop_sockets", lambda *_: [])
    monkeypatch.setattr(module, "DEFAULT_SOCKET", socket)
    monkeypatch.setattr(module, "find_dockerd", lambda: None)
    monkeypatch.setattr(module, "running_dockerd", list)
    return socket


@pytest.fixture
def checks_of(settings, bare):
    def make(of):
        return EngineChecks(settings, of, Daemon(settings.home / "engine", {}, bare))

    return make


@pytest.fixture
def installed(monkeypatch):
    monkeypatch.setattr(module, "find_dockerd", lambda: "/usr/sbin/dockerd")


def test_an_engine_that_answers_is_used_as_it_is(checks_of, bare):
    here = machine()
    with engine_at(bare):
        checks = checks_of(here)
        for check in checks.checks():
            if check.name in ("engine.address", "engine.installed", "engine.answers", "engine.api", "engine.system"):
                assert check.ask().ok, check.name
        here.engine.close()


def test_on_a_bare_debian_root_is_offered_the_installation(checks_of):
    answer = checks_of(machine()).installed()

    assert not answer.ok
    assert answer.fix.commands == ("apt-get update", "apt-get install -y docker.io")
    assert answer.fix.run


def test_an_engine_that_the_installation_has_started_is_replaced_where_it_could_start_no_node(
    checks_of, tmp_path, monkeypatch
):
    proc = write(tmp_path, **{"4711__status": "CapBnd:\t000001fffeffffff\n", "sys__kernel__cap_last_cap": "40\n"})
    here = machine(proc=proc)
    checks = checks_of(here)
    monkeypatch.setattr(module, "install_engine", lambda _machine: None)
    checks.installed().fix.run()
    ended, started = [], []
    monkeypatch.setattr(module, "running_dockerd", lambda: [4711])
    monkeypatch.setattr(module, "end_process", ended.append)
    monkeypatch.setattr(Daemon, "start", lambda _self, runtime=None: started.append(runtime))
    here.engine = engine()

    checks.capabilities().fix.run()

    assert (ended, len(started)) == ([4711], 1)


def test_another_user_gets_the_commands_with_sudo(checks_of):
    answer = checks_of(machine(root=False)).installed()

    assert answer.fix.commands == ("sudo apt-get update", "sudo apt-get install -y docker.io")
    assert answer.fix.run is None


def test_where_there_is_no_apt_it_is_the_users_turn(checks_of):
    answer = checks_of(machine(apt=False)).installed()

    assert answer.fix.what.startswith("install Docker")
    assert answer.fix.run is None


def test_an_installed_engine_that_is_stopped_is_started(checks_of, installed):
    checks = checks_of(machine())

    assert checks.installed().ok
    answer = checks.answers()
    assert answer.fix.what == "start dockerd, detached"
    assert "setsid dockerd" in answer.fix.commands[0]
    assert answer.fix.run


def test_under_systemd_systemctl_starts_it(checks_of, installed, monkeypatch):
    ran = []
    monkeypatch.setattr(module, "run_command", lambda command, **_: ran.append(command))

    fix = checks_of(machine(systemd=True)).answers().fix
    fix.run()

    assert fix.commands == ("systemctl start docker",)
    assert ran == [["systemctl", "start", "docker"]]


def test_an_ordinary_user_is_told_how_to_start_it(checks_of, installed):
    fix = checks_of(machine(systemd=True, root=False)).answers().fix

    assert fix.commands == ("sudo systemctl start docker",)
    assert fix.run is None


def test_a_dockerd_that_is_starting_is_waited_for(checks_of, installed, bare, monkeypatch):
    monkeypatch.setattr(module, "running_dockerd", lambda: [4711])
    here = machine()
    fix = checks_of(here).answers().fix

    with engine_at(bare):
        fix.run()
        here.engine.close()

    assert fix.commands == ("kill 4711", "./inv up --yes")


def test_a_dockerd_that_hangs_is_not_waited_for_without_end_nor_killed(checks_of, installed, monkeypatch):
    monkeypatch.setattr(module, "running_dockerd", lambda: [4711])
    monkeypatch.setattr(module, "_STARTING_SECONDS", 0.1)
    fix = checks_of(machine()).answers().fix

    with pytest.raises(WaitTimeout) as caught:
        fix.run()

    assert caught.value.fix == "restart it: kill 4711"


def test_a_socket_of_others_is_joined_by_group(checks_of, installed, bare, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("kubestage.docker.engine._knock", refuse)
    answer = checks_of(machine(root=False, environment={"USER": "ada"})).answers()

    assert answer.fix.commands == ("sudo usermod -aG docker ada", "newgrp docker")
    assert answer.fix.run is None


@pytest.mark.parametrize("variable", ["unix:///nowhere.sock", "tcp://localhost:9"])
def test_an_engine_that_the_user_has_named_is_neither_installed_nor_started(checks_of, variable):
    checks = checks_of(machine(environment={"DOCKER_HOST": variable}))

    assert checks.installed().ok
    answer = checks.answers()
    assert not answer.ok
    assert "DOCKER_HOST" in answer.detail
    assert answer.fix.run is None


def test_an_address_that_cannot_be_used_is_told(checks_of):
    answer = checks_of(machine(environment={"DOCKER_HOST": "ssh://server"})).address()

    assert not answer.ok
    assert "another machine" in answer.detail


@pytest.mark.parametrize(
    ("newest", "oldest", "ok"),
    [("1.41", "1.12", True), ("1.52", "1.44", True), ("1.40", "1.12", False), ("1.60", "1.52", False)],
)
def test_the_engine_and_its_clients_need_a_version_in_common(checks_of, newest, oldest, ok):
    here = machine(engine=engine(version={"ApiVersion": newest, "MinAPIVersion": oldest}))

    assert checks_of(here).api().ok is ok


@pytest.mark.parametrize(
    ("info", "ok"),
    [
        ({}, True),
        ({"Architecture": "aarch64"}, True),
        ({"Architecture": "s390x"}, False),
        ({"OSType": "windows"}, False),
        ({"SecurityOptions": ["name=rootless"]}, True),
        ({"SecurityOptions": ["name=rootless"], "CgroupVersion": "1"}, False),
    ],
)
def test_it_must_run_linux_containers_of_an_architecture_that_there_are_images_for(checks_of, info, ok):
    assert checks_of(machine(engine=engine(info=info))).system().ok is ok


class TestCapabilities:
    @pytest.fixture(autouse=True)
    def _withheld(self, tmp_path, monkeypatch):
        self.proc = write(
            tmp_path / "proc",
            **{"4711__status": "CapBnd:\t000001fffeffffff\n", "sys__kernel__cap_last_cap": "40\n"},
        )
        monkeypatch.setattr(module, "running_dockerd", lambda: [4711])

    def machine(self, **answers):
        return machine(proc=self.proc, engine=engine(**answers))

    def test_an_old_engine_on_a_machine_that_withholds_some_cannot_start_a_node(self, checks_of):
        answer = checks_of(self.machine()).capabilities()

        assert not answer.ok
        assert "CAP_SYS_RESOURCE" in answer.detail
        assert answer.fix.commands == ("kill 4711", "./inv up --yes")
        assert answer.fix.run is None

    def test_with_a_runtime_of_its_own_it_can(self, checks_of):
        assert checks_of(self.machine(info={"DefaultRuntime": "fewer-caps"})).capabilities().ok

    def test_a_newer_engine_limits_itself(self, checks_of):
        assert checks_of(self.machine(version={"Version": "28.5.2"})).capabilities().ok

    def test_a_virtual_machines_engine_holds_them_all(self, checks_of):
        assert checks_of(self.machine(info={"KernelVersion": "5.15-linuxkit"})).capabilities().ok

    def test_an_ordinary_machine_needs_nothing(self, checks_of):
        write(self.proc, **{"4711__status": "CapBnd:\t000001ffffffffff\n"})

        assert checks_of(self.machine()).capabilities().ok


class TestStart:
    @pytest.fixture(autouse=True)
    def _recorded(self, monkeypatch):
        self.started = []
        monkeypatch.setattr(Daemon, "start", lambda _self, runtime=None: self.started.append(runtime))

    def test_on_an_ordinary_machine_the_engines_own_runtime_is_used(self, checks_of, installed, tmp_path):
        proc = write(tmp_path, self__status="CapBnd:\t000001ffffffffff\n", sys__kernel__cap_last_cap="40\n")
        checks_of(machine(proc=proc)).answers().fix.run()

        assert self.started == [None]

    def test_where_capabilities_are_withheld_one_that_asks_for_less(self, checks_of, installed, tmp_path, monkeypatch):
        proc = write(tmp_path, self__status="CapBnd:\t000001fffeffffff\n", sys__kernel__cap_last_cap="40\n")
        monkeypatch.setattr("kubestage.supply.Supply.tool", lambda _self, name: f"/cache/{name}")
        checks_of(machine(proc=proc)).answers().fix.run()

        assert self.started == ["/cache/oci-fewer-caps"]


def test_the_engine_is_stopped_again_only_if_it_is_ours_and_empty(checks_of, monkeypatch):
    stopped = []
    monkeypatch.setattr(Daemon, "stop", lambda _self: stopped.append(True))
    monkeypatch.setattr(Daemon, "pid", None)
    checks_of(machine(engine=engine(info={"Containers": 0}))).undo_start()
    assert not stopped

    monkeypatch.setattr(Daemon, "pid", 4711)
    checks_of(machine(engine=engine(info={"Containers": 1}))).undo_start()
    assert not stopped

    checks_of(machine(engine=engine(info={"Containers": 0}))).undo_start()
    assert stopped


def test_facts_without_an_engine_are_an_error_and_no_crash(checks_of):
    with pytest.raises(MachineError):
        checks_of(machine()).api()
