"""The portal's aims: a picture at once, events within the blink of an eye, a hall full of viewers. Needs no sandbox."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import requests

from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, VIEWER, World
from tests.contract.portal.conftest import Caller, Events

from .conftest import Board

pytestmark = pytest.mark.timeout(900)

VIEWERS = 100
WATCHED_SECONDS = 30
ROUNDS = 8


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("portal"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def operator(world: World) -> Caller:
    caller = Caller(world.url, OPERATOR)
    caller.settled("test")
    return caller


def test_the_first_picture_comes_at_once(operator: Caller, world: World, board: Board) -> None:
    """The page with the whole chain in it, and the whole chain over the API."""
    samples: dict[str, list[float]] = {"/": [], "/api/v1/chain": []}
    with requests.Session() as session:
        session.trust_env = False
        body = {"user": OPERATOR, "password": PASSWORDS[OPERATOR]}
        assert session.post(f"{world.url}/api/v1/session", json=body, timeout=30).ok
        for _ in range(ROUNDS):
            for path, seconds in samples.items():
                began = time.monotonic()
                assert session.get(world.url + path, timeout=30).status_code == 200
                seconds.append(time.monotonic() - began)
    assert board.measured("portal: the page with the picture", "s", samples["/"], 1.0) < 1.0
    assert board.measured("portal: the chain over the API", "s", samples["/api/v1/chain"], 1.0) < 1.0


def test_an_event_is_told_while_it_is_new(operator: Caller, world: World, board: Board) -> None:
    """From a push, a build's start and a change in the cluster to the event that tells of it."""
    listener = Events(operator)
    listener.until("chain")
    seconds: dict[str, list[float]] = {"push": [], "build": [], "cluster": []}
    for number in range(ROUNDS):
        began = time.monotonic()
        sha = world.push(f"Change {number}", "refs/heads/bench")
        listener.until("chain", lambda chain, sha=sha: sha in str(chain["travelling"]))
        seconds["push"].append(time.monotonic() - began)
        began = time.monotonic()
        world.build("refs/heads/bench")
        listener.until("chain", lambda chain: chain["parts"][1]["state"] == "busy")
        seconds["build"].append(time.monotonic() - began)
        listener.until("chain", lambda chain: chain["parts"][1]["state"] == "ok")
        version = "v2.0.0.0" if operator.environment("test")["declared"] == "v1.0.0.0" else "v1.0.0.0"
        began = time.monotonic()
        world.deploy("test", version)
        listener.until("chain", lambda chain, version=version: chain["environments"][0]["declared"] == version)
        seconds["cluster"].append(time.monotonic() - began)
        operator.settled("test")
        catch_up(listener)
    listener.close()
    for what, samples in seconds.items():
        told = board.measured(f"portal: event of a {what}", "ms", [sample * 1000 for sample in samples], 300)
        assert told < 300, seconds


def catch_up(listener: Events) -> None:
    """Reads what came meanwhile, so that the next event is timed and not those before it."""
    now = datetime.now(UTC)
    listener.until("availability", lambda told: datetime.fromisoformat(told["point"]["until"]) >= now)


def test_a_hall_of_viewers_costs_less_than_a_core(operator: Caller, world: World, board: Board) -> None:
    """A hundred listen while rollouts go on; each hears of each."""
    heard = [0] * VIEWERS
    over = threading.Event()

    account = base64.b64encode(f"{OPERATOR}:{PASSWORDS[OPERATOR]}".encode()).decode()
    request = f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{world.port}\r\nAuthorization: Basic {account}\r\n\r\n"

    def listen(place: int) -> None:
        """Takes what comes and counts; to read it as JSON a hundred times would be the test's own load."""
        with socket.create_connection(("127.0.0.1", world.port)) as connection:
            connection.settimeout(60)
            connection.sendall(request.encode())
            while not over.is_set():
                heard[place] += connection.recv(1 << 20).count(b"event: chain\n")

    threads = [threading.Thread(target=listen, args=(place,), daemon=True) for place in range(VIEWERS)]
    for thread in threads:
        thread.start()
    while not all(heard):
        time.sleep(0.1)
    process = psutil.Process(world.pid)
    before, began = process.cpu_times(), time.monotonic()
    turn = 0
    while time.monotonic() - began < WATCHED_SECONDS:
        turn += 1
        world.deploy("test", f"v{1 + turn % 2}.0.0.0")
        time.sleep(3)
    after, seconds = process.cpu_times(), time.monotonic() - began
    memory = process.memory_info().rss / 1e6
    over.set()
    cores = (after.user + after.system - before.user - before.system) / seconds
    assert min(heard) > turn
    assert max(heard) - min(heard) <= turn
    assert board.measured("portal: 100 viewers amid rollouts", "cores", cores, 1.0) < 1.0
    assert board.measured("portal: 100 viewers, memory", "MB", memory, 300) < 300
    for thread in threads:
        thread.join(timeout=30)


@pytest.mark.parametrize("user", [OPERATOR, VIEWER])
def test_schemathesis_finds_no_fault(operator: Caller, world: World, user: str) -> None:
    """Requests of each kind that the document allows, and many that it does not: no fault, and answers as promised.

    Slower than the limit on requests. As an operator much of it is done.
    """
    events = "/api/v1/events"  # goes on without end
    promised = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{world.url}/api/v1/openapi.json",
            "--auth", f"{user}:{PASSWORDS[user]}", "--checks", promised, "--exclude-path", events,
            "--max-examples", "40", "--rate-limit", "55/s", "--request-timeout", "20", "--no-color",
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    assert "Traceback" not in world.log(), world.log()[-5000:]


def test_the_portal_serves_soon_after_its_start(tmp_path: Path, board: Board) -> None:
    own = World(tmp_path)
    own.start()
    try:
        seconds = []
        for _ in range(3):
            own.stop_portal()
            began = time.monotonic()
            own.start_portal()
            seconds.append(time.monotonic() - began)
    finally:
        own.stop()
    assert board.measured("portal: start", "s", seconds, 5.0) < 5.0
