"""The light Jenkins' aims: start, memory, speed, two hundred builds, a kill -9 among them. Needs no sandbox."""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Board

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "servers" / "jenkins" / "tests"))

from jenkins_client import Client, pipeline, wait_for
from jenkins_harness import LightJenkins, runner_jar

pytestmark = pytest.mark.timeout(1800)

ECHOES = "\n".join(f"echo 'line {number}'" for number in range(10))
NUMBERED = (
    "<hudson.model.ParametersDefinitionProperty><parameterDefinitions><hudson.model.StringParameterDefinition>"
    "<name>N</name></hudson.model.StringParameterDefinition></parameterDefinitions>"
    "</hudson.model.ParametersDefinitionProperty>"
)
TREE = "/job/many/api/json?tree=allBuilds[number,result,building,queueId]"
Make = Callable[..., LightJenkins]


@pytest.fixture
def light(tmp_path: Path) -> Iterator[Make]:
    made: list[LightJenkins] = []

    def make(**environment: str) -> LightJenkins:
        made.append(LightJenkins(tmp_path / f"server-{len(made)}", runner_jar(), **environment))
        return made[-1]

    yield make
    for server in made:
        server.kill()


def proportional_mebibytes(server: LightJenkins) -> float:
    """The memory of server and runner, what processes share counted in parts (PSS)."""
    total = 0
    for pid in (server.pid, *server.children()):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1024


def seconds_of_a_build(client: Client, job: str) -> float:
    began = time.monotonic()
    item = client.trigger(job)
    path = client.started(item)
    wait_for(lambda: True if client.json(f"{path}api/json?tree=result")["result"] else None, "the end", every=0.005)
    return time.monotonic() - began


def test_start_memory_and_speed(light: Make, board: Board) -> None:
    server = light()
    runner_jar()
    ready = server.start()
    server.client.create("echoes", pipeline(ECHOES))
    first = seconds_of_a_build(server.client, "echoes")
    for _ in range(10):
        seconds_of_a_build(server.client, "echoes")
    ten = statistics.median(seconds_of_a_build(server.client, "echoes") for _ in range(21))
    time.sleep(8)
    assert board.measured("light Jenkins: ready", "s", ready, 3) < 3
    assert board.measured("light Jenkins: first build after start", "s", first, 1.5) < 1.5
    assert board.measured("light Jenkins: ten echo steps, trigger to SUCCESS", "s", ten, 0.3) < 0.3
    assert (
        board.measured("light Jenkins: idle, server and runner (PSS)", "MiB", proportional_mebibytes(server), 200) < 200
    )


def queued(server: LightJenkins, count: int, script: str) -> list[int]:
    """Two hundred items in the queue at the same time: none starts before the last is there."""
    client = server.client
    client.create("many", pipeline(script, NUMBERED))
    client.post("/quietDown")
    items = [client.trigger("many", {"N": str(number)}) for number in range(count)]
    assert len(client.json("/queue/api/json?tree=items[id]")["items"]) == count
    client.post("/cancelQuietDown")
    return items


def finished(client: Client, count: int) -> Callable[[], list[dict[str, Any]] | None]:
    def all_over() -> list[dict[str, Any]] | None:
        found = [build for build in client.json(TREE)["allBuilds"] if not build["building"]]
        return found if len(found) == count else None

    return all_over


def check(server: LightJenkins, items: list[int], built: list[dict[str, Any]], results: set[str]) -> None:
    assert {build["result"] for build in built} <= results
    assert sorted(build["number"] for build in built) == list(range(1, len(items) + 1))
    assert sorted(build["queueId"] for build in built) == sorted(items)
    for build in built:
        console = (server.home / "jobs" / "many" / "builds" / str(build["number"]) / "log").read_text()
        assert console.endswith(f"Finished: {build['result']}\n")
        if build["result"] == "SUCCESS":
            assert f"\nnumber {items.index(build['queueId'])} is here\n" in console


def test_two_hundred_builds_at_once_none_lost_none_twice(light: Make, board: Board) -> None:
    server = light(JENKINS_EXECUTORS="20")
    server.start()
    items = queued(server, 200, 'node { sh "echo number ${params.N} is here" }')
    began = time.monotonic()
    built = wait_for(finished(server.client, 200), "all builds", 600, every=0.3)
    board.measured("light Jenkins: 200 builds queued at once, 20 concurrent", "s", time.monotonic() - began, 600)
    check(server, items, built, {"SUCCESS"})


def test_kill_9_in_the_middle_leaves_the_history_whole(light: Make) -> None:
    server = light(JENKINS_EXECUTORS="20")
    server.start()
    client = server.client
    items = queued(server, 60, 'node { sh "sleep 1; echo number ${params.N} is here" }')

    def some() -> int | None:
        found = sum(bool(build["result"]) for build in client.json(TREE)["allBuilds"])
        return found if found >= 15 else None

    wait_for(some, "a quarter of the builds", 120, every=0.1)
    before = {build["number"]: build for build in client.json(TREE)["allBuilds"] if build["result"]}
    server.kill()
    server.start()
    built = wait_for(finished(client, 60), "all builds", 300, every=0.3)
    check(server, items, built, {"SUCCESS", "ABORTED", "FAILURE"})
    after = {build["number"]: build for build in built}
    assert {number: after[number]["result"] for number in before} == {n: b["result"] for n, b in before.items()}
    assert client.run("afterwards", "echo 'x'").result == "SUCCESS"
