"""The clock's part in builds, one minute at a time: who is started, who is left alone, what can't be read."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jenkins_client import pipeline
from jenkins_light.engine.controller import Controller
from jenkins_light.engine.polling import Poller
from jenkins_light.engine.runner import Runner
from jenkins_light.engine.triggers import find_relative
from jenkins_light.model import parameterized_timer
from jenkins_light.model.items import Folder, Job
from jenkins_light.settings import Settings
from jenkins_light.xmltree import parse

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PROPERTY = "org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty"


def timed(spec: str) -> str:
    trigger = f"<hudson.triggers.TimerTrigger><spec>{spec}</spec></hudson.triggers.TimerTrigger>"
    return pipeline("echo 1", f"<{PROPERTY}><triggers>{trigger}</triggers></{PROPERTY}>")


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    """A Jenkins whose queue and clock stand still."""
    return Controller(Settings(home=tmp_path), Runner(None, "java"))


def add(controller: Controller, name: str, config: str) -> Job:
    job = controller.root.create(name, parse(config.encode()))
    assert isinstance(job, Job)
    return job


def test_the_clock_starts_whom_this_minute_means(controller: Controller) -> None:
    add(controller, "noon", timed("TZ=UTC\n0 12 * * *"))
    add(controller, "later", timed("TZ=UTC\n1 12 * * *"))
    add(controller, "unreadable", timed("0 99 * * *"))
    add(controller, "off", timed("* * * * *")).set_disabled(True)
    controller.triggers.tick(NOON)
    (item,) = controller.queue.items()
    assert item.job.full_name == "noon"
    assert item.causes[0].description == "Started by timer"
    assert item.causes[0].cls == "hudson.triggers.TimerTrigger$TimerTriggerCause"


def test_lines_of_the_parameterized_scheduler_bring_their_parameters(controller: Controller) -> None:
    names = "".join(
        f"<hudson.model.StringParameterDefinition><name>{name}</name><defaultValue>d</defaultValue>"
        "</hudson.model.StringParameterDefinition>"
        for name in ("env", "region")
    )
    tag, definitions = parameterized_timer.TAG, "hudson.model.ParametersDefinitionProperty"
    spec = "TZ=UTC\n# both\n0 12 * * * % env=int; region=eu=west;\n0 12 * * *\n1 12 * * * %env=qa"
    trigger = f"<{tag}><parameterizedSpecification>{spec}</parameterizedSpecification></{tag}>"
    properties = (
        f"<{definitions}><parameterDefinitions>{names}</parameterDefinitions></{definitions}>"
        f"<{PROPERTY}><triggers>{trigger}</triggers></{PROPERTY}>"
    )
    add(controller, "scheduled", pipeline("echo 1", properties))
    controller.triggers.tick(NOON)
    plain, given = sorted(controller.queue.items(), key=lambda item: str(item.parameters))
    assert (plain.parameters, given.parameters) == (
        {"env": "d", "region": "d"},
        {"env": "int", "region": "eu=west"},
    )
    assert given.causes[0].description == "Started by timer with parameters: {env=int, region=eu=west}"


def test_h_differs_between_jobs_and_stays_for_one(controller: Controller) -> None:
    for name in ("one", "two", "three"):
        add(controller, name, timed("H * * * *"))
    started = {}
    for minute in range(60):
        controller.triggers.tick(NOON.replace(minute=minute))
        for item in controller.queue.items():
            started[item.job.full_name] = minute
            controller.queue.cancel(item.id)
    assert set(started) == {"one", "two", "three"}
    assert len(set(started.values())) > 1


def test_names_of_upstream_jobs_are_relative_to_the_folder(controller: Controller) -> None:
    team = controller.root.create("team", parse(b"<com.cloudbees.hudson.plugins.folder.Folder/>"))
    assert isinstance(team, Folder)
    inner, outer = team.create("inner", parse(timed("").encode())), add(controller, "outer", timed(""))
    sibling = team.create("sibling", parse(timed("").encode()))
    assert isinstance(inner, Job)
    for name, found in (("sibling", sibling), ("../outer", outer), ("/outer", outer), ("/team/sibling", sibling)):
        assert find_relative(inner, name) is found
    for name in ("outer", "../../outer", "", "..", "../team"):
        assert find_relative(inner, name) is None


def test_a_push_that_comes_while_its_repository_is_looked_at_is_not_missed(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, goes_on = threading.Semaphore(0), threading.Semaphore(0)

    def changed(_poller: Poller, _job: Job) -> bool:
        looked.release()
        assert goes_on.acquire(timeout=10)
        return False

    monkeypatch.setattr(Poller, "changed", changed)
    job = add(controller, "polled", pipeline("echo 1"))
    controller.triggers.poll(job)
    assert looked.acquire(timeout=10)
    for _ in range(3):  # three pushes, of which one look tells all
        controller.triggers.poll(job)
    goes_on.release()
    assert looked.acquire(timeout=10)
    goes_on.release()
    assert not looked.acquire(timeout=0.2)
    controller.triggers.poll(job)
    assert looked.acquire(timeout=10)
    goes_on.release()
