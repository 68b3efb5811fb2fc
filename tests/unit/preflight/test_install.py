"""Installing the engine: where a service manager starts it at once, it must know the proxy by then."""

import stat

import pytest

from kubestage.preflight import install
from kubestage.preflight.install import install_engine

from .machines import machine


@pytest.fixture
def installed(monkeypatch):
    packages = []
    monkeypatch.setattr(install, "apt_install", packages.extend)
    return packages


def test_debians_engine_is_installed(installed, tmp_path):
    install_engine(machine(), tmp_path / "drop-in")

    assert installed == ["docker.io"]


def test_under_systemd_it_gets_the_proxy_of_this_shell(installed, tmp_path):
    drop_in = tmp_path / "docker.service.d" / "proxy.conf"
    environment = {"https_proxy": "http://me:p%40ss@proxy:3128", "NO_PROXY": "localhost"}

    install_engine(machine(systemd=True, environment=environment), drop_in)

    assert drop_in.read_text() == (
        '[Service]\nEnvironment="HTTPS_PROXY=http://me:p%%40ss@proxy:3128"\nEnvironment="NO_PROXY=localhost"\n'
    )
    assert stat.S_IMODE(drop_in.stat().st_mode) == 0o600


@pytest.mark.parametrize(("systemd", "environment"), [(True, {}), (False, {"HTTP_PROXY": "http://proxy"})])
def test_otherwise_nothing_is_written(installed, tmp_path, systemd, environment):
    install_engine(machine(systemd=systemd, environment=environment), tmp_path / "drop-in")

    assert not (tmp_path / "drop-in").exists()


def test_what_an_administrator_has_written_stays(installed, tmp_path):
    drop_in = tmp_path / "proxy.conf"
    drop_in.write_text("theirs")

    install_engine(machine(systemd=True, environment={"HTTP_PROXY": "http://proxy"}), drop_in)

    assert drop_in.read_text() == "theirs"
