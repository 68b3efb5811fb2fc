"""What one `up` leaves: the talk's chain has run, and its names, triggers and commands work."""

from __future__ import annotations

import json
import subprocess

import gitlab
import pytest
import requests

from kubestage.delivery.service import wait_until_served
from kubestage.sandbox.sandbox import Sandbox
from kubestage.settings import ENVIRONMENTS

from .conftest import inv, served


@pytest.mark.timeout(3900)
def test_both_environments_serve_v1_with_their_own_configuration(sandbox: Sandbox):
    for environment in ENVIRONMENTS:
        status = served(sandbox.settings, environment)
        assert status["version"] == "v1.0.0.0"
        assert status["demoValue"] == environment
        assert status["pod"].startswith("uuid-deploy-")


def test_the_service_makes_uuids(sandbox: Sandbox):
    url = sandbox.settings.service_url("test")
    several = requests.get(f"{url}/uuid?count=3", timeout=5)
    assert several.status_code == 200
    assert len(set(several.json()["uuids"])) == 3
    assert requests.get(f"{url}/uuid", timeout=5).status_code == 200


def test_status_shows_every_part_healthy(sandbox: Sandbox):
    run = inv("status", "--json")
    assert run.code == 0, run.text
    facts = run.facts()
    assert facts["healthy"] is True
    assert {part["name"] for part in facts["parts"]} == {
        "gitlab", "gitlab-ssh", "jenkins", "portal", "registry", "registry-pull", "cluster", "test", "prod",
    }  # fmt: skip
    environments = [part for part in facts["parts"] if part["name"] in ENVIRONMENTS]
    assert {(part["declared"], part["running"]) for part in environments} == {("v1.0.0.0", "v1.0.0.0")}


def test_each_version_was_built_exactly_once(sandbox: Sandbox):
    jobs = requests.get(
        f"{sandbox.settings.jenkins_url}/job/uuid.image/api/json",
        params={"tree": "builds[number,result]"},
        auth=("admin", sandbox.secrets.jenkins_admin_token),
        timeout=5,
    ).json()
    assert [(build["number"], build["result"]) for build in jobs["builds"]] == [(2, "SUCCESS"), (1, "SUCCESS")]
    assert sandbox.registry.tags() == ["v1.0.0.0", "v2.0.0.0"]


def test_gitlab_holds_the_talks_projects_and_their_tags(sandbox: Sandbox):
    api = gitlab.Gitlab(sandbox.settings.gitlab_url, private_token=sandbox.secrets.gitlab_root_token)
    service = api.projects.get("saas/uuid-service")
    assert service.default_branch == "master"
    assert {tag.name for tag in service.tags.list(get_all=True)} == {"v1.0.0.0", "v2.0.0.0"}
    assert api.projects.get("demo/knowledge_share").files.get("demo/docker/uuid/uuid.dockerfile", ref="master")


@pytest.mark.parametrize(
    "types", [("application/json", "text/plain"), ("text/plain", "application/json")], ids=["as printed", "swapped"]
)
def test_the_talks_curl_line_deploys(sandbox: Sandbox, types: tuple[str, str]):
    line = [
        "curl", "--silent", "--show-error", "--location", "--request", "POST",
        f"{sandbox.settings.jenkins_url}/generic-webhook-trigger/invoke?token=uuid.runner",
        "--header", f"Content-Type: {types[0]}", "--header", "X-Gitlab-Event: Tag Push Hook",
        "--header", f"X-Gitlab-Token: {sandbox.secrets.gitlab_hook_token}", "--header", f"Content-Type: {types[1]}",
        "--data-raw", '{ "version": "v1.0.0.0", "envName": "prod", "nodePort":30051 }',
    ]  # fmt: skip
    answer = json.loads(subprocess.run(line, capture_output=True, text=True, check=True, timeout=30).stdout)
    job = answer["jobs"]["uuid.runner"]
    assert job["triggered"] is True
    build = sandbox.jenkins.follow("uuid.runner", int(job["id"]), lambda text: None)
    assert build.result == "SUCCESS", build.log
    sandbox.deployments.wait("prod")
    wait_until_served(sandbox.settings.service_url("prod"), "v1.0.0.0")


