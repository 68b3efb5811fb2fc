"""Watching as the API server has it: where it ended, from the start after 410, again after a failure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from portal.clients.credentials import Credentials
from portal.clients.kubernetes import DEPLOYMENTS, PODS, Kubernetes
from portal.settings import Settings
from portal.view.objects import tag_of
from portal.watch.reflector import Reflector

KUBECONFIG = """{"clusters": [{"cluster": {"server": "http://api"}}], "users": [{"user": {"token": "secret"}}]}"""


class Lines(httpx.AsyncByteStream):
    """A watch: lines, and then nothing more until it is closed, or its end."""

    def __init__(self, *events: tuple[str, dict[str, Any]], ends: bool = True) -> None:
        self._events = events
        self._ends = ends

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for kind, item in self._events:
            yield json.dumps({"type": kind, "object": item}).encode() + b"\n"
        if not self._ends:
            await asyncio.Event().wait()


def pod(name: str, version: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "resourceVersion": version, "managedFields": [1]}, **more}


def listed(version: str, *items: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"metadata": {"resourceVersion": version}, "items": list(items)})


@pytest.fixture
def kubernetes(tmp_path: Path) -> Callable[[Callable[[httpx.Request], httpx.Response]], Kubernetes]:
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    settings = Settings.load({"PORTAL_DATA": str(tmp_path)})
    return lambda answer: Kubernetes(settings, Credentials(tmp_path), httpx.MockTransport(answer))


def follow(kubernetes: Kubernetes, until: Callable[[Reflector], bool]) -> Reflector:
    """Runs a reflector of pods until it is as wanted."""

    async def scene() -> Reflector:
        changed = asyncio.Event()
        reflector = Reflector(kubernetes, PODS, "test", changed.set)
        running = asyncio.create_task(reflector.run())
        async with asyncio.timeout(20):
            while not until(reflector):
                await changed.wait()
                changed.clear()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await kubernetes.close()
        return reflector

    return asyncio.run(scene())


def test_what_is_listed_is_followed_and_goes_on_where_a_watch_ended(kubernetes):
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        if "watch" not in request.url.params:
            return listed("10", pod("a", "9"))
        asked.append(request.url.params["resourceVersion"])
        if len(asked) == 1:
            return httpx.Response(200, stream=Lines(("ADDED", pod("b", "11")), ("BOOKMARK", pod("", "15"))))
        return httpx.Response(200, stream=Lines(("DELETED", pod("a", "16")), ends=False))

    found = follow(kubernetes(answer), lambda one: "a" not in one.objects and one.synced)
    assert asked == ["10", "15"]
    assert list(found.objects) == ["b"]
    assert "managedFields" not in found.objects["b"]["metadata"]


@pytest.mark.parametrize("as_event", [True, False])
def test_after_410_it_lists_anew(kubernetes, as_event):
    lists: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if "watch" not in request.url.params:
            lists.append(1)
            return listed(str(len(lists)), pod(f"of-list-{len(lists)}", "1"))
        if len(lists) == 1:
            gone = {"code": 410, "message": "too old resource version"}
            return httpx.Response(200, stream=Lines(("ERROR", gone))) if as_event else httpx.Response(410, json=gone)
        return httpx.Response(200, stream=Lines(ends=False))

    found = follow(kubernetes(answer), lambda one: "of-list-2" in one.objects)
    assert list(found.objects) == ["of-list-2"]
    assert found.error is None


def test_a_failure_is_told_and_gone_when_the_server_is_back(kubernetes):
    errors: list[str] = []
    lists: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if "watch" in request.url.params:
            return httpx.Response(200, stream=Lines(ends=False))
        lists.append(1)
        if len(lists) == 1:
            raise httpx.ConnectError("refused")
        if len(lists) == 2:
            return httpx.Response(403, json={"message": 'pods is forbidden: User "portal" cannot list'})
        return listed("1", pod("a", "1"))

    def until(one: Reflector) -> bool:
        if one.error:
            errors.append(f"{one.error.what}: {one.error.why}")
        return one.synced

    follow(kubernetes(answer), until)
    assert errors[0].startswith("Kubernetes does not answer")
    assert "cannot list" in errors[-1]


def test_the_one_object_is_asked_for_by_name_so_that_rights_to_it_are_enough(kubernetes):
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["fieldSelector"])
        return listed("1")

    async def scene() -> None:
        client = kubernetes(answer)
        await client.objects(DEPLOYMENTS, "prod")
        await client.close()

    asyncio.run(scene())
    assert asked == ["metadata.name=uuid-deploy"]


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("localhost:5001/apps/uuid:v1.0.0.0", "v1.0.0.0"), ("localhost:5001/apps/uuid", ""),
        ("localhost:5001/apps/uuid:v1@sha256:abc", "v1"), ("apps/uuid:v2", "v2"),
    ],
)  # fmt: skip
def test_a_tag_is_what_stands_after_the_name_and_before_the_digest(image, tag):
    assert tag_of(image) == tag
