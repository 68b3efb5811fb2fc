"""The Jenkins under test: the one at JENKINS_URL (JENKINS_USER, JENKINS_TOKEN), else the light one, started here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "servers" / "jenkins" / "tests"))

from git_host import GitHost
from jenkins_client import Client, pipeline, webhook
from jenkins_harness import LightJenkins, runner_jar


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The server, asked with an API token."""
    if os.environ.get("JENKINS_URL"):
        yield Client(os.environ["JENKINS_URL"].rstrip("/"), os.environ["JENKINS_USER"], os.environ["JENKINS_TOKEN"])
        return
    server = LightJenkins(tmp_path_factory.mktemp("jenkins"), runner_jar())
    server.start()
    yield server.client
    server.stop()


@pytest.fixture(scope="session")
def git_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHost]:
    """Repositories that the server can fetch; JENKINS_TEST_HOST is this machine's address as the server sees it."""
    host = GitHost(tmp_path_factory.mktemp("git"), os.environ.get("JENKINS_TEST_HOST", "127.0.0.1"))
    yield host
    host.close()


@pytest.fixture
def hook(client: Client) -> Iterator[Callable[[str], None]]:
    """Makes the job ``gwt`` with a trigger of this configuration (its token is ``gwt``)."""

    def make(inner: str, properties: str = "") -> None:
        client.create("gwt", pipeline('echo "got ${env.x}"', webhook("<token>gwt</token>" + inner) + properties))

    yield make
    client.post("/job/gwt/doDelete")