@pytest.mark.usefixtures("pushes")
def test_cd_deploy_brings_another_version_and_follows_the_log(sandbox: Sandbox):
    run = inv("cd.deploy", "--env", "test", "--version", "v2.0.0.0")
    assert run.code == 0, run.text
    assert "kubectl apply -f" in run.text
    assert served(sandbox.settings, "test")["version"] == "v2.0.0.0"
    assert served(sandbox.settings, "prod")["version"] == "v1.0.0.0"


def test_up_keeps_the_version_that_delivery_brought(sandbox: Sandbox):
    run = inv("up", "--yes")
    assert run.code == 0, run.text
    assert "nothing changed" in run.text
    assert served(sandbox.settings, "test")["version"] == "v2.0.0.0"
    parts = {part["name"]: part for part in inv("status", "--json").facts()["parts"]}
    assert (parts["test"]["declared"], parts["test"]["running"]) == ("v1.0.0.0", "v2.0.0.0")


@pytest.mark.usefixtures("waits_for_pods")
def test_the_talks_kubectl_commands_upgrade_and_roll_back(sandbox: Sandbox, kubectl):
    url = sandbox.settings.service_url("prod")
    namespace = "-n ns-uuid-prod"
    image = f"{sandbox.settings.registry}/apps/uuid:v2.0.0.0"
    kubectl(f"set image deployment/uuid-deploy uuid-server={image} {namespace}")
    kubectl(f"rollout status deployment/uuid-deploy {namespace} --timeout=120s")
    wait_until_served(url, "v2.0.0.0")
    assert image in kubectl(f"get deployment uuid-deploy -o yaml {namespace}")
    assert "REVISION" in kubectl(f"rollout history deployment/uuid-deploy {namespace}")
    kubectl(f"rollout undo deployment/uuid-deploy {namespace}")
    kubectl(f"rollout status deployment/uuid-deploy {namespace} --timeout=120s")
    wait_until_served(url, "v1.0.0.0")
    assert len(kubectl(f"get pods -o name {namespace}").split()) == 3


def test_trace_shows_the_way_of_a_pushed_version_to_the_digest_that_runs(sandbox: Sandbox):
    run = inv("trace", "v2.0.0.0", "--json")
    assert run.code == 0, run.text
    links = {link["name"]: link for link in run.facts()["links"]}
    assert {name for name, link in links.items() if link["mark"] == "holds"} >= {
        "tag", "commit", "delivery", "build", "image", "test",
    }  # fmt: skip
    digest = sandbox.registry.digest("v2.0.0.0")
    assert links["image"]["facts"]["digest"] == digest
    [revision] = [one for one in links["test"]["facts"]["revisions"] if one["current"]]
    assert revision["digests"] == [digest]
    assert links["prod"]["what"].startswith("ran it as revision")


def test_trace_of_the_seeded_version_has_no_delivery_and_is_whole(sandbox: Sandbox):
    run = inv("trace", "v1.0.0.0")
    assert run.code == 0, run.text
    assert "none: it was seeded" in run.stdout
    assert "test does not run v1.0.0.0 at present" in run.stdout


@pytest.mark.parametrize(
    "path", ["/view/demo/job/uuid.image/configure", "/job/uuid.image/1/console", "/job/uuid.runner/"]
)
def test_the_talks_jenkins_pages_answer(sandbox: Sandbox, path: str):
    page = requests.get(
        sandbox.settings.jenkins_url + path, auth=("admin", sandbox.secrets.jenkins_admin_token), timeout=5
    )
    assert page.status_code == 200
    assert "uuid." in page.text


@pytest.mark.parametrize("path", ["/saas/uuid-service/-/settings/integrations", "/saas/uuid-service/-/hooks"])
def test_the_talks_gitlab_pages_exist_and_ask_to_sign_in(sandbox: Sandbox, path: str):
    page = requests.get(sandbox.settings.gitlab_url + path, allow_redirects=False, timeout=5)
    assert page.status_code == 302
    assert "/users/sign_in" in page.headers["Location"]
