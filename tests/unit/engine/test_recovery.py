"""What a killed run leaves in the engine's state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from pulumi.automation import Deployment

from kubestage.engine import recovery
from kubestage.engine.workspace import Places
from kubestage.settings import Settings


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(Settings(sandbox="eng", home=tmp_path, cache=tmp_path / "cache"))


def lock(places: Places, pid: object) -> Path:
    folder = places.locks("platform", "sandbox")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{pid}.json"
    file.write_text(json.dumps({"pid": pid}))
    file.with_name(file.name + ".attrs").write_text("{}")
    return file


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_dead_holders_lock_is_removed(places: Places) -> None:
    file = lock(places, dead_pid())

    recovery.clear_stale_locks(places, "platform", "sandbox")

    assert list(file.parent.iterdir()) == []


def test_a_number_that_another_program_got_is_no_holder(places: Places) -> None:
    file = lock(places, os.getpid())

    recovery.clear_stale_locks(places, "platform", "sandbox")

    assert not file.exists()


def test_a_living_pulumi_keeps_its_lock(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    file = lock(places, os.getpid())
    monkeypatch.setattr(psutil.Process, "name", lambda _: "pulumi")

    recovery.clear_stale_locks(places, "platform", "sandbox")

    assert file.exists()


@pytest.mark.parametrize("text", ["", "{}", '{"pid": "x"}'])
def test_a_half_written_lock_is_nobodys(places: Places, text: str) -> None:
    file = lock(places, 1)
    file.write_text(text)

    recovery.clear_stale_locks(places, "platform", "sandbox")

    assert not file.exists()


class Stack:
    """A stack that notes what is imported into it."""

    name = "sandbox"

    def __init__(self) -> None:
        self.imported: list[Any] = []

    def export_stack(self) -> Deployment:
        return Deployment(version=3, deployment={"resources": [1], "pending_operations": [2]})

    def import_stack(self, state: Deployment) -> None:
        self.imported.append(state.deployment)


def write_state(places: Places, latest: dict[str, Any]) -> None:
    file = places.state("platform", "sandbox")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"checkpoint": {"latest": latest}}))


def test_pending_operations_are_forgotten_and_resources_kept(places: Places) -> None:
    write_state(places, {"pending_operations": [{"type": "creating"}]})
    stack: Any = Stack()

    recovery.resolve_pending(places, "platform", stack)

    assert stack.imported == [{"resources": [1], "pending_operations": []}]


@pytest.mark.parametrize("latest", [{}, {"pending_operations": []}, {"pending_operations": None}])
def test_a_clean_state_costs_nothing(places: Places, latest: dict[str, Any]) -> None:
    write_state(places, latest)
    stack: Any = Stack()

    recovery.resolve_pending(places, "platform", stack)

    assert stack.imported == []


def test_orphans_of_other_sandboxes_and_our_own_children_are_left_alone(places: Places, tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to(Path("/bin/sleep").resolve())
    ours = {"PULUMI_BACKEND_URL": f"file://{places.root}"}
    child = subprocess.Popen([str(program), "60"], env={**os.environ, **ours})
    orphan = _orphan(program, ours)
    stranger = _orphan(program, {"PULUMI_BACKEND_URL": "file:///elsewhere"})
    try:
        recovery.end_orphans(places)

        assert child.poll() is None
        assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE
        assert psutil.Process(stranger).status() != psutil.STATUS_ZOMBIE
    finally:
        child.kill()
        child.wait()
        psutil.Process(stranger).kill()


def _orphan(program: Path, env: dict[str, str]) -> int:
    """Starts a program whose parent ends at once."""
    code = f"import subprocess; print(subprocess.Popen([{str(program)!r}, '60'], stdout=subprocess.DEVNULL).pid)"
    started = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **env}, stdout=subprocess.PIPE, check=True
    )
    return int(started.stdout)
