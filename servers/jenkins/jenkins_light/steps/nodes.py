"""``node``, ``ws`` and ``dir``: where steps work."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from jenkins_light.engine import environment, gates, processes
from jenkins_light.engine.calls import StepCall
from jenkins_light.engine.executors import NODE_NAME, label_matches
from jenkins_light.steps.registry import Variables, block_step, symbols

# The conditions of retry.
symbols("agent", "nonresumable", "kubernetesAgent")


@block_step("node", "label")
def node(call: StepCall) -> Iterator[Variables]:
    """Hold an executor and a workspace for the block.

    A label that no node has is waited for until the build is stopped, as in Jenkins.
    """
    executors, workspaces, again = call.controller.executors, call.controller.workspaces, "executor" in call.saved
    with ExitStack() as held:
        if again:
            number = executors.take_back(call.build, int(call.saved["executor"]), call.categories)
        else:
            number = _executor(call, str(call.args.get("label") or ""))
        held.callback(executors.release, number)
        if again:
            folder = workspaces.take_back(Path(call.saved["workspace"]))
        else:
            folder = workspaces.acquire(call.build.job.full_name)
        held.callback(workspaces.release, folder)
        held.callback(processes.sweep, _cookie(call))
        if not again:
            call.save(executor=number, workspace=str(folder))
        call.log(f"Running on Jenkins in {folder}")
        _work_in(call, folder)
        yield _variables(call, folder, number)


def _cookie(call: StepCall) -> str:
    return f"{call.run.cookie}/{call.id}"


def _executor(call: StepCall, label: str) -> int:
    if not label_matches(label):
        call.log("Still waiting to schedule task")
        call.log(f"There are no nodes with the label \u2018{label}\u2019")
        while True:
            call.wait(3600)

    def waiting(why: str) -> None:
        call.log("Still waiting to schedule task")
        call.log(why)

    def hindered() -> str | None:
        found = gates.of_categories(call.controller, call.categories)
        return None if found is None else found.why

    executors = call.controller.executors
    number = executors.acquire(call.build, lambda: call.cancelled, waiting, call.categories, hindered)
    if number is None:
        call.check_cancelled()
        raise AssertionError("an executor is only refused to a cancelled step")
    return number


def _variables(call: StepCall, folder: Path, number: int) -> Variables:
    machine = environment.of_machine()
    return {
        "HOME": str(Path.home()),
        **machine,
        **environment.of_build(call.controller, call.build),
        "WORKSPACE": str(folder),
        "WORKSPACE_TMP": f"{folder}@tmp",
        "NODE_NAME": NODE_NAME,
        "NODE_LABELS": NODE_NAME,
        "EXECUTOR_NUMBER": str(number),
        "STAGE_NAME": call.env.get("STAGE_NAME", ""),
        processes.NODE_COOKIE: _cookie(call),
    }


def _work_in(call: StepCall, folder: Path) -> None:
    if call.block is not None:
        call.block.folder = call.block.workspace = folder


@block_step("dir", "path")
def dir_(call: StepCall) -> Iterator[Variables]:
    """Work in a folder below the working directory; it is made when something is put there."""
    folder = Path(os.path.normpath(call.path(call.text("path"))))
    call.log(f"Running in {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    if call.block is not None:
        call.block.folder = folder
    yield {}


@block_step("ws", "dir")
def ws(call: StepCall) -> Iterator[Variables]:
    """Work in another workspace of this node."""
    name = call.text("dir")
    call.folder  # noqa: B018 raises Jenkins' message outside a node
    workspaces = call.controller.workspaces
    again = bool(call.saved)
    folder = workspaces.take_back(Path(call.saved["workspace"])) if again else workspaces.acquire(name)
    try:
        if not again:
            call.save(workspace=str(folder))
        call.log(f"Running in {folder}")
        _work_in(call, folder)
        yield {"WORKSPACE": str(folder), "WORKSPACE_TMP": f"{folder}@tmp"}
    finally:
        workspaces.release(folder)
