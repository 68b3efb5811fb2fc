"""What is told is kept: whoever hears of an operation can ask for it, and of what came to nothing nobody hears."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from portal.actions.task import Task
from portal.actions.waiting import Waiting
from portal.audit import Audit
from portal.database import Database, now
from portal.errors import Refusal
from portal.hub import Hub
from portal.models import Session
from portal.models.actions import Operation
from portal.operations import Operations
from portal.pages.live import Listener, Live
from portal.portal import Portal
from pydantic import BaseModel


class Kept:
    """A database, what is kept in it, and the kinds of what its listeners heard."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "portal.sqlite3")
        self.hub = Hub(list)
        self.hub.listeners.append(self.hear)
        self.operations = Operations(self.database, self.hub)
        self.audit = Audit(self.database, self.hub)
        self.heard: list[str] = []

    def hear(self, kind: str, _: BaseModel) -> None:
        with self.database.transaction():  # a listener may write itself
            self.heard.append(kind)

    def begin(self) -> Operation:
        operation = Operation(id=0, action="scale", parameters={}, title="t", who="w", state="running", made=now())
        added = self.operations.add(operation, "test")
        self.operations.tell(added)
        return added


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_what_a_transaction_holds_is_told_at_its_end(kept):
    with kept.database.transaction():
        number = kept.begin().id
        kept.audit.add("w", "scale", "t", "asked", "", number)
        kept.operations.log(number, "a line")
        kept.operations.change(number, message="m")
        assert kept.heard == []
    assert kept.heard == ["operation", "audit", "log", "operation"]


def test_lines_that_were_read_elsewhere_are_kept_with_up_to_where(kept, monkeypatch):
    task = Task(kept.begin(), kept.operations)
    task.log_read("one\ntwo", 8)
    assert kept.operations.progress(task.id)["read"] == 8
    assert [line.text for line in kept.operations.lines(task.id, 0, 9)] == ["one", "two"]
    kept.heard.clear()

    def killed(*_: object) -> None:
        raise InterruptedError

    monkeypatch.setattr(kept.operations, "keep_progress", killed)
    with pytest.raises(InterruptedError):
        task.log_read("three", 14)
    assert kept.operations.get(task.id).lines == 2
    assert (kept.operations.lines(task.id, 2, 9), kept.heard) == ([], [])


def test_what_waits_for_an_approval_ends_when_its_time_is_over(kept):
    async def scene() -> Operation:
        waiting = Waiting(kept.operations, kept.audit, kept.database, hours=0.2 / 3600)
        watch = asyncio.create_task(waiting.run())
        await asyncio.sleep(0)  # it sleeps, as nothing waits
        asked = {"action": "scale", "parameters": {}, "title": "t", "who": "w", "state": "waiting", "made": now()}
        number = kept.operations.add(Operation(id=0, approval="eyes", **asked), "prod").id
        later = kept.operations.add(Operation(id=0, expires=now() + timedelta(hours=1), **asked), "prod").id
        waiting.begun()
        async with asyncio.timeout(60):
            while (found := kept.operations.get(number)).state == "waiting":
                await asyncio.sleep(0.01)
        watch.cancel()
        assert kept.operations.get(later).state == "waiting"
        return found

    begun = now()
    ended = asyncio.run(scene())
    assert (ended.state, ended.fix) == ("expired", "do it again if it is still wanted")
    assert ended.ended - begun >= timedelta(seconds=0.2)
    (entry,) = kept.audit.entries(9)
    assert (entry.who, entry.what, entry.operation, entry.why) == ("the portal", "expire", ended.id, ended.message)


def test_a_page_that_hears_of_an_operations_end_has_its_whole_log_by_then(kept):
    number = kept.begin().id
    shown = SimpleNamespace(hub=kept.hub, operations=kept.operations, chain=SimpleNamespace(current=None))

    async def scene() -> list[bytes]:
        viewer = Session(user="w", role="viewer")
        listener = Listener({f"operation-{number}": ""}, number, 0)
        stream = Live(cast(Portal, shown)).stream(listener, viewer, lambda: True)
        told = [await anext(stream) for _ in range(2)]
        with kept.database.transaction():
            kept.operations.log(number, "the last line")
            kept.operations.change(number, state="succeeded")
        told += [await anext(stream) for _ in range(2)]
        await stream.aclose()
        return told

    _, before, log, after = asyncio.run(scene())
    assert [piece.split(b"\n")[0] for piece in (before, log, after)] == [
        b"event: region", b"event: log", b"event: region",
    ]  # fmt: skip
    assert b"the last line" in log
    assert b"Succeeded" in after


def test_outside_of_one_it_is_told_at_once(kept):
    kept.audit.add("w", "scale", "t", "refused")
    assert kept.heard == ["audit"]


def test_of_what_came_to_nothing_nobody_hears(kept):
    def fail() -> None:
        with kept.database.transaction():
            kept.begin()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    with kept.database.transaction():
        kept.audit.add("w", "scale", "t", "asked")
    assert kept.heard == ["audit"]
    with pytest.raises(Refusal):
        kept.operations.get(1)
