"""What an upgrade tells when it fails; that it works is in tests/e2e."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from kubestage.delivery.rollout import Rollout
from kubestage.errors import PartError
from kubestage.sandbox import delivering
from tests.ports import free_port

IMAGE = "localhost:5001/apps/uuid:v1.0.0.0"


class Cluster:
    """One Deployment, whose rollouts fail."""

    def node_port(self, environment: str) -> int:
        return 30050

    def require(self, environment: str) -> Rollout:
        return Rollout(IMAGE, 1, 3, 3, 3, 3, observed=True)

    def wait(self, environment: str, *, seconds: float) -> Rollout:
        raise PartError("Deployment cannot become ready", why="CrashLoopBackOff")


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    made = SimpleNamespace(
        registry=SimpleNamespace(address="localhost:5001", require=lambda version: None),
        settings=SimpleNamespace(host_port=lambda node_port: port, reports=tmp_path),
        deployments=Cluster(),
        kubectl=SimpleNamespace(run=lambda arguments: None),
    )
    monkeypatch.setattr(delivering.Sandbox, "existing", lambda: made)


@pytest.mark.usefixtures("sandbox")
def test_a_failed_upgrade_is_told_as_json_as_well_with_what_its_probe_saw(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(PartError, match="the upgrade failed"):
        delivering.upgrade("test", "v2.0.0.0", auto_rollback=False, timeout=9, show=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["environment"], told["failed"]) == ("test", True)
    assert told["probe"]["failures"] == told["probe"]["requests"] > 0
    assert [Path(file).suffix for file in told["files"]] == [".json", ".svg"]
