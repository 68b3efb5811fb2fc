"""A job is triggered once, also where the portal ended before it had read Jenkins' answer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from portal.actions import triggering
from portal.actions.act import Means
from portal.actions.task import Interrupted, Task
from portal.clients.credentials import Credentials
from portal.clients.jenkins import Jenkins
from portal.database import Database, now
from portal.hub import Hub
from portal.models.actions import Operation
from portal.operations import Operations
from portal.settings import Settings

STEP = "trigger the build"
WISH = {"ref": "refs/tags/v4.0.0.0", "clean": "false"}
AMID = {"newest": 30, STEP: {"sent": False}}


def build(item: int, ref: str = "refs/tags/v4.0.0.0") -> dict[str, Any]:
    parameters = [{"name": "ref", "value": ref}, {"name": "clean", "value": False}, {"name": "force", "value": False}]
    return {"number": item, "queueId": item, "actions": [{}, {"parameters": parameters}]}


def triggered(
    folder: Path, monkeypatch: pytest.MonkeyPatch, progress: dict[str, Any], *states: dict[str, Any]
) -> tuple[int, list[str], dict[str, Any]]:
    """The queue item of an operation with such progress, what it asked of Jenkins, and its progress then.

    Jenkins tells the job's states in turn, the last one for ever; a trigger becomes the queue item 40.
    """
    monkeypatch.setattr(triggering, "_ARRIVAL_SECONDS", 0.0 if len(states) < 2 else 5.0)
    monkeypatch.setattr(triggering, "_LOOK_SECONDS", 0.0)
    (folder / "hook-secret").write_text("s")
    asked: list[str] = []
    coming = list(states)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if request.method == "POST":
            return httpx.Response(200, json={"jobs": {"uuid.image": {"triggered": True, "id": 40}}})
        return httpx.Response(200, json=coming.pop(0) if len(coming) > 1 else coming[0])

    async def scene() -> tuple[int, list[str], dict[str, Any]]:
        settings = Settings.load({"PORTAL_DATA": str(folder), "PORTAL_CREDENTIALS": str(folder)})
        credentials = Credentials(folder)
        jenkins = Jenkins(settings, credentials, httpx.MockTransport(answer))
        seen = SimpleNamespace(jenkins=SimpleNamespace(pace=SimpleNamespace(poke=lambda: None)))
        means = cast(Means, SimpleNamespace(jenkins=jenkins, credentials=credentials, seen=seen))
        operations = Operations(database := Database(folder / "portal.sqlite3"), Hub(list))
        asked_for = Operation(id=0, action="build", parameters={}, title="t", who="w", state="running", made=now())
        operation = operations.add(asked_for, "")
        operations.keep_progress(operation.id, progress)
        try:
            task = Task(operation, operations)
            item = await triggering.trigger(means, task, STEP, "uuid.image", WISH, "Push Hook")
            return item, asked, json.loads(json.dumps(operations.progress(operation.id)))
        finally:
            database.close()

    return asyncio.run(scene())


def test_what_was_never_asked_for_is_triggered_and_kept_with_what_was_there_before(tmp_path, monkeypatch):
    item, asked, kept = triggered(tmp_path, monkeypatch, {}, {"builds": [build(12), build(30)], "queueItem": None})
    assert (item, asked) == (40, ["GET", "POST"])
    assert kept == {"newest": 30, STEP: {"sent": True, "answer": 40}}


def test_what_was_answered_is_asked_for_no_more(tmp_path, monkeypatch):
    progress = {"newest": 30, STEP: {"sent": True, "answer": 31}}
    assert triggered(tmp_path, monkeypatch, progress, {"builds": []})[:2] == (31, [])


@pytest.mark.parametrize(
    "state",
    [
        {"builds": [build(33), build(32), build(31, "refs/heads/master"), build(30)], "queueItem": None},
        {
            "builds": [build(30)],
            "queueItem": {"id": 32, "why": "busy", "params": "\nref=refs/tags/v4.0.0.0\nclean=false\nforce=false"},
        },
    ],
    ids=["it is a build", "it waits in the queue"],
)
def test_what_came_of_a_request_that_nobody_saw_answered_is_found(tmp_path, monkeypatch, state):
    item, asked, kept = triggered(tmp_path, monkeypatch, AMID, state)
    assert (item, asked) == (32, ["GET"])
    assert kept[STEP] == {"sent": True, "answer": 32}


def test_a_request_that_was_under_way_is_given_time_to_arrive(tmp_path, monkeypatch):
    before = {"builds": [build(30)], "queueItem": None}
    item, asked, _ = triggered(tmp_path, monkeypatch, AMID, before, before, {"builds": [build(31), build(30)]})
    assert (item, asked) == (31, ["GET", "GET", "GET"])


def test_where_nothing_came_of_it_it_is_said_and_not_sent_twice(tmp_path, monkeypatch):
    with pytest.raises(Interrupted, match="was about to trigger the build"):
        triggered(tmp_path, monkeypatch, AMID, {"builds": [build(30), build(29)], "queueItem": None})
