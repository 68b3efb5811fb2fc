"""The corpus' Jenkinsfiles that need an engine: agents in containers, images built, run and entered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubestage.settings import Settings
from kubestage.supply import Supply

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "servers" / "jenkins" / "tests"))

from corpus_files import CorpusFile, corpus
from corpus_world import World
from git_host import GitHost
from jenkins_harness import LightJenkins, runner_jar

pytestmark = pytest.mark.docker

FILES = [file for file in corpus("docker") if "docker" in file.all("needs")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with the docker client on its path; @IMAGE@ is kubestage's base image, so no registry is asked."""
    supply = Supply(Settings.load())
    client = supply.tool("docker").parent
    host = GitHost(tmp_path_factory.mktemp("git"))
    server = LightJenkins(
        tmp_path_factory.mktemp("jenkins"),
        runner_jar(),
        JENKINS_EXECUTORS="4",
        PATH=f"{client}:/usr/local/bin:/usr/bin:/bin",
    )
    server.start()
    world = World(server.client, host, image=supply.image("base"))
    world.furnish()
    yield world
    world.close()
    server.stop()
    host.close()


@pytest.fixture(scope="module")
def builds(world: World) -> dict[str, int]:
    """The queue items of all files."""
    return {file.name: world.start(file) for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_jenkinsfile(world: World, builds: dict[str, int], file: CorpusFile) -> None:
    finished = world.client.finished(builds[file.name], 240)
    file.check(finished.result, finished.console, world.filled)
