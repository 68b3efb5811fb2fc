"""What every request passes: its name, its origin, how often its caller asks."""

from __future__ import annotations

import asyncio
from pathlib import Path

from portal.front.gate import Gate
from portal.settings import Settings
from starlette.responses import PlainTextResponse


def statuses(tmp_path: Path, *requests: tuple[str, str, dict[str, str]]) -> list[int]:
    """What a gate before a page that always answers 200 makes of requests: method, path, headers."""
    settings = Settings.load({"PORTAL_DATA": str(tmp_path), "PORTAL_EXTERNAL_URL": "http://portal.example:8090"})
    gate = Gate(PlainTextResponse("there you are"), settings)
    found: list[int] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])

    async def scene() -> None:
        for method, path, headers in requests:
            sent = [(name.encode(), value.encode()) for name, value in {"host": "localhost:8090", **headers}.items()]
            scope = {"type": "http", "method": method, "path": path, "headers": sent, "client": ("10.0.0.9", 1)}
            await gate(scope, receive, send)

    asyncio.run(scene())
    return found


def test_who_asks_too_often_waits_and_others_do_not(tmp_path: Path):
    mine, hers = {"cookie": "portal_session_8090=me"}, {"cookie": "portal_session_8090=her"}
    files = ("GET", "/static/1/look.css", mine)  # a page that is let in is not left without its style
    asked = statuses(tmp_path, *[("GET", "/", mine)] * 330, ("GET", "/", hers), ("GET", "/healthz", mine), files)
    assert asked[:300] == [200] * 300
    assert 429 in asked[300:330]
    assert asked[330:] == [200, 200, 200]


def test_a_cookie_of_another_sandbox_on_the_same_host_is_no_caller_of_this_one(tmp_path: Path):
    strangers = [("GET", "/", {"cookie": f"portal_session_9090={number}"}) for number in range(330)]
    assert 429 in statuses(tmp_path, *strangers)


def test_only_its_own_names_and_its_own_pages_are_answered(tmp_path: Path):
    assert statuses(
        tmp_path,
        ("GET", "/", {"host": "portal.example"}),
        ("GET", "/", {"host": "evil.example"}),
        ("POST", "/", {"origin": "http://localhost:8090"}),
        ("POST", "/", {"origin": "http://localhost:9090"}),
        ("POST", "/", {"origin": "null"}),
        ("POST", "/", {}),
        ("GET", "/", {"origin": "http://elsewhere.example"}),
    ) == [200, 421, 200, 403, 403, 200, 200]


def test_the_sessions_cookie_is_called_after_the_port(tmp_path: Path):
    def cookie(address: str) -> str:
        return Settings.load({"PORTAL_DATA": str(tmp_path), "PORTAL_EXTERNAL_URL": address}).cookie

    assert cookie("http://localhost:8090") == "portal_session_8090"
    assert cookie("http://localhost:9090") == "portal_session_9090"
    assert cookie("https://portal.example") == "portal_session_443"
    assert cookie("http://portal.example") == "portal_session_80"
