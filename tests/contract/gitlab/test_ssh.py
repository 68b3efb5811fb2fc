"""git over SSH, with the real git and OpenSSH's client; users' keys and deploy keys."""

from __future__ import annotations

import subprocess

import gitlab
import pytest

from tests.contract.gitlab.ssh import KeyPair
from tests.contract.gitlab.test_accounts import refused
from tests.contract.gitlab.worktree import Worktree, run_git


@pytest.fixture(scope="module")
def module_keys(tmp_path_factory):
    return KeyPair.make(tmp_path_factory.mktemp("ssh") / "id")


@pytest.fixture
def root_key(root, module_keys):
    """A pair whose public part is root's."""
    if all(key.title != "laptop" for key in root.user.keys.list(get_all=True)):
        root.user.keys.create({"title": "laptop", "key": module_keys.public})
    return module_keys


@pytest.fixture
def pair(tmp_path):
    """A pair that nobody knows yet."""
    return KeyPair.make(tmp_path / "ssh" / "id")


@pytest.fixture
def tree(project, root_key, tmp_path):
    """Root's clone by SSH."""
    return Worktree.clone(project.ssh_url_to_repo, tmp_path / "tree", root_key.clone_option())


def test_the_address_has_gitlabs_form(project):
    path = f"{project.path_with_namespace}.git"
    address = project.ssh_url_to_repo
    assert (address.startswith("ssh://git@") and address.endswith(f"/{path}")) or address.endswith(f":{path}")


def test_without_a_command_it_welcomes(project, root_key):
    done = root_key.run(project.ssh_url_to_repo)
    assert (done.returncode, done.stdout) == (0, "Welcome to GitLab, @root!\n")


def test_clone_push_fetch_and_tags(project, tree, root_key, tmp_path):
    sha = tree.commit("By ssh", a_txt="a")
    tree.git("tag", "v1.0.0.0")
    tree.git("push", "--quiet", "origin", "master", "v1.0.0.0")
    assert project.branches.get("master").commit["id"] == sha
    assert project.tags.get("v1.0.0.0").commit["id"] == sha
    other = Worktree.clone(project.ssh_url_to_repo, tmp_path / "other", root_key.clone_option())
    more = tree.commit("More", b_txt="b")
    tree.git("push", "--quiet", "origin", "master")
    other.git("pull", "--quiet", "--ff-only")
    assert other.head() == more


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_shallow_and_partial_clones(project, tree, root_key, tmp_path, protocol):
    for number in range(3):
        tree.commit(f"Change {number}", a_txt=str(number))
    tree.git("push", "--quiet", "origin", "master")
    options = [root_key.clone_option(), "--config", f"protocol.version={protocol}"]
    shallow = Worktree.clone(project.ssh_url_to_repo, tmp_path / "shallow", "--depth=1", *options)
    assert shallow.git("rev-list", "--count", "HEAD").stdout.strip() == "1"
    shallow.git("fetch", "--quiet", "--unshallow")
    assert shallow.git("rev-list", "--count", "HEAD").stdout.strip() == "4"
    bare = Worktree.clone(project.ssh_url_to_repo, tmp_path / "bare", "--filter=blob:none", "--bare", *options)
    assert bare.git("rev-list", "--count", "HEAD").stdout.strip() == "4"


def test_an_archive_is_made_remotely(project, root_key, tmp_path):
    archive = tmp_path / "files.tar"
    run_git(
        "-c", f"core.sshCommand={root_key.command}", "archive", f"--remote={project.ssh_url_to_repo}",
        f"--output={archive}", "master", cwd=tmp_path,
    )  # fmt: skip
    listed = subprocess.run(["tar", "--list", "--file", archive], capture_output=True, text=True, check=True)
    assert listed.stdout == "README.md\n"


def test_a_push_by_ssh_is_told_to_the_hooks(project, tree, receiver):
    project.hooks.create({"url": receiver.url, "push_events": True})
    sha = tree.commit("Told")
    tree.git("push", "--quiet", "--push-option=ci.skip", "origin", "master")
    body = receiver.wait_for(1)[0].body
    assert (body["after"], body["user_username"], body["push_options"]) == (sha, "root", {"ci": {"skip": 1}})
    assert body["project"]["ssh_url"].endswith(f"{project.path_with_namespace}.git")


def test_protected_branches_hold(project, make_user, client_of, pair, tmp_path):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    client_of(user).http_post("/user/keys", post_data={"title": "laptop", "key": pair.public})
    tree = Worktree.clone(project.ssh_url_to_repo, tmp_path / "tree", pair.clone_option())
    tree.commit("Mine")
    refused = tree.git("push", "origin", "HEAD:master", check=False)
    assert "GitLab: You are not allowed to push code to protected branches on this project." in refused.stderr
    tree.git("push", "--quiet", "origin", "HEAD:mine")
    assert project.branches.get("mine").commit["title"] == "Mine"


def test_who_may_not_is_told_why(project, make_user, make_project, pair, tmp_path):
    user = make_user()
    user.keys.create({"title": "laptop", "key": pair.public})
    hidden = "ERROR: The project you were looking for could not be found or you don't have permission to view it."
    for address in (project.ssh_url_to_repo, project.ssh_url_to_repo.replace(project.path, "no-such")):
        done = run_git("-c", f"core.sshCommand={pair.command}", "ls-remote", address, cwd=tmp_path, check=False)
        assert done.returncode != 0
        assert hidden in done.stderr
    project.members.create({"user_id": user.id, "access_level": 20})
    tree = Worktree.clone(project.ssh_url_to_repo, tmp_path / "tree", pair.clone_option())
    tree.commit("Mine")
    denied = tree.git("push", "origin", "HEAD:mine", check=False)
    assert "ERROR: You are not allowed to push code to this project." in denied.stderr


