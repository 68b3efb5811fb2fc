"""Who may clone and push what over HTTP, and the words in which git's users hear why not."""

from __future__ import annotations

import requests

from tests.contract.gitlab.conftest import PASSWORD
from tests.contract.gitlab.worktree import Worktree, run_git, with_login


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
