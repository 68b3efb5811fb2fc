"""A build is followed to its end, whatever becomes of Jenkins meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from portal.actions import following
from portal.actions.act import Means
from portal.actions.task import Task
from portal.clients.credentials import Credentials
from portal.clients.jenkins import Jenkins
from portal.database import Database, now
from portal.errors import PartRefused
from portal.hub import Hub
from portal.models.actions import Operation
from portal.operations import Operations
from portal.settings import Settings

ENDED = {"number": 7, "result": "SUCCESS", "building": False, "queueId": 31, "displayName": "#7 v1.0.0.0"}
DOWN, STARTS = httpx.ConnectError("refused"), httpx.Response(503, text="Jenkins is getting ready to work")


def told() -> httpx.Response:
    """The whole console text."""
    return httpx.Response(200, text="one\ntwo\n", headers={"X-Text-Size": "8"})


def followed(folder: Path, monkeypatch: pytest.MonkeyPatch, *answers: tuple[str, Any]) -> list[str]:
    """The log of an operation that follows a build, while Jenkins answers so, each at its address."""
    monkeypatch.setattr(following, "_AWAY_SECONDS", 0.0)
    coming = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        path, given = coming.pop(0)
        assert request.url.path == path
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, httpx.Response) else httpx.Response(200, json=given)

    async def scene() -> list[str]:
        settings = Settings.load({"PORTAL_DATA": str(folder)})
        jenkins = Jenkins(settings, Credentials(folder), httpx.MockTransport(answer))
        operations = Operations(database := Database(folder / "portal.sqlite3"), Hub(list))
        asked = Operation(id=0, action="build", parameters={}, title="t", who="w", state="running", made=now())
        task = Task(operations.add(asked, ""), operations)
        try:
            await following.follow_build(cast(Means, SimpleNamespace(jenkins=jenkins)), task, "uuid.image", 31)
            return [line.text for line in operations.lines(task.id, 0, 99)]
        finally:
            database.close()

    return asyncio.run(scene())


def test_a_jenkins_that_goes_away_or_starts_is_waited_for_at_each_step(tmp_path, monkeypatch):
    item, log, build = (
        "/queue/item/31/api/json",
        "/job/uuid.image/7/logText/progressiveText",
        "/job/uuid.image/7/api/json",
    )
    lines = followed(
        tmp_path, monkeypatch, (item, DOWN), (item, STARTS), (item, {"executable": {"number": 7}}), (log, STARTS),
        (log, told()), (build, DOWN), (build, DOWN), (build, ENDED),
    )  # fmt: skip
    assert [line for line in lines if "waiting" not in line][1:] == ["one", "two"]
    assert sum("waiting" in line for line in lines) == 3  # each time once


def test_a_build_whose_queue_item_is_forgotten_is_found(tmp_path, monkeypatch):
    """As after a portal that was down for longer than the five minutes for which Jenkins keeps items."""
    lines = followed(
        tmp_path, monkeypatch, ("/queue/item/31/api/json", httpx.Response(404)),
        ("/job/uuid.image/api/json", {"builds": [{"number": 8, "queueId": 32}, ENDED], "queueItem": None}),
        ("/job/uuid.image/7/logText/progressiveText", told()), ("/job/uuid.image/7/api/json", ENDED),
    )  # fmt: skip
    assert lines[0].startswith("uuid.image #7 has started")


def test_a_jenkins_that_refuses_is_not_waited_for(tmp_path, monkeypatch):
    with pytest.raises(PartRefused):
        followed(tmp_path, monkeypatch, ("/queue/item/31/api/json", httpx.Response(403)))
