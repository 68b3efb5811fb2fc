"""The engine's client: bounded, negotiated, and with the system's own reason when nothing answers."""

import socket
import time
from datetime import UTC, datetime

import pytest
import requests
from docker.errors import NotFound

from kubestage.docker import EngineAddress, connect, engine_errors
from kubestage.errors import MachineError

from .fake_engine import engine_at


@pytest.fixture
def path(tmp_path):
    return tmp_path / "d.sock"


def at(path):
    return EngineAddress(f"unix://{path}", "a test")


def test_the_engines_own_api_version_is_spoken(path):
    with engine_at(path, version={"ApiVersion": "1.52", "MinAPIVersion": "1.44"}) as asked:
        engine = connect(at(path))
        facts = engine.facts
        engine.close()

    assert engine.client.api.api_version == "1.52"
    assert asked == ["/version", "/v1.52/version", "/v1.52/info"]
    assert (facts.api, facts.oldest_api) == ("1.52", "1.44")


def test_facts_are_taken_from_what_it_says(path):
    with engine_at(path, info={"SecurityOptions": ["name=seccomp", "name=rootless"]}):
        engine = connect(at(path))
        facts = engine.facts
        engine.close()

    assert facts.version == "20.10.24+dfsg1"
    assert facts.memory == 8 << 30
    assert facts.cgroup_version == 2
    assert facts.rootless
    assert facts.containers == 3


def test_a_containers_present_life_has_a_beginning(path):
    with engine_at(path, states={"node": {"StartedAt": "2026-11-23T14:05:06.789012345Z"}}):
        engine = connect(at(path))
        started = engine.started("node")
        engine.close()

    assert started == datetime(2026, 11, 23, 14, 5, 6, 789012, UTC)


def test_an_engine_that_hangs_is_given_up_early(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        started = time.monotonic()
        with pytest.raises(MachineError, match="accepts connections but does not answer"):
            connect(at(path), answer_seconds=0.3)
        assert time.monotonic() - started < 2


def test_no_socket_means_that_no_engine_runs(path):
    with pytest.raises(MachineError) as caught:
        connect(at(path))

    assert caught.value.what == f"The Docker engine at unix://{path} (a test) does not answer"
    assert caught.value.why.startswith("There is no such socket")
    assert caught.value.fix == "./inv doctor"


def test_a_socket_that_a_dead_engine_left_behind_is_told_apart(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))

    with pytest.raises(MachineError) as caught:
        connect(at(path))

    assert caught.value.why.startswith("Nothing listens there")


def test_a_closed_port_is_told(path):
    with pytest.raises(MachineError) as caught:
        connect(EngineAddress("tcp://127.0.0.1:9", "DOCKER_HOST"))

    assert caught.value.why.startswith("Nothing listens there")


def test_a_socket_of_others_is_told(path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("kubestage.docker.engine._knock", refuse)

    with pytest.raises(MachineError) as caught:
        connect(at(path))

    assert caught.value.why.startswith("Permission denied: this user may not")


@pytest.mark.parametrize(
    "error",
    [requests.ConnectionError("gone"), requests.Timeout("late"), ConnectionResetError("cut"), BrokenPipeError("cut")],
)
def test_an_engine_that_stops_answering_in_mid_work_is_an_error_of_the_machine(error):
    with pytest.raises(MachineError, match=r"The Docker engine .*does not answer"), engine_errors():
        raise error


def test_what_the_engine_answers_goes_through_unchanged():
    with pytest.raises(NotFound), engine_errors():
        raise NotFound("no such container")


def test_other_errors_go_through_unchanged():
    with pytest.raises(KeyError), engine_errors():
        raise KeyError("x")
