"""Packs are streamed: what they take in memory does not grow with them; tests/bench does it with 500 MiB."""

from __future__ import annotations

import asyncio
import os
import time
from urllib.parse import urlsplit

import asyncssh
import gitlab
import pytest

from tests.contract.gitlab.light import LightServer
from tests.contract.gitlab.memory import growth
from tests.contract.gitlab.ssh import KeyPair
from tests.contract.gitlab.worktree import Worktree, run_git, with_login

_PACK_MIB = 64
_BOUND_MIB = 24
WAYS = ("SSH", "HTTP")


@pytest.fixture(scope="module")
def light(tmp_path_factory):
    with LightServer.running(tmp_path_factory.mktemp("gitlab")) as server:
        yield server


@pytest.fixture(scope="module")
def root(light):
    with gitlab.Gitlab(light.url, private_token=light.token) as client:
        client.auth()
        yield client


@pytest.fixture(scope="module")
def key(root, tmp_path_factory):
    pair = KeyPair.make(tmp_path_factory.mktemp("ssh") / "id")
    root.user.keys.create({"title": "laptop", "key": pair.public})
    return pair


@pytest.fixture(scope="module")
def big(light, tmp_path_factory):
    """A repository with a commit that no compression makes smaller."""
    folder = tmp_path_factory.mktemp("work")
    run_git("init", "--quiet", "--initial-branch=master", cwd=folder)
    tree = Worktree(folder)
    tree.git("config", "core.bigFileThreshold", "1m")
    tree.git("config", "core.compression", "0")
    (folder / "big.bin").write_bytes(os.urandom(_PACK_MIB * 2**20))
    tree.commit("Big")
    return tree


@pytest.fixture(scope="module")
def projects(root):
    return {way: root.projects.create({"name": f"by-{way}", "default_branch": "master"}) for way in WAYS}


def route(light, project, key, way):
    """An address, and git's options that go with it."""
    if way == "SSH":
        return project.ssh_url_to_repo, ["-c", f"core.sshCommand={key.command}"]
    return with_login(project.http_url_to_repo, "root", light.root_password), []


@pytest.mark.parametrize("way", WAYS)
def test_a_long_push_and_a_long_clone_take_little_memory(light, projects, key, big, tmp_path, way):
    address, options = route(light, projects[way], key, way)
    with growth(light.process.pid) as peak:
        big.git(*options, "push", "--quiet", address, "HEAD:master")
        run_git(
            *options, "-c", "core.bigFileThreshold=1m", "clone", "--quiet", "--bare", address, "again", cwd=tmp_path
        )
    assert projects[way].branches.get("master").commit["id"] == big.head()
    assert peak[0] < _BOUND_MIB


def test_a_client_with_an_endless_window_that_takes_nothing_costs_little_memory(light, projects, key, big):
    """PuTTY's window is such a one: it leaves the pace to TCP."""
    project, head = projects["SSH"], big.head()
    host, port = urlsplit(project.ssh_url_to_repo).netloc.split("@")[1].split(":")

    async def ask_and_sleep():
        async with asyncssh.connect(
            host, int(port), username="git", client_keys=[str(key.file)], known_hosts=None, config=None
        ) as connection:
            command = f"git-upload-pack '{project.path_with_namespace}.git'"
            async with connection.create_process(command, encoding=None, window=2**31 - 1) as process:
                process.stdin.write(f"0032want {head}\n00000009done\n".encode())
                await process.stdin.drain()
                await process.stdout.readuntil(b"PACK")
                time.sleep(2)  # nothing is taken from the network meanwhile, that is the point

    with growth(light.process.pid) as peak:
        asyncio.run(ask_and_sleep())
    assert peak[0] < _BOUND_MIB
