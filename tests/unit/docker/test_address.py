"""The engine's address: found by the rules of docker's own command line."""

import hashlib
import json
import socket

import pytest

from kubestage.docker.address import DEFAULT_SOCKET, EngineAddress, resolve_address
from kubestage.errors import MachineError


@pytest.fixture(autouse=True)
def _no_default_socket(monkeypatch, tmp_path):
    monkeypatch.setattr("kubestage.docker.address.DEFAULT_SOCKET", tmp_path / "default.sock")


def context(home, name, host, *, tls=False, skip_verify=False):
    """Makes a Docker context as `docker context create` does."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker/contexts/meta" / digest
    meta.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": skip_verify}
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Endpoints": {"docker": endpoint}}))
    if tls:
        folder = home / ".docker/contexts/tls" / digest / "docker"
        folder.mkdir(parents=True)
        (folder / "ca.pem").write_text("")


def choose(home, name):
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker/config.json").write_text(json.dumps({"currentContext": name}))


@pytest.fixture
def make_socket():
    opened = []

    def make(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        server = socket.socket(socket.AF_UNIX)
        opened.append(server)
        server.bind(str(path))

    yield make
    for server in opened:
        server.close()


def test_docker_host_comes_first(tmp_path):
    context(tmp_path, "colima", "unix:///colima.sock")
    choose(tmp_path, "colima")

    address = resolve_address({"DOCKER_HOST": "unix:///mine.sock", "DOCKER_CONTEXT": "colima"}, tmp_path)

    assert (address.url, address.origin) == ("unix:///mine.sock", "DOCKER_HOST")


def test_then_the_context_of_the_environment(tmp_path):
    context(tmp_path, "colima", "unix:///colima.sock")
    context(tmp_path, "desktop-linux", "unix:///desktop.sock")
    choose(tmp_path, "desktop-linux")

    assert resolve_address({"DOCKER_CONTEXT": "colima"}, tmp_path).url == "unix:///colima.sock"


def test_then_the_current_context(tmp_path):
    context(tmp_path, "desktop-linux", "unix:///desktop.sock")
    choose(tmp_path, "desktop-linux")

    address = resolve_address({}, tmp_path)

    assert (address.url, address.origin) == ("unix:///desktop.sock", "the Docker context desktop-linux")


def test_docker_config_moves_the_folder_of_contexts(tmp_path):
    context(tmp_path, "colima", "unix:///colima.sock")
    choose(tmp_path, "colima")

    assert resolve_address({"DOCKER_CONFIG": str(tmp_path / ".docker")}, tmp_path / "home").url == "unix:///colima.sock"


@pytest.mark.parametrize("chosen", ["", "default"])
def test_the_default_context_is_the_default_socket(tmp_path, chosen, make_socket):
    choose(tmp_path, chosen)
    make_socket(tmp_path / "default.sock")
    make_socket(tmp_path / ".colima/default/docker.sock")

    assert resolve_address({}, tmp_path).url == f"unix://{tmp_path}/default.sock"


@pytest.mark.parametrize(
    "socket_path",
    [".docker/run/docker.sock", ".docker/desktop/docker.sock", ".colima/default/docker.sock", "run/docker.sock"],
)
def test_without_the_default_socket_those_of_desktop_and_rootless_engines_are_found(tmp_path, socket_path, make_socket):
    make_socket(tmp_path / socket_path)

    address = resolve_address({"XDG_RUNTIME_DIR": str(tmp_path / "run")}, tmp_path)

    assert address.socket == tmp_path / socket_path


def test_with_nothing_at_all_it_is_the_default_socket(tmp_path):
    assert resolve_address({}, tmp_path).socket == tmp_path / "default.sock"


def test_a_context_that_is_not_there_is_told_with_the_way_out(tmp_path):
    choose(tmp_path, "gone")

    with pytest.raises(MachineError) as caught:
        resolve_address({}, tmp_path)

    assert caught.value.what == "The Docker context gone cannot be used"
    assert "does not exist" in caught.value.why
    assert "docker context use default" in caught.value.fix


def test_a_broken_context_is_told(tmp_path):
    context(tmp_path, "odd", "")

    with pytest.raises(MachineError, match="odd cannot be used"):
        resolve_address({"DOCKER_CONTEXT": "odd"}, tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", ""])
def test_a_config_file_that_docker_ignores_is_ignored(tmp_path, text):
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(text)

    assert resolve_address({}, tmp_path).origin == "the default socket"


@pytest.mark.parametrize("url", ["ssh://me@server", "tcp://server:2376", "tcp://192.0.2.7:2375"])
def test_an_engine_on_another_machine_is_refused(tmp_path, url):
    with pytest.raises(MachineError, match="on another machine"):
        resolve_address({"DOCKER_HOST": url}, tmp_path)


@pytest.mark.parametrize("url", ["tcp://localhost:2375", "tcp://127.0.0.1:2375", "tcp://[::1]:2375"])
def test_an_engine_behind_a_port_of_this_machine_is_as_good(tmp_path, url):
    assert resolve_address({"DOCKER_HOST": url}, tmp_path).socket is None


def test_what_is_no_address_is_told(tmp_path):
    with pytest.raises(MachineError, match="names no engine's address"):
        resolve_address({"DOCKER_HOST": "/var/run/docker.sock"}, tmp_path)


def test_child_programs_are_led_to_the_same_engine_past_the_users_context():
    address = EngineAddress("unix:///x.sock", "a test")

    assert address.environment == {"DOCKER_HOST": "unix:///x.sock", "DOCKER_CONTEXT": ""}


def test_a_contexts_certificates_are_handed_on(tmp_path):
    context(tmp_path, "tls", "tcp://localhost:2376", tls=True)
    choose(tmp_path, "tls")

    environment = resolve_address({}, tmp_path).environment

    assert environment["DOCKER_TLS_VERIFY"] == "1"
    assert environment["DOCKER_CERT_PATH"].endswith("/docker")


def test_a_context_that_checks_no_certificate_stays_so(tmp_path):
    context(tmp_path, "tls", "tcp://localhost:2376", tls=True, skip_verify=True)
    choose(tmp_path, "tls")

    assert "DOCKER_TLS_VERIFY" not in resolve_address({}, tmp_path).environment


def test_docker_tls_verify_takes_the_certificates_from_dockers_folder(tmp_path):
    address = resolve_address({"DOCKER_HOST": "tcp://localhost:2376", "DOCKER_TLS_VERIFY": "1"}, tmp_path)

    assert address.certificates == tmp_path / ".docker"
    assert address.verify


def test_the_default_socket_is_dockers():
    assert str(DEFAULT_SOCKET) == "/var/run/docker.sock"
