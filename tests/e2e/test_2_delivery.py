"""Delivery as its users have it: what a push, a task or a talk's command does, seen from outside.

The tests build on each other in this order, as a day's work does; each leaves test and prod serving something.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import CHECKOUT
from kubestage.waits import wait_for

from .conftest import Beside, Run, inv, served
from .pushes import Pushes
from .repositories import KNOWLEDGE, Work, next_build, raised


@pytest.fixture(scope="module")
def service(sandbox: Sandbox) -> Work:
    return Work(sandbox)


@pytest.fixture(scope="module", autouse=True)
def one_replica(sandbox: Sandbox) -> None:
    """The chain was seen with the talk's three replicas; what follows shows as much with one."""
    knowledge, path = Work(sandbox, KNOWLEDGE), "demo/k8s/uid/uuid.yaml"
    text = knowledge.read(path).replace("replicas: 3", "replicas: 1")
    assert "replicas: 1" in text
    knowledge.commit("master", "One replica", {path: text})


@pytest.fixture(scope="module")
def broken_upgrade(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """prod's upgrade to a version that cannot start, in a second terminal, while CI works for test."""
    _push_broken_image(sandbox, "v9.0.0.0")
    log = tmp_path_factory.mktemp("upgrade") / "log"
    words = ("upgrade", "--env", "prod", "--version", "v9.0.0.0", "--auto-rollback")
    run = Beside(log, str(CHECKOUT / "inv"), *words)
    yield run
    run.interrupt()


def test_a_push_to_master_is_tested_and_overwrites_no_version(sandbox: Sandbox, pushes: Pushes):
    build = pushes.build("master")
    assert build.result == "SUCCESS", build.log
    assert "v2.0.0.0 is in the registry already and is not overwritten" in build.log
    assert "Tests run:" in build.log
    assert sandbox.registry.require("v2.0.0.0") == pushes.released
    refused = inv("ci.build")
    assert refused.code == 2
    assert "is in the registry already" in refused.text


def test_a_branch_gets_an_image_of_its_own_name(sandbox: Sandbox, service: Work, pushes: Pushes):
    build = pushes.build("feature/greeting")
    assert build.result == "SUCCESS", build.log
    told = pushes.statuses("feature/greeting")
    assert [(one.name, one.status, one.author["username"]) for one in told] == [("uuid.image", "success", "caoyong1")]
    assert told[0].target_url == f"{sandbox.settings.jenkins_url}/job/uuid.image/{build.number}/"
    about = {"source_branch": "feature/greeting", "target_branch": "master", "title": "A greeting"}
    request = service.project.mergerequests.create(about)
    assert service.project.mergerequests.get(request.iid).head_pipeline["status"] == "success"
    assert f"v2.0.0.0-feature-greeting-{pushes.commits['feature/greeting'][:8]}" in sandbox.registry.tags()
    report = _jenkins(sandbox, f"/job/uuid.image/{build.number}/testReport/api/json")
    assert report["passCount"] > 0
    assert report["failCount"] == 0


@pytest.mark.parametrize(
    ("branch", "stage", "words"),
    [("broken-code", "Compile", "illegal start of expression"), ("broken-test", "Unit tests", "twoIsThree")],
    ids=["compile error", "failing test"],
)
def test_what_fails_stops_at_its_stage(sandbox: Sandbox, pushes: Pushes, branch: str, stage: str, words: str):
    build = pushes.build(branch)
    assert build.result == "FAILURE", build.log
    assert [one.status for one in pushes.statuses(branch)] == ["failed"]
    stages = _jenkins(sandbox, f"/job/uuid.image/{build.number}/wfapi/describe")["stages"]
    states = {one["name"]: one["status"] for one in stages}
    assert states[stage] == "FAILED"
    assert words in build.log
    assert "docker build" not in build.log


def test_of_four_pushes_one_made_an_image(sandbox: Sandbox, pushes: Pushes):
    for branch in pushes.commits:
        pushes.build(branch)
    feature = f"v2.0.0.0-feature-greeting-{pushes.commits['feature/greeting'][:8]}"
    assert sandbox.registry.tags() == ["v1.0.0.0", "v2.0.0.0", feature]


@pytest.mark.usefixtures("pushes")
def test_a_failed_build_is_told_with_its_stage_and_last_lines(sandbox: Sandbox):
    before = sandbox.registry.tags()
    run = inv("ci.build", "--ref", "broken-code")
    assert run.code == 4
    assert "in stage 'Compile'" in run.text
    assert "illegal start of expression" in run.text
    assert sandbox.registry.tags() == before


def test_the_talks_pipeline_is_there_to_be_chosen(sandbox: Sandbox):
    run = inv("ci.build", "--pipeline", "talk", "--force")
    assert run.code == 0, run.text
    assert "Code check out has been packaged docker image" in run.text
    assert "docker build --no-cache" in run.text


def test_a_push_that_the_registry_refuses_fails_and_says_so(sandbox: Sandbox):
    """With an account that may only pull, which Jenkins gets for this once."""
    digest = sandbox.registry.require("v2.0.0.0")
    jenkins = sandbox.engine.client.containers.get(sandbox.settings.container("jenkins"))
    config = "/var/jenkins_home/.docker/config.json"
    assert jenkins.exec_run(["mv", config, f"{config}.kept"]).exit_code == 0
    try:
        run = inv("ci.build", "--force")
    finally:
        assert jenkins.exec_run(["mv", f"{config}.kept", config]).exit_code == 0
    assert run.code == 4
    assert "in stage 'Image'" in run.text or "in stage 'Push'" in run.text
    assert "no basic auth credentials" in run.text
    assert sandbox.registry.require("v2.0.0.0") == digest


@pytest.mark.usefixtures("broken_upgrade")
def test_a_tags_push_reaches_test_by_itself(sandbox: Sandbox, service: Work):
    last = sandbox.jenkins.last_number("uuid.image")
    commit = service.commit("master", "Release v3.0.0.0", {"pom.xml": raised(service.read("pom.xml"), "v3.0.0.0")})
    service.tag("v3.0.0.0", commit)
    build = next_build(sandbox, last)
    assert build.result == "SUCCESS", build.log
    assert served(sandbox.settings, "test")["version"] == "v3.0.0.0"
    assert sandbox.deployments.require("prod").version != "v3.0.0.0"


def test_a_version_that_cannot_start_is_rolled_back(sandbox: Sandbox, broken_upgrade: Beside):
    run = broken_upgrade.end(timeout=180)
    assert run.code == 4
    assert "was rolled back; v1.0.0.0 is served" in run.text
    assert "CrashLoopBackOff" in run.text
    assert "the last lines of pod" in run.text
    assert served(sandbox.settings, "prod")["version"] == "v1.0.0.0"


def test_promotion_brings_prod_the_digest_that_test_ran(sandbox: Sandbox):
    run = inv("promote")
    assert run.code == 0, run.text
    assert served(sandbox.settings, "prod")["version"] == "v3.0.0.0"
    deployments = sandbox.deployments
    assert deployments.running_digests("prod") == deployments.running_digests("test")
    assert deployments.running_digests("prod") == {sandbox.registry.require("v3.0.0.0")}
    again = inv("promote")
    assert again.code == 0, again.text
    assert "no change" in again.text


def test_trace_shows_that_test_and_prod_run_the_digest_that_the_tags_build_pushed(sandbox: Sandbox):
    run = inv("trace", "v3.0.0.0", "--json")
    assert run.code == 0, run.text
    facts = run.facts()
    links = {link["name"]: link for link in facts["links"]}
    holding = {name for name, link in links.items() if link["mark"] == "holds"}
    assert holding >= {"tag", "commit", "delivery", "build", "image", "test", "prod"}
    assert facts["same_digest"] is True
    image = links["image"]["facts"]
    assert (image["commit"], image["version"]) == (links["commit"]["facts"]["sha"], "v3.0.0.0")
    assert facts["verdict"] == f"test and prod run the same digest: {image['digest']}"


def test_another_demo_value_is_served_after_the_next_deployment(sandbox: Sandbox):
    knowledge = Work(sandbox, KNOWLEDGE)
    path = "demo/k8s/uid/cm-test.yaml"
    text = knowledge.read(path).replace("demo.value: test", "demo.value: changed")
    assert "changed" in text
    knowledge.commit("master", "Another demo.value", {path: text})
    run = inv("cd.deploy", "--env", "test", "--version", "v3.0.0.0", "--direct")
    assert run.code == 0, run.text
    assert "the pods start anew" in run.text
    assert served(sandbox.settings, "test")["demoValue"] == "changed"


def test_scaling_holds_and_up_takes_nothing_back(sandbox: Sandbox, kubectl: Any):
    kubectl("scale deployment/uuid-deploy --replicas=2 -n ns-uuid-prod")
    wait_for("there are two pods", lambda: _pods(kubectl, "prod") == 2, seconds=60)
    image = kubectl("get deployment uuid-deploy -n ns-uuid-prod -o jsonpath={..image}")
    run = inv("up", "--yes")
    assert run.code == 0, run.text
    assert kubectl("get deployment uuid-deploy -n ns-uuid-prod -o jsonpath={..image}") == image
    assert served(sandbox.settings, "prod")["version"] == "v3.0.0.0"
    assert _pods(kubectl, "prod") == 2


@pytest.mark.usefixtures("builds_nothing")
def test_an_upgrade_is_watched_and_its_gap_is_told(sandbox: Sandbox):
    run = inv("upgrade", "--env", "test", "--version", "v2.0.0.0", "--json")
    assert run.code == 0, run.text
    facts = run.facts()
    assert facts["served"]["version"] == "v2.0.0.0"
    probe = facts["probe"]
    assert probe["requests"] > 50
    assert probe["failures"] > 0, "Recreate ends all old pods first"
    assert probe["longest_silence"]["seconds"] > 0.5
    versions = {version for segment in probe["versions"] for version in segment["versions"]}
    assert {"v3.0.0.0", "v2.0.0.0"} <= versions
    for file in facts["files"]:
        assert Path(file).stat().st_size > 1000
    assert served(sandbox.settings, "test")["version"] == "v2.0.0.0"


def test_the_history_lists_what_a_rollback_can_go_to(sandbox: Sandbox):
    history = inv("history", "--env", "test", "--json").facts()
    (current,) = [one for one in history if one["current"]]
    assert current["version"] == "v2.0.0.0"
    assert {"v1.0.0.0", "v3.0.0.0"} <= {one["version"] for one in history}


def test_a_rollback_goes_back_one_revision_or_to_a_chosen_one(sandbox: Sandbox):
    run = inv("rollback", "--env", "test")
    assert run.code == 0, run.text
    assert "strategy is Recreate" in run.text
    assert served(sandbox.settings, "test")["version"] == "v3.0.0.0"
    history = inv("history", "--env", "test", "--json").facts()
    first = next(one["number"] for one in history if one["version"] == "v1.0.0.0")
    run = inv("rollback", "--env", "test", "--to-revision", str(first))
    assert run.code == 0, run.text
    assert served(sandbox.settings, "test")["version"] == "v1.0.0.0"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["upgrade", "--env", "staging", "--version", "v1.0.0.0"], "There is no environment 'staging'"),
        (["upgrade", "--env", "test", "--version", "v8.0.0.0"], "apps/uuid:v8.0.0.0 is not in the registry"),
        (["rollback", "--env", "test", "--to-revision", "99"], "test has no revision 99"),
        (["cd.deploy", "--env", "test", "--version", "v1.0.0.0", "--node-port", "30080"], "would not be reachable"),
        (["ci.build", "--ref", "nowhere"], "no branch or tag 'nowhere'"),
        (["ci.build", "--pipeline", "mine"], "There is no pipeline 'mine'"),
    ],
)
def test_what_cannot_be_is_refused_early(sandbox: Sandbox, line: list[str], words: str):
    run: Run = inv(*line)
    assert run.code == 2
    assert words in run.text
    assert "Traceback" not in run.text
    assert run.seconds < 5


