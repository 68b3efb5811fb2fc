"""Nothing of the chain needs what is beyond this machine: the sandbox of these tests has no way out.

The tests before these have built, tested, deployed, upgraded and rolled back in it. The benches' sandbox
has a way out, as users have it.
"""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from kubestage.sandbox.sandbox import Sandbox

# Prints each address (host/port) that takes a connection; all are tried at once.
TRIES = """
for address in $ADDRESSES; do
  (timeout 2 bash -c "</dev/tcp/$address" 2>/dev/null && echo "$address") &
done
wait
"""
IN_PODS = f"""
tries() {{ {TRIES} }}
export -f tries
for pod in /var/run/netns/*; do nsenter --net="$pod" bash -c tries & done
wait
"""
NO_ROUTE = "RUN test $(wc -l < /proc/net/route) -eq 1\n"

pytestmark = pytest.mark.usefixtures("builds_nothing")


@pytest.fixture(scope="module")
def outside() -> str:
    """Two public resolvers, and what this machine goes through: its resolvers and proxies, if they are elsewhere."""
    here = {address.address for several in psutil.net_if_addrs().values() for address in several}
    lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    servers = [line.split()[1] for line in lines if line.startswith("nameserver")]
    proxies = [urlsplit(value) for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy")]
    addresses = ["1.1.1.1/443", "9.9.9.9/53"]
    addresses += [f"{server}/53" for server in servers if ":" not in server]
    addresses += [f"{address_of(proxy.hostname)}/{proxy.port}" for proxy in proxies if proxy.hostname and proxy.port]
    return " ".join(one for one in addresses if one.partition("/")[0] not in here and not one.startswith("127."))


def address_of(host: str) -> str:
    try:
        return socket.gethostbyname(host)
    except OSError:
        return host


def reached(sandbox: Sandbox, part: str, addresses: str, script: str = TRIES) -> set[str]:
    container = sandbox.engine.client.containers.get(sandbox.settings.container(part))
    ended = container.exec_run(["bash", "-c", script], environment={"ADDRESSES": addresses}, user="root")
    assert ended.exit_code == 0, ended.output
    return set(bytes(ended.output).decode().split())


def test_the_network_gives_nobody_an_address_that_is_answered_from_outside(sandbox: Sandbox):
    network = sandbox.engine.client.networks.get(sandbox.settings.network)
    assert network.attrs["Options"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"


@pytest.mark.parametrize("part", ["gitlab", "jenkins", "control-plane"])
def test_servers_and_node_reach_each_other_and_nothing_outside(sandbox: Sandbox, outside: str, part: str):
    inside = "gitlab/8080 jenkins/8080 registry/5000"
    assert reached(sandbox, part, f"{inside} {outside}") == set(inside.split())


def test_pods_reach_the_cluster_and_nothing_outside(sandbox: Sandbox, outside: str):
    kubernetes = sandbox.deployments.api.get("/api/v1/namespaces/default/services/kubernetes") or {}
    inside = f"{kubernetes['spec']['clusterIP']}/443"
    assert reached(sandbox, "control-plane", f"{inside} {outside}", IN_PODS) == {inside}


def test_image_builds_have_no_network_at_all(sandbox: Sandbox):
    """Their containers are not on the sandbox's network: the pipeline asks the engine to give them none."""
    builds = sandbox.jenkins.builds("uuid.image", "number")
    said = "\n".join(sandbox.jenkins.console("uuid.image", int(build["number"])) for build in builds)
    commands = [line for line in said.splitlines() if line.startswith("+ docker build")]
    assert commands
    assert all(line.startswith("+ docker build --network none ") for line in commands)
    assert build(sandbox, "--network", "none") == 0
    assert build(sandbox) != 0


def build(sandbox: Sandbox, *options: str) -> int:
    """Builds an image whose only step fails where there is a route."""
    command = [str(sandbox.supply.tool("docker")), "build", "--quiet", "--no-cache", "--force-rm", *options, "-"]
    done = subprocess.run(
        command,
        input=f"FROM {sandbox.supply.image('jenkins')}\n{NO_ROUTE}",
        capture_output=True,
        text=True,
        env={**os.environ, **sandbox.engine.environment},
        timeout=60,
        check=False,
    )
    if done.returncode == 0:
        sandbox.engine.client.images.remove(done.stdout.strip())
    return done.returncode


def test_the_talks_pipeline_has_no_step_that_could_reach_out():
    """Its `docker build` stands as printed; a Dockerfile without RUN starts no process."""
    dockerfile = Path(__file__).parents[2] / "sample-app/knowledge_share/demo/docker/uuid/uuid.dockerfile"
    assert [line for line in dockerfile.read_text(encoding="utf-8").splitlines() if line.startswith("RUN")] == []
