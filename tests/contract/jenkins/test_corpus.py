"""Jenkinsfiles as people write them, for each construct and step; all are built at once, then looked at one by one."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from corpus_files import CorpusFile, corpus
from corpus_world import World
from git_host import GitHost
from jenkins_client import Client, Finished
from jenkins_harness import LightJenkins, runner_jar
from mail_host import MailHost

# The libraries of the corpus are configured in the server's home, which only the light server's tests can reach.
FILES = corpus() if os.environ.get("JENKINS_URL") else corpus("home")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, git_host: GitHost) -> Iterator[World]:
    """A server with executors enough, and what the files expect around them."""
    if os.environ.get("JENKINS_URL"):
        given = Client(os.environ["JENKINS_URL"].rstrip("/"), os.environ["JENKINS_USER"], os.environ["JENKINS_TOKEN"])
        yield World(given, git_host)
        return
    server = LightJenkins(tmp_path_factory.mktemp("corpus"), runner_jar(), JENKINS_EXECUTORS="12")
    mails = MailHost()
    World.furnish_home(Path(server.home), git_host, mails)
    server.start()
    world = World(server.client, git_host, mails=mails)
    yield world
    world.close()
    server.stop()


@pytest.fixture(scope="module")
def builds(world: World) -> dict[str, int]:
    """The queue items of all files."""
    world.furnish()
    with ThreadPoolExecutor(8) as pool:
        return dict(zip((file.name for file in FILES), pool.map(world.start, FILES), strict=True))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_jenkinsfile(world: World, builds: dict[str, int], file: CorpusFile) -> None:
    finished = _finished(world, builds[file.name], file)
    file.check(finished.result, finished.console)


def _finished(world: World, item: int, file: CorpusFile) -> Finished:
    people = [
        threading.Thread(target=world.answer, args=(item, ident, parameters))
        for ident, parameters in [
            *((line.split(" ", 1)[0], json.loads(line.split(" ", 1)[1])) for line in file.all("answers")),
            *((ident, None) for ident in file.all("aborts")),
        ]
    ]
    for person in people:
        person.start()
    finished = world.client.finished(item)
    for person in people:
        person.join()
    return finished