def test_the_commands_are_shown_as_the_talk_has_them(sandbox: Sandbox):
    shown = inv("rollback", "--env", "prod", "--to-revision", "1", "--show")
    assert shown.stdout.splitlines()[0] == (
        "kubectl rollout undo deployment/uuid-deploy --to-revision=1 -n ns-uuid-prod"
    )


def _push_broken_image(sandbox: Sandbox, version: str) -> None:
    """The base image under a version's name: there is no app.jar in it."""
    client, registry = sandbox.engine.client, sandbox.registry
    repository = f"{registry.address}/apps/uuid"
    base = client.images.get(sandbox.supply.image("java"))
    container = client.containers.create(base, ["java", "-jar", "app.jar"])
    try:
        container.commit(repository, version, changes=['ENTRYPOINT ["java","-jar","app.jar"]'])
    finally:
        container.remove()
    account = {"username": registry.user, "password": registry.password}
    events = client.images.push(repository, version, auth_config=account, stream=True, decode=True)
    assert not [event["error"] for event in events if "error" in event]


def _pods(kubectl: Any, environment: str) -> int:
    return len(kubectl(f"get pods -o name -n ns-uuid-{environment}").split())


def _jenkins(sandbox: Sandbox, path: str) -> Any:
    answer = requests.get(
        sandbox.settings.jenkins_url + path, auth=("admin", sandbox.secrets.jenkins_admin_token), timeout=10
    )
    assert answer.ok, answer.text
    return json.loads(answer.text)
