"""Upgrade and rollback: no request is lost in rolling ones, and the tasks cost little more than raw kubectl."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubestage.delivery.probe import Probe
from kubestage.quality import REPORTS
from kubestage.run import run_command
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import CHECKOUT

from ..e2e.conftest import inv
from .conftest import Board

UPGRADES = 20
ROUNDS = 3
# The old pods of the last upgrade still answer and end after its rollout is complete: see preStop in uuid.yaml.
LEAVING_SECONDS = 10.0
REST_SECONDS = 5.0

pytestmark = pytest.mark.timeout(3600)

Kubectl = Callable[..., str]


@pytest.fixture
def kubectl(sandbox: Sandbox) -> Kubectl:
    """kubectl in the environment test."""

    def call(*words: str) -> str:
        command = [sandbox.supply.tool("kubectl"), "-n", "ns-uuid-test", *words]
        return run_command(command, env={"KUBECONFIG": str(sandbox.settings.kubeconfig)}).stdout

    return call


@pytest.fixture
def rolling(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The sandbox with RollingUpdate in test, as its users set it; afterwards as uuid.yaml says again."""
    stacks = shutil.copytree(CHECKOUT / "stacks", tmp_path / "stacks")
    with (stacks / "Pulumi.test.yaml").open("a") as file:
        file.write("  kubestage-service:strategy: RollingUpdate\n")
    monkeypatch.setenv("KUBESTAGE_STACKS", str(stacks))
    _succeed("up", "--yes")
    _succeed("cd.deploy", "--env", "test", "--version", "v1.0.0.0")
    sandbox.deployments.wait_left("test")  # else the version of an earlier bench is among what is served
    yield sandbox
    monkeypatch.delenv("KUBESTAGE_STACKS")
    _succeed("up", "--yes")


def test_twenty_rolling_upgrades_and_rollbacks_in_a_row_lose_no_request(
    rolling: Sandbox, kubectl: Kubectl, board: Board
):
    """One probe asks throughout, also while the pods of the last version leave."""
    url = rolling.settings.service_url("test")
    with Probe(url) as probe:
        for number in range(UPGRADES):
            if number % 2:
                kubectl("rollout", "undo", "deployment/uuid-deploy")
            else:
                kubectl("set", "image", "deployment/uuid-deploy", f"uuid-server={_image(rolling, 'v2.0.0.0')}")
            kubectl("rollout", "status", "deployment/uuid-deploy", "--timeout=300s")
        time.sleep(LEAVING_SECONDS)
    report = probe.report()
    report.write(REPORTS, "rolling-upgrades")
    board.details["rolling upgrades"] = report.summary()
    board.measured(f"failed requests in {UPGRADES} rolling upgrades", "", report.failures, 0)
    assert report.kept_pace, report.table()
    assert report.failures == 0, report.table()
    changes = [segment.versions for segment in report.segments if len(segment.versions) == 1]
    assert len(changes) == UPGRADES + 1, report.table()


def test_upgrade_and_rollback_against_raw_kubectl(sandbox: Sandbox, kubectl: Kubectl, board: Board):
    """Each ends with the version served from outside; raw kubectl ends with the rollout's status."""
    image = f"uuid-server={_image(sandbox, 'v2.0.0.0')}"
    ways: dict[str, dict[str, Callable[[], float]]] = {
        "raw": {
            "upgrade": lambda: _rolled_out(kubectl, "set", "image", "deployment/uuid-deploy", image),
            "rollback": lambda: _rolled_out(kubectl, "rollout", "undo", "deployment/uuid-deploy"),
        },
        "ours": {
            "upgrade": lambda: _succeed("upgrade", "--env", "test", "--version", "v2.0.0.0"),
            "rollback": lambda: _succeed("rollback", "--env", "test"),
        },
    }
    _succeed("cd.deploy", "--env", "test", "--version", "v1.0.0.0")
    took: dict[str, dict[str, list[float]]] = {way: {task: [] for task in tasks} for way, tasks in ways.items()}
    for number in range(ROUNDS):
        for way in ("raw", "ours") if number % 2 else ("ours", "raw"):
            for task, act in ways[way].items():
                sandbox.deployments.wait_left("test")
                time.sleep(REST_SECONDS)  # else each pays for what the one before has left to do
                took[way][task].append(act())
    ours, raw = took["ours"], took["raw"]
    ratios = {
        task: board.measured(task, "s", statistics.median(ours[task]), 1.15, statistics.median(raw[task]))
        for task in ours
    }
    assert all(ratio <= 1.15 for ratio in ratios.values()), ratios


def _rolled_out(kubectl: Kubectl, *words: str) -> float:
    started = time.monotonic()
    kubectl(*words)
    kubectl("rollout", "status", "deployment/uuid-deploy", "--timeout=300s")
    return time.monotonic() - started


def _succeed(*words: str) -> float:
    run = inv(*words)
    assert run.code == 0, run.text
    return run.seconds


def _image(sandbox: Sandbox, version: str) -> str:
    return f"{sandbox.settings.registry}/apps/uuid:{version}"
