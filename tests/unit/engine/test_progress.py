"""The engine's events as counts, lines and errors."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.automation import EngineEvent

from kubestage.console import console
from kubestage.engine.outcome import Changes
from kubestage.engine.progress import Progress

CONTAINER = "docker:index/container:Container"


def step(event: str, op: str, name: str, kind: str = CONTAINER, *, custom: bool = True) -> EngineEvent:
    state = {"type": kind, "custom": custom}
    metadata = {"op": op, "urn": f"urn:pulumi:sandbox::p::{kind}::{name}", "type": kind, "new": state}
    return EngineEvent.from_json({event: {"metadata": metadata}})


def said(severity: str, message: str, urn: str = "") -> EngineEvent:
    return EngineEvent.from_json({"diagnosticEvent": {"severity": severity, "message": message, "urn": urn}})


def run(*events: EngineEvent, planning: bool = False) -> Progress:
    progress = Progress("sandbox", planning=planning)
    for event in events:
        progress.on_event(event)
    progress.close()
    return progress


def test_each_kind_of_change_is_counted() -> None:
    progress = run(
        step("resourcePreEvent", "create", "a"),
        step("resourcePreEvent", "update", "b"),
        step("resourcePreEvent", "delete", "c"),
        step("resourcePreEvent", "same", "d"),
    )

    assert progress.changes == Changes(create=1, update=1, delete=1, same=1)


def test_a_replacement_counts_once() -> None:
    progress = run(
        step("resourcePreEvent", "delete-replaced", "a"),
        step("resourcePreEvent", "replace", "a"),
        step("resourcePreEvent", "create-replacement", "a"),
    )

    assert progress.changes == Changes(replace=1)


def test_looking_for_drift_is_no_change() -> None:
    progress = run(step("resourcePreEvent", "refresh", "a"), step("resourcePreEvent", "same", "a"))

    assert progress.changes == Changes(same=1)
    assert not progress.changes


def test_components_and_providers_exist_in_the_engine_alone() -> None:
    progress = run(
        step("resourcePreEvent", "create", "network", "kubestage:platform:Network", custom=False),
        step("resourcePreEvent", "create", "cluster", "pulumi:providers:kubernetes"),
        step("resourcePreEvent", "create", "stack", "pulumi:pulumi:Stack"),
    )

    assert progress.changes == Changes()


def test_errors_are_collected_once_without_the_engines_markup_and_empty_words() -> None:
    progress = run(
        said("error", "<{%reset%}>no room\n<{%reset%}>"),
        said("error", "no room"),
        said("error", "update failed"),
        said("error", "1 error occurred:\n\t* the pod crashed"),
    )

    assert progress.errors == ["no room", "the pod crashed"]


@pytest.mark.parametrize(("severity", "shown"), [("info", True), ("debug", False)])
def test_what_a_resource_says_is_shown_beside_its_name(
    severity: str, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(console, "say", lines.append)

    run(said(severity, "Preparing nodes", "urn:pulumi:sandbox::p::kubestage:index:KindCluster::cluster"))

    assert lines == (["  KindCluster cluster: Preparing nodes"] if shown else [])


def test_a_preview_says_would(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    monkeypatch.setattr(console, "say", lines.append)

    run(step("resourcePreEvent", "create", "registry"), planning=True)

    assert lines == ["sandbox: would create Container registry"]


@pytest.mark.parametrize(("event", "mark"), [("resOutputsEvent", "✓"), ("resOpFailedEvent", "✗")])
def test_a_steps_end_is_told(event: str, mark: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(step("resourcePreEvent", "create", "registry"), step(event, "create", "registry"))

    assert f"{mark} sandbox: create Container registry" in capsys.readouterr().err


def test_a_step_that_the_engine_left_open_has_failed(capsys: pytest.CaptureFixture[str]) -> None:
    run(step("resourcePreEvent", "create", "registry"))

    assert "✗ sandbox: create Container registry" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (Changes(same=13), "no change (13 resources as they were)"),
        (Changes(create=1, replace=2, same=3), "1 created, 2 replaced, 3 as they were"),
    ],
)
def test_changes_in_words(changes: Any, text: str) -> None:
    assert str(changes) == text