def test_strangers_and_other_names_stay_out(project, pair, root_key):
    unknown = pair.run(project.ssh_url_to_repo)
    assert (unknown.returncode, "Permission denied (publickey)" in unknown.stderr) == (255, True)
    assert root_key.run(project.ssh_url_to_repo, user="root").returncode == 255


@pytest.mark.parametrize("command", [
    "ls /", "git-upload-pack", "git-upload-pack a b c", "git-upload-pack 'unfinished", "git-shell -c id",
    "git upload-pack x; id", "scp -f /etc/passwd", "git-lfs-authenticate x download",
])  # fmt: skip
def test_only_git_is_run(project, root_key, command):
    done = root_key.run(project.ssh_url_to_repo, command)
    assert (done.returncode, done.stdout) == (1, "")
    assert "remote: ERROR: Disallowed command" in done.stderr


@pytest.mark.parametrize("path", ["../../../etc/passwd", "/etc", "$(id)", "-u", "root/../root/x.git", "@hashed/aa"])
def test_paths_lead_nowhere_else(project, root_key, path):
    done = root_key.run(project.ssh_url_to_repo, f"git-upload-pack '{path}'")
    assert (done.returncode, done.stdout) == (1, "")
    assert "could not be found" in done.stderr


def test_a_blocked_user_and_a_removed_key_open_nothing(project, make_user, pair, tmp_path):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 40})
    key = user.keys.create({"title": "laptop", "key": pair.public})
    user.block()
    blocked = pair.run(project.ssh_url_to_repo, f"git-upload-pack '{project.path_with_namespace}.git'")
    assert "Your account has been blocked" in blocked.stderr
    user.unblock()
    key.delete()
    assert pair.run(project.ssh_url_to_repo).returncode == 255


def test_a_user_keeps_keys(root, make_user, client_of, pair):
    user = make_user()
    client = client_of(user)
    client.auth()
    made = client.user.keys.create({"title": "laptop", "key": pair.public, "expires_at": "2999-01-01"})
    kind, blob, _ = pair.public.split(" ", 2)
    assert made.key.startswith(f"{kind} {blob} {user.name} (")
    assert (made.title, made.usage_type, made.expires_at[:10]) == ("laptop", "auth_and_signing", "2999-01-01")
    assert [key.id for key in user.keys.list(get_all=True)] == [made.id]
    with refused(400, "has already been taken"):
        root.user.keys.create({"title": "again", "key": pair.public})
    fingerprint = subprocess.run(
        ["ssh-keygen", "-l", "-f", pair.file], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    assert root.keys.get(fingerprint=fingerprint).user["username"] == user.username
    client.user.keys.delete(made.id)
    assert client.user.keys.list(get_all=True) == []


@pytest.mark.parametrize("key", ["nonsense", "ssh-ed25519 AAAA", "ssh-dss AAAAB3NzaC1kc3M=", "ssh-rsa AAAA\nssh-rsa B"])
def test_what_is_no_key_is_not_kept(root, key):
    with refused(400, "key"):
        root.user.keys.create({"title": "odd", "key": key})


def test_a_deploy_key_opens_its_project_for_reading_or_more(project, make_project, pair, tmp_path):
    key = project.keys.create({"title": "jenkins", "key": pair.public})
    assert (key.title, key.can_push, key.key) == ("jenkins", False, pair.public)
    assert key.fingerprint_sha256.startswith("SHA256:")
    tree = Worktree.clone(project.ssh_url_to_repo, tmp_path / "tree", pair.clone_option())
    tree.commit("By a machine")
    denied = tree.git("push", "origin", "HEAD:build", check=False)
    assert "ERROR: This deploy key does not have write access to this project." in denied.stderr
    key.can_push = True
    key.save()
    tree.git("push", "--quiet", "origin", "HEAD:build")
    assert project.branches.get("build").commit["title"] == "By a machine"
    assert "protected branches" in tree.git("push", "origin", "HEAD:master", check=False).stderr
    other = make_project()
    assert "could not be found" in pair.run(
        other.ssh_url_to_repo, f"git-upload-pack '{other.path_with_namespace}.git'"
    ).stderr  # fmt: skip


def test_deploy_keys_are_listed_enabled_and_removed(root, project, make_project, pair):
    key = project.keys.create({"title": "jenkins", "key": pair.public, "can_push": True})
    other = make_project()
    other.keys.enable(key.id)
    assert [(one.id, one.can_push) for one in other.keys.list(get_all=True)] == [(key.id, False)]
    everywhere = {one.id: one for one in root.deploykeys.list(get_all=True)}[key.id]
    assert [one["id"] for one in everywhere.projects_with_write_access] == [project.id]
    assert [one["id"] for one in everywhere.projects_with_readonly_access] == [other.id]
    project.keys.delete(key.id)
    assert project.keys.list(get_all=True) == []
    other.keys.delete(key.id)
    assert key.id not in {one.id for one in root.deploykeys.list(get_all=True)}
    with pytest.raises(gitlab.GitlabGetError):
        other.keys.get(key.id)
