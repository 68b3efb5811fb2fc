"""What a killed run leaves behind in the engine's state, and how the next run gets over it.

Called under the sandbox's lock: whoever wrote these things is not at work any more, or is an orphan.
"""

from __future__ import annotations

import json
from pathlib import Path

import psutil
from pulumi import automation as auto

from kubestage.console import console
from kubestage.engine.workspace import Places

_ORPHAN_SECONDS = 5.0


def end_orphans(places: Places) -> None:
    """Ends Pulumi programs that work on this sandbox although their parent was killed.

    Without their parent they have neither program nor plugins, so nothing they could still do would succeed.
    """
    backend = f"file://{places.root}"
    for process in psutil.process_iter(["name", "environ", "ppid"]):
        if process.info["name"] != "pulumi" or (process.info["environ"] or {}).get("PULUMI_BACKEND_URL") != backend:
            continue
        if process.info["ppid"] == psutil.Process().pid:
            continue  # a stack that runs beside this one
        process.terminate()
        _, alive = psutil.wait_procs([process], timeout=_ORPHAN_SECONDS)
        for one in alive:
            one.kill()
            one.wait(_ORPHAN_SECONDS)


def clear_stale_locks(places: Places, program: str, stack: str) -> None:
    """Removes the backend's locks whose holders are dead (`pulumi cancel` does the same in a second)."""
    files = list(places.locks(program, stack).glob("*.json"))
    if not files or any(_alive(file) for file in files):
        return
    console.say(f"{stack}: the last run was cut short; going on from there")
    for file in files:
        file.unlink(missing_ok=True)
        file.with_name(file.name + ".attrs").unlink(missing_ok=True)


def _alive(lock: Path) -> bool:
    """Whether the Pulumi program that wrote the lock still runs; another program may have got its number."""
    try:
        process = psutil.Process(int(json.loads(lock.read_text(encoding="utf-8"))["pid"]))
        return process.name() == "pulumi" and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, KeyError, TypeError, psutil.NoSuchProcess):
        return False


def resolve_pending(places: Places, program: str, stack: auto.Stack) -> None:
    """Forgets operations that were under way when a run was killed.

    The engine would warn of them for ever. Our plugins take over, or remove, what such an operation left, by its label.
    """
    file = places.state(program, stack.name)
    try:
        checkpoint = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]
        pending = (checkpoint.get("latest") or {}).get("pending_operations")
    except (OSError, ValueError, KeyError):
        return
    if not pending:
        return
    state = stack.export_stack()
    deployment = {**(state.deployment or {}), "pending_operations": []}
    stack.import_stack(auto.Deployment(version=state.version, deployment=deployment))
