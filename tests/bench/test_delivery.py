"""From a change in GitLab to an image, and from a tag to what is served, against the raw commands of the same way."""

from __future__ import annotations

import os
import time

import pytest

from kubestage.delivery.service import wait_until_served
from kubestage.sandbox.sandbox import Sandbox

from ..e2e.repositories import Work, next_build, raised
from .conftest import Board
from .test_bench import RAW_CHECKOUT, ROUNDS, sandbox_files, timed

pytestmark = pytest.mark.timeout(3600)

CONTROLLER = "src/main/java/saas/uuid/StatusController.java"

RAW_IMAGE = """sed -i 's/<version>{version}</<version>{raw_version}</' pom.xml
mvn clean compile -P saas
mvn package -P saas
docker build -f ../deploy/demo/docker/uuid/uuid.dockerfile -t {image} .
docker push {image}
"""


def in_jenkins(sandbox: Sandbox) -> list[str]:
    """docker exec of a shell in Jenkins' container, so that Maven, JVM and disk are the same."""
    docker = str(sandbox.supply.tool("docker"))
    return [
        docker,
        "exec",
        "-i",
        "-u",
        "0",
        "-e",
        "HOME=/var/jenkins_home",
        sandbox.settings.container("jenkins"),
        "sh",
    ]


def engine(sandbox: Sandbox) -> dict[str, str]:
    return {**os.environ, **sandbox.engine.environment}


def test_from_a_tag_to_what_test_serves(sandbox: Sandbox, board: Board, tmp_path):
    """Raw: clone, compile, package, image, push, apply, rollout status, served; the same kinds of change in both."""
    settings, service = sandbox.settings, Work(sandbox)
    url = settings.service_url("test")
    kubectl = str(sandbox.supply.tool("kubectl"))
    cluster = {**os.environ, "KUBECONFIG": str(settings.kubeconfig)}
    ours, raw = [], []
    for number in range(ROUNDS):
        version, raw_version = f"v5.0.{number}.0", f"v5.1.{number}.0"
        commit = service.commit("master", f"Release {version}", {"pom.xml": raised(service.read("pom.xml"), version)})
        started = time.monotonic()
        service.tag(version, commit)
        wait_until_served(url, version, seconds=600)
        ours.append(time.monotonic() - started)
        next_build_ended(sandbox)

        image = f"{settings.registry}/apps/uuid:{raw_version}"
        script = (RAW_CHECKOUT + RAW_IMAGE).format(
            user="caoyong1",
            password=sandbox.secrets.gitlab_user_password,
            version=version,
            raw_version=raw_version,
            image=image,
        )
        manifest = tmp_path / "raw.yaml"
        manifest.write_text(sandbox_files(sandbox)("test", raw_version, 30050))
        started = time.monotonic()
        timed(in_jenkins(sandbox), script=script, env=engine(sandbox))
        timed([kubectl, "apply", "-f", str(manifest)], env=cluster)
        timed([kubectl, "rollout", "status", "deployment/uuid-deploy", "-n", "ns-uuid-test"], env=cluster)
        wait_until_served(url, raw_version)
        raw.append(time.monotonic() - started)
    assert board.measured("from a tag to served in test", "s", ours, 1.25, raw) <= 1.25


def test_a_one_line_change_against_a_clean_build(sandbox: Sandbox, board: Board):
    """Both compile, test, build and push an image of their own; Jenkins tells how long each took."""
    service = Work(sandbox)
    ours, clean = [], []
    for number in range(-1, ROUNDS):  # the first one, which makes the branch, is not counted
        last = sandbox.jenkins.last_number("uuid.image")
        text = service.read(CONTROLLER).rstrip() + f"\n// change {number}, {time.time_ns()}\n"
        service.commit("one-line", f"Change {number}", {CONTROLLER: text})
        changed = next_build(sandbox, last)
        changed.require_success()
        assert "docker push" in changed.log
        queued = sandbox.jenkins.invoke_webhook(
            "uuid.image",
            {"ref": "refs/heads/one-line", "force": "true", "clean": "true"},
            {"X-Gitlab-Event": "Push Hook"},
        )
        whole = sandbox.jenkins.follow("uuid.image", queued["uuid.image"], lambda text: None)
        whole.require_success()
        assert "docker push" in whole.log
        if number >= 0:
            ours.append(changed.seconds)
            clean.append(whole.seconds)
    board.details["Maven's own start, s"] = maven_start(sandbox)
    assert board.measured("one-line change to pushed image, against clean", "s", ours, 0.5, clean) <= 0.5


def maven_start(sandbox: Sandbox) -> float:
    """What one call of Maven costs before it does anything for the project: its JVM, its plugins, the pom."""
    where = "cd /var/jenkins_home/workspace/uuid.image/uid && mvn -q validate -P saas"
    return min(timed(in_jenkins(sandbox), script=where, env=engine(sandbox)) for _ in range(ROUNDS))


def next_build_ended(sandbox: Sandbox) -> None:
    """Lets the tag's build come to its end, so that it does not share the machine with the raw commands."""
    number = sandbox.jenkins.last_number("uuid.image")
    sandbox.jenkins.follow_build("uuid.image", number, lambda text: None).require_success()
