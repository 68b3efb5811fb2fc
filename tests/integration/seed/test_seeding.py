"""Seeding against real (light) servers; the tests build on one another, as an `up`, a second `up` and a release do."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import jenkins
import pytest
import requests
from gitlab import Gitlab
from gitlab.v4.objects import Project, ProjectHook

import kubestage.seed.gitlab
from kubestage.errors import InputError, PartError
from kubestage.secrets import Secrets
from kubestage.seed import SeedReport, declared_release, push_release, seed_gitlab, seed_jenkins
from kubestage.seed.git import WorkTree
from kubestage.seed.gitlab import git_account, gitlab_client
from kubestage.seed.jenkins import CREDENTIALS_ID, SSH_CREDENTIALS_ID
from kubestage.seed.projects import SERVICE
from kubestage.seed.strategy import MANIFEST, seed_strategy, without_strategy
from kubestage.settings import Settings
from kubestage.ssh import host_fingerprint
from kubestage.waits import wait_for
from tests.integration.seed.conftest import seed_all
from tests.integration.seed.pipelines import run_pipeline

pytestmark = pytest.mark.usefixtures("servers")


@pytest.fixture
def gitlab(settings: Settings, secrets: Secrets, first: SeedReport) -> Gitlab:
    return gitlab_client(settings, secrets)


@pytest.fixture
def builds(settings: Settings, secrets: Secrets, first: SeedReport) -> Callable[[], int]:
    """How many builds of uuid.image there are or will be; none succeeds here, where nothing is called gitlab."""
    server = jenkins.Jenkins(settings.jenkins_url, "admin", secrets.jenkins_admin_token)

    def count() -> int:
        return len(server.get_job_info("uuid.image")["builds"]) + len(server.get_queue_info())

    return count


def hook_to_jenkins(project: Project) -> ProjectHook:
    """The one hook to Jenkins; the portal may have one beside it."""
    hooks = project.hooks.list(get_all=True)
    (found,) = [hook for hook in hooks if hook.url.endswith("/generic-webhook-trigger/invoke?token=uuid.image")]
    return found


def test_everything_is_made_the_first_time(first: SeedReport) -> None:
    assert first.unchanged == []
    assert {"GitLab user caoyong1", "first commit of saas/uuid-service", "Jenkins job uuid.image"} <= set(first.changed)


def test_a_second_time_nothing_changes(settings: Settings, secrets: Secrets, first: SeedReport) -> None:
    again = seed_all(settings, secrets)
    assert again.changed == []
    assert sorted(again.unchanged) == sorted(first.changed)


def test_the_users_key_opens_git_over_ssh(settings: Settings, first: SeedReport, tmp_path: Path) -> None:
    ssh = f"ssh -F none -i {settings.ssh_key} -o StrictHostKeyChecking=no -o UserKnownHostsFile={tmp_path / 'known'}"
    listed = subprocess.run(
        ["git", "-c", f"core.sshCommand={ssh}", "ls-remote", f"{settings.gitlab_ssh}/saas/uuid-service.git"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "refs/heads/master" in listed.stdout
    assert oct(settings.ssh_key.stat().st_mode & 0o777) == "0o600"
    known = (tmp_path / "known").read_text().split()[2]
    assert host_fingerprint("127.0.0.1", settings.gitlab_ssh_port) == _fingerprint(known)


def _fingerprint(key: str) -> str:
    digest = hashlib.sha256(base64.b64decode(key)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def test_seeding_starts_no_build(builds: Callable[[], int]) -> None:
    assert builds() == 0


def test_both_projects_are_there_on_master(gitlab: Gitlab) -> None:
    for path in ("saas/uuid-service", "demo/knowledge_share"):
        assert gitlab.projects.get(path).default_branch == "master"
    (tag,) = gitlab.projects.get("saas/uuid-service").tags.list(get_all=True)
    assert tag.name == "v1.0.0.0"


def test_pushes_and_tags_are_told_to_jenkins(gitlab: Gitlab) -> None:
    hook = hook_to_jenkins(gitlab.projects.get("saas/uuid-service"))
    assert (hook.push_events, hook.tag_push_events) == (True, True)


def test_the_talks_user_can_clone_with_the_password_that_jenkins_holds(
    settings: Settings, secrets: Secrets, first: SeedReport, tmp_path: Path
) -> None:
    account = kubestage.seed.gitlab.Account(settings.gitlab_url, "caoyong1", secrets.gitlab_user_password)
    tree = WorkTree(tmp_path / "clone", account)
    tree.clone(f"{settings.gitlab_url}/demo/knowledge_share.git")
    assert (tree.folder / "demo/pipeline/uuid.image.Jenkinsfile").is_file()


def test_the_samples_name_this_sandboxs_registry(gitlab: Gitlab, settings: Settings) -> None:
    project = gitlab.projects.get("demo/knowledge_share")
    dockerfile = project.files.raw("demo/docker/uuid/uuid.dockerfile", ref="master")
    assert isinstance(dockerfile, bytes)
    assert f"FROM {settings.registry}/base_env/alpine_java:8".encode() in dockerfile


def test_the_view_shows_both_jobs(settings: Settings, secrets: Secrets, first: SeedReport) -> None:
    server = jenkins.Jenkins(settings.jenkins_url, "admin", secrets.jenkins_admin_token)
    assert [job["name"] for job in server.get_jobs(view_name="demo")] == [
        "uuid.image", "uuid.image.talk", "uuid.runner",
    ]  # fmt: skip


def test_another_password_renews_the_credentials(settings: Settings, secrets: Secrets, first: SeedReport) -> None:
    other = secrets.model_copy(update={"gitlab_user_password": "quite-another-one"})
    assert seed_jenkins(settings, other).changed == ["Jenkins credentials caoyong1-gitlab-lenovo-com"]
    assert seed_jenkins(settings, secrets).changed == ["Jenkins credentials caoyong1-gitlab-lenovo-com"]


@pytest.mark.parametrize("headers", [["application/json", "text/plain"], ["text/plain", "application/json"]])
def test_the_talks_line_with_two_content_types_is_understood(
    settings: Settings, secrets: Secrets, first: SeedReport, headers: list[str]
) -> None:
    """The curl line as printed, as a dry run of the plugin."""
    line = ["curl", "--silent", "--noproxy", "*", "--location", "--request", "POST",
            f"{settings.jenkins_url}/generic-webhook-trigger/invoke?token=uuid.runner",
            "--header", f"Content-Type: {headers[0]}", "--header", "X-Gitlab-Event: Tag Push Hook",
            "--header", "X-Gitlab-Token: secret", "--header", f"Content-Type: {headers[1]}",
            "--header", "gwt-dry-run: true",
            "--data-raw", '{ "version": "v1.0.0.0", "envName": "prod", "nodePort":30051 }']  # fmt: skip
    answer = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert '"triggered": true' in answer
    assert '"nodePort": "30051"' in answer


def test_a_deployment_that_is_not_well_formed_is_not_triggered(settings: Settings, first: SeedReport) -> None:
    body = {"version": "v1.0.0.0; id", "envName": "prod", "nodePort": 30051}
    answer = requests.post(
        f"{settings.jenkins_url}/generic-webhook-trigger/invoke", params={"token": "uuid.runner"}, json=body, timeout=10
    ).json()
    assert answer["jobs"]["uuid.runner"]["triggered"] is False


def test_master_declares_the_first_version_until_the_next_is_pushed(
    settings: Settings, secrets: Secrets, first: SeedReport
) -> None:
    assert declared_release(settings, secrets) == "v1.0.0.0"


def test_a_release_is_pushed_and_built_once(
    settings: Settings, secrets: Secrets, gitlab: Gitlab, builds: Callable[[], int]
) -> None:
    before = builds()
    assert push_release(settings, secrets, "v2.0.0.0")
    project = gitlab.projects.get("saas/uuid-service")
    hook = hook_to_jenkins(project)
    deliveries = f"/projects/{project.id}/hooks/{hook.id}/events"
    wait_for(
        "both hooks are delivered",
        lambda: (
            {event["trigger"] for event in gitlab.http_list(deliveries, get_all=True)}
            == {"push_hooks", "tag_push_hooks"}
        ),
        seconds=20,
    )
    wait_for("the build starts", lambda: builds() > before, seconds=20)
    assert builds() == before + 1
    assert declared_release(settings, secrets) == "v2.0.0.0"
    assert not push_release(settings, secrets, "v2.0.0.0")


def test_a_users_push_to_master_is_built(
    settings: Settings, secrets: Secrets, builds: Callable[[], int], first: SeedReport, tmp_path: Path
) -> None:
    before = builds()
    tree = WorkTree(tmp_path / "user", git_account(settings, secrets))
    tree.clone(SERVICE.url(settings))
    (tree.folder / "NOTES").write_text("mine\n")
    tree.commit("My own change", "2024-03-01T09:00:00Z")
    tree.push(SERVICE.url(settings), "master")
    wait_for("the build starts", lambda: builds() == before + 1, seconds=20)


def test_a_users_work_is_never_overwritten(settings: Settings, secrets: Secrets, gitlab: Gitlab) -> None:
    project = gitlab.projects.get("saas/uuid-service")
    mine = project.branches.get("master").commit["id"]
    assert seed_gitlab(settings, secrets).changed == []
    assert not push_release(settings, secrets, "v2.0.0.0")
    assert project.branches.get("master").commit["id"] == mine


def test_a_release_that_does_not_fit_is_refused_and_changes_nothing(
    settings: Settings, secrets: Secrets, gitlab: Gitlab
) -> None:
    project = gitlab.projects.get("saas/uuid-service")
    project.tags.delete("v2.0.0.0")  # master has the release's changes, so its patch no longer fits
    mine = project.branches.get("master").commit["id"]
    with pytest.raises(InputError, match="does not fit"):
        push_release(settings, secrets, "v2.0.0.0")
    assert project.branches.get("master").commit["id"] == mine


def test_an_unknown_release_is_refused_with_those_there_are(settings: Settings, secrets: Secrets) -> None:
    with pytest.raises(InputError, match=r"v2\.0\.0\.0"):
        push_release(settings, secrets, "v9.0.0.0")


def test_the_strategy_goes_from_the_manifest_and_comes_back(
    settings: Settings, secrets: Secrets, gitlab: Gitlab, builds: Callable[[], int]
) -> None:
    project = gitlab.projects.get("demo/knowledge_share")
    before, built = project.files.raw(MANIFEST, ref="master"), builds()

    assert seed_strategy(settings, secrets, by_pulumi=True)
    assert not seed_strategy(settings, secrets, by_pulumi=True)
    assert project.files.raw(MANIFEST, ref="master").decode() == without_strategy(before.decode())
    assert project.commits.list(get_all=False)[0].title == "The strategy is set in each environment"

    assert seed_strategy(settings, secrets, by_pulumi=False)
    assert not seed_strategy(settings, secrets, by_pulumi=False)
    assert project.files.raw(MANIFEST, ref="master") == before
    assert builds() == built


def test_a_wrong_token_is_said_to_be_refused(settings: Settings, secrets: Secrets) -> None:
    with pytest.raises(PartError, match="GitLab refuses"):
        seed_gitlab(settings, secrets.model_copy(update={"gitlab_root_token": "glpat-00000000000000000000"}))
    with pytest.raises(PartError, match="Jenkins refuses"):
        seed_jenkins(settings, secrets.model_copy(update={"jenkins_admin_token": "11" + "0" * 32}))


def test_a_server_that_does_not_answer_is_named(settings: Settings, secrets: Secrets) -> None:
    # Below the ports that the system gives to whoever asks for any.
    nobody = settings.model_copy(update={"port_offset": 19000})
    with pytest.raises(PartError, match=r"GitLab at http://localhost:27929 does not answer"):
        seed_gitlab(nobody, secrets)
    with pytest.raises(PartError, match=r"Jenkins at http://localhost:27080 does not answer"):
        seed_jenkins(nobody, secrets)


def test_jenkins_checks_out_over_ssh_with_its_credential(
    settings: Settings, secrets: Secrets, first: SeedReport
) -> None:
    url = f"{settings.gitlab_ssh}/saas/uuid-service.git"
    console = run_pipeline(
        settings, secrets, "by-ssh", f"git url: '{url}', credentialsId: '{SSH_CREDENTIALS_ID}'; sh 'ls pom.xml'"
    )
    assert f"using credential {SSH_CREDENTIALS_ID}" in console
    assert console.endswith("Finished: SUCCESS\n")


def test_jenkins_tells_gitlab_how_its_builds_go(
    settings: Settings, secrets: Secrets, gitlab: Gitlab, first: SeedReport
) -> None:
    project = gitlab.projects.get("saas/uuid-service")
    project.branches.create({"branch": "told", "ref": "master"})
    project.files.create({"file_path": "told.txt", "branch": "told", "content": "x", "commit_message": "Told"})
    request = project.mergerequests.create({"source_branch": "told", "target_branch": "master", "title": "Told"})
    url = f"{settings.gitlab_url}/saas/uuid-service.git"
    console = run_pipeline(
        settings, secrets, "told", f"git url: '{url}', branch: 'told', credentialsId: '{CREDENTIALS_ID}'",
        "gitlabBuilds(builds: ['compile', 'test', 'never']) {",
        "gitlabCommitStatus('compile') { echo 'compiling' }",
        "try { gitlabCommitStatus('test') { error 'it broke' } } catch (ignored) { }",
        "updateGitlabCommitStatus name: 'image', state: 'running'",
        "updateGitlabCommitStatus name: 'image', state: 'canceled' }",
    )  # fmt: skip
    assert "There are still pending GitLab builds" in console
    statuses = project.commits.get(request.sha).statuses.list(get_all=True)
    assert {one.name: one.status for one in statuses} == {
        "compile": "success", "test": "failed", "never": "pending", "image": "canceled",
    }  # fmt: skip
    assert {one.author["username"] for one in statuses} == {"caoyong1"}
    assert {one.target_url for one in statuses} == {f"{settings.jenkins_url}/job/told/1/"}
    shown = project.mergerequests.get(request.iid).head_pipeline
    assert (shown["status"], shown["sha"]) == ("failed", request.sha)


def test_without_a_connection_a_build_says_so_and_goes_on(
    settings: Settings, secrets: Secrets, first: SeedReport
) -> None:
    console = run_pipeline(
        settings, secrets, "untold", "updateGitlabCommitStatus name: 'x', state: 'running'", connection=""
    )
    assert "No GitLab connection configured" in console
    assert console.endswith("Finished: SUCCESS\n")
