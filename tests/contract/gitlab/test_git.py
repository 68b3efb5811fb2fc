"""git over HTTP, with the real git."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.contract.gitlab.conftest import PASSWORD
from tests.contract.gitlab.worktree import Worktree, run_git, with_login


def test_what_is_pushed_is_cloned(project, url, worktree, tmp_path):
    sha = worktree.commit("Add the pom", pom_xml="<project/>", src__Main_java="class Main {}")
    worktree.git("push", "--quiet", "origin", "master")
    clone = Worktree.clone(url(project), tmp_path / "second")
    assert clone.head() == sha
    assert (clone.path / "src" / "Main.java").read_text() == "class Main {}"
    assert project.branches.get("master").commit["id"] == sha


def test_tags_branches_and_deletions_are_pushed(project, worktree):
    worktree.git("tag", "--annotate", "--message", "First", "v1.0.0.0")
    worktree.git("push", "--quiet", "origin", "v1.0.0.0", "HEAD:refs/heads/feature/x")
    assert project.tags.get("v1.0.0.0").message == "First"
    assert project.branches.get("feature/x").commit["title"] == "Begin"
    worktree.git("push", "--quiet", "origin", ":refs/tags/v1.0.0.0", ":feature/x")
    assert project.tags.list(get_all=True) == []
    assert [branch.name for branch in project.branches.list(get_all=True)] == ["master"]


def test_fetch_brings_what_others_pushed(project, url, worktree, tmp_path):
    other = Worktree.clone(url(project), tmp_path / "other")
    sha = worktree.commit("More", a_txt="a")
    worktree.git("push", "--quiet", "origin", "master")
    other.git("pull", "--quiet", "--ff-only")
    assert other.head() == sha
    other.commit("Behind", b_txt="b")
    worktree.commit("Ahead", c_txt="c")
    worktree.git("push", "--quiet", "origin", "master")
    refused = other.git("push", "origin", "master", check=False)
    assert "fetch first" in refused.stderr


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_shallow_and_partial_clones(project, url, worktree, tmp_path, protocol):
    for number in range(5):
        worktree.commit(f"Change {number}", **{"a_txt": str(number)})
    worktree.git("push", "--quiet", "origin", "master")
    options = ["--config", f"protocol.version={protocol}"]
    shallow = Worktree.clone(url(project), tmp_path / "shallow", "--depth=2", *options)
    assert shallow.git("rev-list", "--count", "HEAD").stdout.strip() == "2"
    shallow.git("fetch", "--quiet", "--unshallow")
    assert shallow.git("rev-list", "--count", "HEAD").stdout.strip() == "6"
    bare = Worktree.clone(url(project), tmp_path / "bare", "--filter=blob:none", "--bare", *options)
    assert bare.git("rev-list", "--count", "HEAD").stdout.strip() == "6"


def test_a_pack_of_many_megabytes_goes_both_ways(project, url, worktree, tmp_path):
    (worktree.path / "big.bin").write_bytes(os.urandom(12 * 1024 * 1024))
    sha = worktree.commit("Big")
    worktree.git("push", "--quiet", "origin", "master")
    assert Worktree.clone(url(project), tmp_path / "clone").head() == sha


def test_the_address_without_git_leads_to_the_one_with_it(project, url, tmp_path):
    clone = Worktree.clone(url(project).removesuffix(".git"), tmp_path / "clone")
    assert (clone.path / "README.md").exists()
    refs = f"{url(project)}/info/refs?service=git-upload-pack"
    assert requests.head(refs, timeout=30).headers["Content-Type"] == "application/x-git-upload-pack-advertisement"


@pytest.mark.parametrize("login", ["root", "oauth2", "anything"])
def test_a_token_serves_as_password_for_any_name(server, project, tmp_path, login):
    Worktree.clone(with_login(project.http_url_to_repo, login, server.token), tmp_path / "clone")


def test_a_push_to_where_no_project_is_makes_one(server, root, make_user, worktree, unique):
    name = unique("pushed")
    address = with_login(f"{server.url}/root/{name}.git", "root", server.root_password)
    told = worktree.git("push", address, "HEAD:refs/heads/trunk").stderr
    assert f"remote: The private project root/{name} was successfully created." in told
    assert f"git remote add origin {server.url}/root/{name}.git" in told
    made = root.projects.get(f"root/{name}")
    assert (made.visibility, made.default_branch) == ("private", "trunk")
    user = make_user()
    stranger = with_login(f"{server.url}/root/{name}-2.git", user.username, PASSWORD)
    assert "could not be found" in worktree.git("push", stranger, "HEAD:refs/heads/trunk", check=False).stderr


def test_the_path_that_a_project_had_leads_to_it(server, root, project, worktree, unique):
    old, name = project.path_with_namespace, unique("moved")
    project.path = name
    project.save()
    worktree.commit("After the move", a_txt="a")
    told = worktree.git("push", "origin", "HEAD:refs/heads/topic").stderr
    assert f"remote: Project '{old}' was moved to 'root/{name}'." in told
    answer = requests.get(
        f"{server.url}/api/v4/projects/{old.replace('/', '%2F')}/repository/branches?per_page=1",
        headers={"PRIVATE-TOKEN": server.token}, timeout=30, allow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{server.url}/api/v4/projects/{project.id}/repository/branches?per_page=1"
    taken = root.projects.create({"name": unique("taken"), "path": old.removeprefix("root/")})
    assert root.projects.get(old).id == taken.id


def test_lfs_is_told_to_be_off(server, shared):
    answer = requests.post(
        f"{shared.http_url_to_repo}/info/lfs/objects/batch", json={"operation": "upload"}, timeout=30,
        auth=("root", server.root_password),
    )  # fmt: skip
    assert answer.status_code == 501
    assert answer.json()["message"] == "Git LFS is not enabled on this GitLab server, contact your admin."


def test_a_deploy_token_reads_its_project_and_no_more(shared, make_project, tmp_path):
    token = shared.deploytokens.create({"name": "machine", "scopes": ["read_repository"]})
    assert token.username == f"gitlab+deploy-token-{token.id}"
    clone = Worktree.clone(with_login(shared.http_url_to_repo, token.username, token.token), tmp_path / "read")
    refused = clone.git("push", "origin", "HEAD:refs/heads/x", check=False).stderr
    assert "You are not allowed to upload code." in refused
    other = with_login(make_project().http_url_to_repo, token.username, token.token)
    assert "could not be found" in clone.git("ls-remote", other, check=False).stderr
    assert [one.name for one in shared.deploytokens.list(get_all=True)] == ["machine"]
    token.delete()
    assert clone.git("fetch", check=False).returncode != 0


def test_a_token_needs_the_scope(server, make_user, project, tmp_path):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 40})

    def as_token(scope: str) -> str:
        token = user.personal_access_tokens.create({"name": "git", "scopes": [scope]})
        return with_login(project.http_url_to_repo, user.username, token.token)

    reader = Worktree.clone(as_token("read_repository"), tmp_path / "reader")
    reader.commit("No", a_txt="a")
    assert "403" in reader.git("push", "origin", "master", check=False).stderr
    reader.git("push", "--quiet", as_token("write_repository"), "master")
    failed = run_git("ls-remote", as_token("read_user"), cwd=tmp_path, check=False)
    assert "403" in failed.stderr


def service(address: str, name: str, **options):
    return requests.get(f"{address}/info/refs", params={"service": name}, timeout=10, **options)


def test_whoever_may_not_is_told_so_by_gitlabs_status(server, make_user, make_project, project):
    stranger, guest, reporter = make_user(), make_user(), make_user()
    project.members.create({"user_id": guest.id, "access_level": 10})
    project.members.create({"user_id": reporter.id, "access_level": 20})
    private, public = project.http_url_to_repo, make_project(visibility="public").http_url_to_repo
    internal = make_project(visibility="internal").http_url_to_repo
    pull, push = "git-upload-pack", "git-receive-pack"

    anonymous = service(private, pull)
    assert anonymous.status_code == 401
    assert anonymous.headers["WWW-Authenticate"] == 'Basic realm="GitLab"'
    assert service(f"{server.url}/no/such.git", pull).status_code == 401
    assert service(private, pull, auth=("root", "wrong")).status_code == 401
    assert service(private, pull, auth=(stranger.username, PASSWORD)).status_code == 404
    assert service(private, pull, auth=(guest.username, PASSWORD)).status_code == 403
    assert service(private, pull, auth=(reporter.username, PASSWORD)).status_code == 200
    assert service(private, push, auth=(reporter.username, PASSWORD)).status_code == 403
    assert service(internal, pull).status_code == 401
    assert service(internal, pull, auth=(stranger.username, PASSWORD)).status_code == 200
    assert service(public, pull).status_code == 200
    assert service(public, push).status_code == 401
    assert service(public, push, auth=(stranger.username, PASSWORD)).status_code == 403


def test_a_blocked_user_is_nobody(make_user, project):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 40})
    assert service(project.http_url_to_repo, "git-upload-pack", auth=(user.username, PASSWORD)).ok
    user.block()
    assert service(project.http_url_to_repo, "git-upload-pack", auth=(user.username, PASSWORD)).status_code == 401


def test_an_archived_project_is_read_only(project, worktree):
    project.archive()
    worktree.commit("No", a_txt="a")
    assert "403" in worktree.git("push", "origin", "master", check=False).stderr
    worktree.git("fetch", "--quiet")


def test_protected_branches_and_tags_hold_on_push(make_user, project, tmp_path):
    developer = make_user()
    project.members.create({"user_id": developer.id, "access_level": 30})
    project.protectedtags.create({"name": "v*", "create_access_level": 40})
    clone = Worktree.clone(with_login(project.http_url_to_repo, developer.username, PASSWORD), tmp_path / "dev")
    clone.commit("Mine", a_txt="a")

    def push(*words: str) -> str:
        return clone.git("push", "origin", *words, check=False).stderr

    assert "GitLab: You are not allowed to push code to protected branches on this project." in push("master")
    assert "GitLab: You are not allowed to create this tag as it is protected." in push("HEAD:refs/tags/v1")
    assert "[new branch]" in push("HEAD:work")
    project.protectedbranches.delete("master")
    project.protectedbranches.create({"name": "ma*", "push_access_level": 30})
    clone.git("push", "--quiet", "origin", "master")
    clone.git("commit", "--quiet", "--amend", "--message", "Rewritten")
    assert "You are not allowed to force push code to a protected branch" in push("--force", "master")
    assert "The default branch of a project cannot be deleted." in push(":master")
    assert "deny updating a hidden ref" in push("HEAD:refs/merge-requests/1/head")
    assert "[new reference]" in push("HEAD:refs/changes/01")
    assert "[deleted]" in push(":work")
    project.protectedbranches.create({"name": "stable/*", "push_access_level": 0, "merge_access_level": 40})
    assert "You are not allowed to create protected branches on this project." in push("HEAD:stable/1")
    project.branches.create({"branch": "release", "ref": "master"})
    project.protectedbranches.create({"name": "release", "push_access_level": 40, "merge_access_level": 30})
    assert "Only a project maintainer or owner can delete a protected branch." in push(":release")
    project.tags.create({"tag_name": "v1", "ref": "master"})
    assert "Only a project maintainer or owner can delete a protected tag." in push(":refs/tags/v1")


def test_names_that_would_be_mistaken_are_refused(project, worktree):
    def push(ref: str) -> str:
        return worktree.git("push", "origin", f"HEAD:{ref}", check=False).stderr

    sha = worktree.head()
    assert "You cannot create a branch with a SHA-1 or SHA-256 branch name." in push(f"refs/heads/{sha}")
    assert "You cannot create a branch with an invalid name." in push("refs/heads/HEAD")
    assert "You cannot create a tag with a SHA-1 or SHA-256 tag name." in push(f"refs/tags/{sha}-rc")
    assert "You cannot use default branch name to create a tag" in push("refs/tags/master")
    assert "[new branch]" in push(f"refs/heads/fix-{sha}")
    project.protectedtags.create({"name": "v*"})
    assert "[new tag]" in push("refs/tags/v1")
    assert "You can only delete protected tags using the web interface." in (
        worktree.git("push", "origin", ":refs/tags/v1", check=False).stderr
    )


def test_only_a_maintainer_makes_the_first_branch(make_user, make_project, worktree):
    developer, empty = make_user(), make_project()
    empty.members.create({"user_id": developer.id, "access_level": 30})
    address = with_login(empty.http_url_to_repo, developer.username, PASSWORD)
    told = worktree.git("push", address, "master", check=False).stderr
    assert f"remote: A default branch (e.g. main) does not yet exist for {empty.path_with_namespace}" in told
    assert f"remote:   {empty.web_url}/-/project_members" in told


def test_a_group_says_what_protects_its_default_branches(root, make_user, make_project, worktree, unique):
    developer, name = make_user(), unique("open")
    group = root.groups.create({"name": name, "path": name, "default_branch_protection": 1, "default_branch": "trunk"})
    group.members.create({"user_id": developer.id, "access_level": 30})
    made = root.projects.create({"name": "of-all", "namespace_id": group.id, "initialize_with_readme": True})
    rule = made.protectedbranches.get("trunk")
    levels = [rule.push_access_levels[0]["access_level"], rule.merge_access_levels[0]["access_level"]]
    assert levels == [30, 40]
    group.default_branch_protection_defaults = {
        "allowed_to_push": [{"access_level": 40}], "allowed_to_merge": [{"access_level": 30}],
        "developer_can_initial_push": True,
    }  # fmt: skip
    group.save()
    empty = root.projects.create({"name": "empty", "namespace_id": group.id})
    address = with_login(empty.http_url_to_repo, developer.username, PASSWORD)
    worktree.git("push", "--quiet", address, "HEAD:trunk")
    worktree.commit("Again", a_txt="a")
    assert "not allowed to push code to protected" in worktree.git("push", address, "HEAD:trunk", check=False).stderr
    assert empty.protectedbranches.get("trunk").merge_access_levels[0]["access_level"] == 30
    group.default_branch_protection = 0
    group.save()
    bare = root.projects.create({"name": "bare", "namespace_id": group.id, "initialize_with_readme": True})
    assert bare.protectedbranches.list(get_all=True) == []


def test_many_push_and_clone_at_once_and_nothing_is_lost(root, project, url, tmp_path):
    count = 12

    def work(number: int) -> str:
        clone = Worktree.clone(url(project), tmp_path / f"clone{number}")
        sha = clone.commit(f"Work {number}", **{f"file{number}_txt": str(number)})
        clone.git("push", "--quiet", "origin", f"HEAD:worker/{number}")
        return sha

    with ThreadPoolExecutor(count) as pool:
        shas = list(pool.map(work, range(count)))
    branches = {branch.name: branch.commit["id"] for branch in project.branches.list(search="worker", get_all=True)}
    assert branches == {f"worker/{number}": sha for number, sha in enumerate(shas)}
    whole = Worktree.clone(url(project), tmp_path / "whole")
    whole.git("fsck", "--full", "--strict")


def test_a_broken_pack_is_refused_and_leaves_nothing(server, project):
    before = project.branches.get("master").commit["id"]
    line = f"{before} {'1' * 40} refs/heads/master\0report-status\n"
    body = f"{len(line) + 4:04x}{line}0000".encode() + b"PACK\0\0\0\2\0\0\0\1garbage"
    answer = requests.post(
        f"{project.http_url_to_repo}/git-receive-pack", data=body, auth=("root", server.token), timeout=10,
        headers={"Content-Type": "application/x-git-receive-pack-request"},
    )  # fmt: skip
    assert answer.status_code < 500
    assert b"unpack ok" not in answer.content
    assert project.branches.get("master").commit["id"] == before


def test_a_client_that_leaves_in_mid_push_does_no_harm(server, project, worktree):
    (worktree.path / "big.bin").write_bytes(os.urandom(8 * 1024 * 1024))
    worktree.commit("Big")
    push = subprocess.Popen(
        ["git", "-c", "http.postBuffer=65536", "push", "origin", "master"], cwd=worktree.path,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    push.kill()
    push.wait()
    worktree.git("push", "--quiet", "origin", "master")
    assert project.branches.get("master").commit["id"] == worktree.head()
