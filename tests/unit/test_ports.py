"""Ports: which are needed, which are taken, by whom, and where there is room."""

import os
import socket

import pytest

from kubestage.ports import free_offset, holder, needed_ports, taken
from kubestage.settings import Settings


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server


def port_of(server):
    return server.getsockname()[1]


def test_every_published_port_is_needed():
    ports = needed_ports(Settings(port_offset=100))

    assert ports[8180] == "Jenkins"
    assert ports[9029] == "GitLab"
    assert ports[5101] == "the registry"
    assert ports[8190] == "the portal"
    assert [port for port, use in ports.items() if use.startswith("NodePort")] == list(range(30150, 30160))


def test_a_port_with_a_listener_is_taken(listener):
    assert taken([port_of(listener)], "127.0.0.1") == [port_of(listener)]


def test_a_port_taken_on_all_addresses_is_taken_on_each():
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert taken([port_of(server)], "127.0.0.1") == [port_of(server)]


def test_connections_that_have_just_ended_take_no_port(listener):
    with socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        accepted.close()  # this end closes first and keeps the port in TIME_WAIT
    port = port_of(listener)
    listener.close()

    assert taken([port], "127.0.0.1") == []


def test_an_address_of_another_machine_is_an_error():
    with pytest.raises(OSError, match="assign"):
        taken([8080], "192.0.2.1")


def test_the_holder_is_told_by_name_and_number(listener):
    assert holder(port_of(listener)).startswith(f"process {os.getpid()} (")


def test_a_free_port_has_no_holder(listener):
    port = port_of(listener)
    listener.close()

    assert holder(port) == ""


def test_a_connection_that_happens_to_start_there_is_told_apart(listener):
    with socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            assert holder(port_of(client)).endswith(", for a connection elsewhere")


def test_an_offset_is_found_with_which_all_ports_are_free(monkeypatch):
    monkeypatch.setattr("kubestage.ports._is_taken", lambda port, _address: port in (8080, 8180, 30259))

    assert free_offset(Settings(port_offset=300)) == 300


def test_an_offset_keeps_out_of_the_range_of_outgoing_connections(monkeypatch):
    monkeypatch.setattr("kubestage.ports._is_taken", lambda port, _address: port < 32768)

    assert free_offset(Settings()) is None


def test_no_offset_is_invented_where_there_is_none(monkeypatch):
    monkeypatch.setattr("kubestage.ports._is_taken", lambda _port, _address: True)

    assert free_offset(Settings()) is None
