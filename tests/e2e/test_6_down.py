"""`down` leaves nothing of the sandbox but the cache."""

from __future__ import annotations

import docker

from kubestage.sandbox.sandbox import Sandbox

from .conftest import inv


def test_down_leaves_no_container_volume_network_or_kubeconfig(sandbox: Sandbox):
    name = sandbox.settings.sandbox
    run = inv("down")
    assert run.code == 0, run.text
    client = docker.from_env()
    try:
        mine = {"label": f"kubestage.sandbox={name}"}
        assert client.containers.list(all=True, filters=mine) == []
        assert client.containers.list(all=True, filters={"label": f"io.x-k8s.kind.cluster={name}"}) == []
        assert client.volumes.list(filters=mine) == []
        assert [n.name for n in client.networks.list() if n.name == name] == []
    finally:
        client.close()
    assert not sandbox.settings.folder.exists()
    assert sandbox.settings.cache.exists()


def test_down_of_nothing_is_no_error(sandbox: Sandbox):
    run = inv("down")
    assert run.code == 0, run.text
