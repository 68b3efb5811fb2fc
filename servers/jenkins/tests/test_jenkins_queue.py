"""What builds hold is free again, and what waits for it goes on, whatever their end meets."""

from __future__ import annotations

from errno import ENOSPC
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from jenkins_client import pipeline, wait_for
from jenkins_light.engine.controller import Controller
from jenkins_light.engine.queue import Queue
from jenkins_light.engine.runner import Runner
from jenkins_light.model.builds import Build
from jenkins_light.model.history import History
from jenkins_light.model.items import Job
from jenkins_light.settings import Settings
from jenkins_light.steps.nodes import node
from jenkins_light.xmltree import parse


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    """A Jenkins whose queue and clock stand still."""
    return Controller(Settings(home=tmp_path), Runner(None, "java"))


@pytest.fixture
def build(controller: Controller) -> Build:
    job = controller.root.create("job", parse(pipeline("echo 1").encode()))
    assert isinstance(job, Job)
    return job.builds.create(1, lambda record: None)


def test_two_that_end_at_once_may_both_discard_the_same_build(build: Build) -> None:
    history = build.job.builds
    history.delete(build)
    history.delete(build)
    assert list(history) == []


@pytest.mark.parametrize(("ends_at", "number"), [("write_json", 2), ("write_bytes", 3)])
def test_a_sudden_end_while_a_build_is_made_passes_no_number_over(
    build: Build, monkeypatch: pytest.MonkeyPatch, ends_at: str, number: int
) -> None:
    module = "builds" if ends_at == "write_json" else "history"
    with monkeypatch.context() as patch:
        patch.setattr(f"jenkins_light.model.{module}.{ends_at}", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            build.job.builds.create(2, lambda record: None)
    after = History(build.job)
    assert after.create(3, lambda record: None).number == number
    assert after.numbers == list(range(number, 0, -1))


def test_what_cannot_be_started_says_why_and_starts_later(controller: Controller, build: Build) -> None:
    launch = Mock(side_effect=[OSError(ENOSPC, "No space left on device"), build])
    queue = Queue(controller.settings.home, controller.root, lambda _: None, launch)
    item = queue.schedule(build.job, [], 0)
    queue.start()
    wait_for(lambda: item.why == "It cannot be started: [Errno 28] No space left on device", "the reason")
    queue.wake()
    wait_for(lambda: item.build is build, "the second try")
    queue.close()


def test_an_end_that_cannot_tidy_up_still_lets_others_start(
    controller: Controller, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []

    def rotate(_: History) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(History, "rotate", rotate)
    monkeypatch.setattr(controller.queue, "wake", lambda: woken.append("queue"))
    run: Any = SimpleNamespace(id="job#1", build=build)
    with pytest.raises(OSError, match="No space left"):
        controller.run_finished(run)
    assert woken == ["queue"]


def test_where_no_workspace_can_be_made_neither_it_nor_the_executor_stays_taken(
    controller: Controller, build: Build
) -> None:
    home = controller.settings.home
    (home / "workspace").write_text("in the way")
    call: Any = SimpleNamespace(
        saved={},
        args={},
        controller=controller,
        build=build,
        run=SimpleNamespace(cookie="c"),
        id=1,
        cancelled=False,
        categories=(),
    )
    with pytest.raises(OSError, match="workspace"):
        next(iter(node(call)))
    assert not any(controller.executors.slots)
    (home / "workspace").unlink()
    assert controller.workspaces.acquire("job") == home / "workspace" / "job"
