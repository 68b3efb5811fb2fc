"""The ports' check: whose a busy port is, and what then."""

import os
import socket

import pytest

from kubestage.ports import free_offset
from kubestage.preflight.ports import port_checks
from kubestage.settings import Settings

from .machines import engine, machine


@pytest.fixture
def settings():
    """A sandbox whose Jenkins port is taken by this very process, and all others are free."""
    offset = free_offset(Settings(port_offset=0))
    assert offset is not None
    settings = Settings(port_offset=offset)
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", settings.jenkins_port))
        server.listen()
        yield settings


def ask(settings, *containers):
    docker = engine()
    docker.client.api.containers.return_value = list(containers)
    return port_checks(settings, machine(engine=docker))[0].ask()


def container(name, port, **labels):
    return {"Names": [f"/{name}"], "Labels": labels, "Ports": [{"PublicPort": port, "PrivatePort": 8080}]}


def test_a_program_is_told_by_its_name_with_a_free_offset(settings):
    answer = ask(settings)

    assert f"{settings.jenkins_port} (Jenkins) is held by process {os.getpid()} (" in answer.detail
    assert answer.fix.commands[0].startswith("KUBESTAGE_PORT_OFFSET=")
    assert answer.fix.commands[0].endswith(" ./inv up")


def test_a_port_of_this_very_sandbox_is_fine(settings):
    assert ask(settings, container("kubestage-jenkins", settings.jenkins_port, **{"kubestage.sandbox": "kubestage"})).ok


def test_so_is_one_of_its_kind_node(settings):
    node = container("kubestage-control-plane", settings.jenkins_port, **{"io.x-k8s.kind.cluster": "kubestage"})

    assert ask(settings, node).ok


def test_another_sandbox_is_told_by_name(settings):
    answer = ask(settings, container("class-jenkins", settings.jenkins_port, **{"kubestage.sandbox": "class"}))

    assert "is held by the sandbox class (class-jenkins)" in answer.detail


def test_another_container_is_told_by_name(settings):
    answer = ask(settings, container("my-nginx", settings.jenkins_port))

    assert "is held by the container my-nginx" in answer.detail


def test_without_an_engine_the_process_is_told(settings):
    answer = port_checks(settings, machine())[0].ask()

    assert f"process {os.getpid()}" in answer.detail


def test_an_address_that_this_machine_does_not_have_is_told():
    answer = port_checks(Settings(listen="192.0.2.1"), machine())[0].ask()

    assert answer.detail.startswith("KUBESTAGE_LISTEN=192.0.2.1: ")
    assert answer.fix.commands == ("unset KUBESTAGE_LISTEN",)
