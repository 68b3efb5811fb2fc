"""The aims of the portal's pages: painted at once, an event's way to the eye, a hundred open pages; no sandbox."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.contract.browser.chromium import launch
from tests.contract.browser.portal_world.world import OPERATOR, World

from .conftest import Board

pytestmark = pytest.mark.timeout(900)

VIEWERS, WATCHED_SECONDS, ROLLOUT_EVERY_SECONDS = 100, 20.0, 4.0
REGIONS = (
    "chain", "approvals", "environment-test", "environment-prod", "availability-test", "availability-prod", "versions",
    "operations",
)  # fmt: skip
VERSIONS = ("v2.0.0.0", "v1.0.0.0")
#: Notes when test is shown to be asked for a version, by the clock that the test reads as well.
ARM = """(version) => {
  window.shown = 0;
  const region = document.getElementById("environment-test");
  const look = () => { if (!window.shown && region.textContent.includes(version)) window.shown = Date.now(); };
  new MutationObserver(look).observe(region, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("portal"))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def cookie(world: World) -> str:
    return world.sign_in(OPERATOR)


@pytest.fixture(scope="module")
def page(world: World, cookie: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context()
        context.add_cookies([{"name": world.cookie, "value": cookie, "url": world.url}])
        yield context.new_page()
        browser.close()


def first_paint(page: Page, url: str) -> float:
    """Seconds from the beginning of a visit to its first picture."""
    page.goto(url)
    page.wait_for_timeout(200)
    entry = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    return float(page.evaluate(entry)) / 1000


def seconds_to_the_page(page: Page, world: World, version: str) -> float:
    """From a change in the cluster to the page's words about it."""
    expect(page.get_by_role("heading", name="3 of 3 replicas serve")).to_have_count(2, timeout=30_000)
    page.wait_for_timeout(500)
    page.evaluate(ARM, version)
    began = time.time()
    world.deploy("test", version)
    expect(page.locator("#environment-test")).to_contain_text(version, timeout=30_000)
    return float(page.evaluate("window.shown")) / 1000 - began


def test_the_first_picture_and_an_events_way(world: World, page: Page, board: Board) -> None:
    paints = [first_paint(page, world.url) for _ in range(11)]
    ways = [seconds_to_the_page(page, world, VERSIONS[number % 2]) for number in range(20)]
    assert board.measured("portal: first paint in Chromium", "s", paints, 1) < 1
    assert board.measured("portal: from the cluster to the page", "s", ways, 0.3) < 0.3


def test_a_hundred_viewers_at_once(world: World, cookie: str, board: Board) -> None:
    portal = psutil.Process(world.pid)
    others = world.viewers()
    streams = [open_stream(world, cookie) for _ in range(VIEWERS)]
    received = read_for(streams, 2)  # all have the whole page's pieces by then
    before, began = portal.cpu_times(), time.monotonic()
    for number in range(int(WATCHED_SECONDS // ROLLOUT_EVERY_SECONDS)):
        world.deploy("test", VERSIONS[number % 2])
        received += read_for(streams, ROLLOUT_EVERY_SECONDS)
    after, seconds = portal.cpu_times(), time.monotonic() - began
    cores = (after.user + after.system - before.user - before.system) / seconds
    assert world.viewers() == others + VIEWERS
    for stream in streams:
        stream.close()
    board.details["portal: bytes to each of 100 pages a second"] = round(received / VIEWERS / seconds)
    assert board.measured("portal: 100 open pages amid rollouts", "cores", cores, 1) < 1
    assert board.measured("portal: 100 open pages, memory (PSS)", "MiB", pss_mebibytes(world.pid), 300) < 300


def open_stream(world: World, cookie: str) -> socket.socket:
    """A page's stream, as a browser asks for it."""
    asked = "&".join(f"region={name}" for name in REGIONS)
    stream = socket.create_connection(("127.0.0.1", world.port))
    lines = f"GET /live?{asked} HTTP/1.1\r\nHost: 127.0.0.1:{world.port}\r\nCookie: {world.cookie}={cookie}\r\n\r\n"
    stream.sendall(lines.encode())
    return stream


def read_for(streams: list[socket.socket], seconds: float) -> int:
    """Reads all streams for a time; returns how many bytes came."""
    deadline, count = time.monotonic() + seconds, 0
    with selectors.DefaultSelector() as ready:
        for stream in streams:
            ready.register(stream, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in ready.select(left):
                data = key.fileobj.recv(1 << 20)  # type: ignore[union-attr]  # they are sockets
                assert data, "the portal has ended a stream"
                count += len(data)
    return count


def pss_mebibytes(pid: int) -> float:
    """A process' memory, what it shares counted in parts."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
