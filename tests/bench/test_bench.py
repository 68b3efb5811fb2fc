"""The aims of docs/performance.md, each against its raw commands in the same run."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from kubestage.delivery.service import wait_until_served
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import CHECKOUT
from kubestage.supply import Supply

from ..e2e.conftest import inv
from .conftest import Board

ROUNDS = int(os.environ.get("KUBESTAGE_ROUNDS", "3"))

pytestmark = pytest.mark.timeout(3600)


def timed(command: list[str], *, script: str = "", env: dict[str, str] | None = None) -> float:
    started = time.monotonic()
    done = subprocess.run(command, input=script, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - started


def inv_seconds(*args: str) -> float:
    run = inv(*args)
    assert run.code == 0, run.text
    return run.seconds


def test_cold_builds_cost_little_more_than_their_commands(sandbox: Sandbox, board: Board):
    """Needs artefacts that were built, not pulled: durations are kept from the run that made them."""
    built = [row for row in sandbox.supply.durations.table() if row.origin == "build"]
    assert built, "nothing has been built on this machine yet"
    board.details["cold builds"] = [
        {"artefact": row.name, "seconds": row.seconds, "command_seconds": row.command_seconds} for row in built
    ]
    ours = sum(row.seconds for row in built)
    raw = sum(row.command_seconds for row in built)
    assert board.measured("cold builds, all artefacts", "s", ours, 1.1, raw) <= 1.1


def test_warm_up_against_a_bare_kind_cluster(sandbox: Sandbox, board: Board, tmp_path: Path):
    settings = sandbox.settings
    kind = str(sandbox.supply.tool("kind"))
    image = sandbox.supply.image("node")
    config = tmp_path / "kind.yaml"
    bare = {"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4"}
    config.write_text(yaml.safe_dump(bare | Supply(settings).node_profile().cluster_config()))
    name = f"{settings.sandbox}-bare"
    env = {"KIND_EXPERIMENTAL_DOCKER_NETWORK": name, "KUBECONFIG": str(tmp_path / "kubeconfig")}
    raw, ours = [], []
    for _ in range(ROUNDS):
        assert inv("down").code == 0
        create = [
            kind,
            "create",
            "cluster",
            "--name",
            name,
            "--image",
            image,
            "--config",
            str(config),
            "--wait",
            "120s",
        ]
        raw.append(timed(create, env={**_environment(), **env}))
        timed([kind, "delete", "cluster", "--name", name], env={**_environment(), **env})
        ours.append(inv_seconds("up", "--yes"))
    figure = board.measured("warm up, whole platform", "s", ours, 4.0, raw)
    assert figure <= 4.0


def test_second_up_and_status(sandbox: Sandbox, board: Board):
    ups = [inv("up", "--yes") for _ in range(ROUNDS)]
    assert all(up.code == 0 and "nothing changed" in up.stderr for up in ups), ups[0].text
    assert board.measured("second up", "s", [up.seconds for up in ups], 10) <= 10
    looks = [inv_seconds("status") for _ in range(ROUNDS)]
    assert board.measured("status", "s", looks, 2) <= 2


RAW_CHECKOUT = """set -e
rm -rf /tmp/raw && mkdir /tmp/raw && cd /tmp/raw
git clone -q http://{user}:{password}@gitlab:8080/demo/knowledge_share.git deploy
git clone -q http://{user}:{password}@gitlab:8080/saas/uuid-service.git uid
cd uid && git checkout -q {version}
"""
RAW_COMMANDS = {
    "talk": """mvn clean compile package -P saas
docker build --no-cache -f ../deploy/demo/docker/uuid/uuid.dockerfile -t {image} .
docker push {image}
""",
    "default": """mvn clean compile -P saas
mvn package -P saas
docker build --no-cache -f ../deploy/demo/docker/uuid/uuid.dockerfile -t {image} .
docker push {image}
""",
}


@pytest.mark.parametrize("pipeline", ["talk", "default"])
def test_ci_build_against_its_raw_commands(sandbox: Sandbox, board: Board, pipeline: str):
    """The raw commands run in the same container, so that Maven, JVM and disk are the same."""
    settings = sandbox.settings
    script = (RAW_CHECKOUT + RAW_COMMANDS[pipeline]).format(
        user="caoyong1",
        password=sandbox.secrets.gitlab_user_password,
        version="v2.0.0.0",
        image=f"{settings.registry}/apps/uuid:raw",
    )
    docker = str(sandbox.supply.tool("docker"))
    exec_ = [docker, "exec", "-i", "-u", "0", "-e", "HOME=/var/jenkins_home", settings.container("jenkins"), "sh"]
    raw, ours = [], []
    for _ in range(ROUNDS):
        raw.append(timed(exec_, script=script, env={**_environment(), **sandbox.engine.environment}))
        ours.append(inv_seconds("ci.build", "--force", "--clean", "--pipeline", pipeline))
    ratio = board.measured(f"CI build, {pipeline}", "s", ours, 1.2, raw)
    assert ratio <= 1.2


def test_deploy_against_raw_kubectl(sandbox: Sandbox, board: Board, tmp_path: Path):
    settings = sandbox.settings
    files = sandbox_files(sandbox)
    env = {**_environment(), "KUBECONFIG": str(settings.kubeconfig)}
    kubectl = str(sandbox.supply.tool("kubectl"))
    url = settings.service_url("test")
    raw, ours = [], []
    for _ in range(ROUNDS):
        manifest = tmp_path / "raw.yaml"
        manifest.write_text(files("test", "v2.0.0.0", 30050))
        started = time.monotonic()
        timed([kubectl, "apply", "-f", str(manifest)], env=env)
        timed([kubectl, "rollout", "status", "deployment/uuid-deploy", "-n", "ns-uuid-test"], env=env)
        wait_until_served(url, "v2.0.0.0")
        raw.append(time.monotonic() - started)
        ours.append(inv_seconds("cd.deploy", "--env", "test", "--version", "v1.0.0.0"))
    assert board.measured("deploy", "s", ours, 1.2, raw) <= 1.2


def sandbox_files(sandbox: Sandbox):
    """Renders the talk's Kubernetes files as its sed lines do."""
    folder = CHECKOUT / "sample-app/knowledge_share/demo/k8s/uid"

    def render(environment: str, version: str, node_port: int) -> str:
        text = "\n---\n".join(
            (folder / name).read_text() for name in ("namespace.yaml", f"cm-{environment}.yaml", "uuid.yaml")
        )
        for mark, value in {
            "${NAMESPACE}": f"ns-uuid-{environment}",
            "${VERSION}": version,
            "${NODEPORT}": str(node_port),
            "localhost:5001": sandbox.settings.registry,
        }.items():
            text = text.replace(mark, value)
        return text

    return render


def test_memory_of_all_idle_parts(sandbox: Sandbox, board: Board):
    """What docker stats counts: each container's memory without its page cache, in MiB."""
    time.sleep(20)  # let builds' and rollouts' processes end
    names = [sandbox.settings.container(part) for part in ("gitlab", "jenkins", "registry", "registry-pull")]
    names.append(f"{sandbox.settings.cluster}-control-plane")
    used = {}
    for name in names:
        memory = sandbox.engine.client.containers.get(name).stats(stream=False)["memory_stats"]
        cache = memory["stats"].get("total_inactive_file", memory["stats"].get("inactive_file", 0))
        used[name] = (memory["usage"] - cache) / 2**20
    board.details["memory, MiB"] = used
    assert board.measured("memory, all idle parts", "MiB", sum(used.values()), 2560) <= 2560


def _environment() -> dict[str, str]:
    return dict(os.environ)
