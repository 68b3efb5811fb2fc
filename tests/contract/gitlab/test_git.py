"""git over HTTP, with the real git."""

from __future__ import annotations

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.contract.gitlab.conftest import PASSWORD
from tests.contract.gitlab.worktree import Worktree, with_login


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
