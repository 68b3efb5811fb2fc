"""`./inv diagnose` packs what helps to find a fault, and no secret."""

from __future__ import annotations

import base64
import tarfile
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from kubestage.sandbox.sandbox import Sandbox

from .conftest import inv

pytestmark = pytest.mark.usefixtures("builds_nothing")


@pytest.fixture(scope="module")
def secrets(sandbox: Sandbox) -> list[str]:
    """Every generated secret, the administrator's key, and the token with which Jenkins deploys."""
    jenkins = sandbox.engine.client.containers.get(sandbox.settings.container("jenkins"))
    deployer = yaml.safe_load(jenkins.exec_run(["cat", "/var/jenkins_home/.kube/config"]).output)
    administrator = yaml.safe_load(sandbox.settings.kubeconfig.read_text(encoding="utf-8"))
    key = administrator["users"][0]["user"]["client-key-data"]
    return [
        *map(str, sandbox.secrets.model_dump().values()),
        key,
        base64.b64decode(key).decode(),
        deployer["users"][0]["user"]["token"],
    ]


def forms(secret: str) -> list[bytes]:
    raw = secret.encode()
    basic = [base64.b64encode(f"{user}:{secret}".encode()) for user in ("root", "admin", "pusher", "puller")]
    return [raw, base64.b64encode(raw), quote(secret, safe="").encode(), *basic]


def test_the_archive_has_every_part_and_no_secret(sandbox: Sandbox, secrets: list[str], tmp_path: Path):
    every = [form for secret in secrets for form in forms(secret)]
    planted = sandbox.settings.logs / "planted.log"
    planted.write_bytes(b"\n".join(every))
    run = inv("diagnose", "--output", str(tmp_path))
    planted.unlink()
    assert run.code == 0, run.text
    with tarfile.open(run.stdout.strip()) as packed:
        contents = {
            member.name.partition("/")[2]: file.read()
            for member in packed.getmembers()
            if (file := packed.extractfile(member))
        }
    name = sandbox.settings.sandbox
    assert contents.keys() >= {
        "about.json", "engine.json", "preflight.json", "status.json", "artefacts.json", "logs/timeline.json",
        *(f"docker/{name}-{part}.{kind}" for kind in ("log", "inspect.json")
          for part in ("gitlab", "jenkins", "registry", "registry-pull", "control-plane")),
        "kubernetes/nodes.txt", "kubernetes/events.txt", "kubernetes/node-kubelet.log",
        "kubernetes/test/describe.txt", "kubernetes/test/pods.log", "kubernetes/prod/pods.log",
        "jenkins/uuid.image/consoles.log", "jenkins/uuid.runner/consoles.log", "gitlab/deliveries.json",
    }  # fmt: skip
    assert b"Finished: SUCCESS" in contents["jenkins/uuid.image/consoles.log"]
    assert b"uuid-deploy" in contents["kubernetes/test/describe.txt"]
    everything = b"\n".join(contents.values())
    assert [form[:6] for form in every if form in everything] == []


def test_it_is_made_where_the_engine_does_not_answer(sandbox: Sandbox, tmp_path: Path):
    run = inv("diagnose", "--output", str(tmp_path), env={"DOCKER_HOST": "tcp://127.0.0.1:9"})
    assert run.code == 0, run.text
    with tarfile.open(run.stdout.strip()) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert names >= {"about.json", "engine.json.not-gathered.txt", "jenkins/uuid.image/consoles.log"}
