"""glab, GitLab's own command line client, against this server."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.contract.gitlab.glab_program import Glab

# Compiling it on an empty cache takes minutes.
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="session")
def glab(server, tmp_path_factory) -> Glab:
    return Glab(server, tmp_path_factory.mktemp("glab"))


@pytest.fixture
def path(project) -> str:
    return project.path_with_namespace


@pytest.fixture
def clone(glab, path, tmp_path) -> Path:
    """A clone of the new project with a branch `topic`, pushed."""
    glab.run("repo", "clone", path, str(tmp_path / "work"))
    work = tmp_path / "work"
    glab.git("switch", "-q", "-c", "topic", folder=work)
    (work / "topic.txt").write_text("a topic\n")
    glab.git("add", ".", folder=work)
    glab.git("commit", "-q", "-m", "Add a topic", folder=work)
    glab.git("push", "-q", "origin", "topic", folder=work)
    return work


def test_its_login_is_accepted(glab):
    assert "Logged in to 127.0.0.1 as root" in glab.run("auth", "status")


def test_it_calls_the_api(glab, path):
    assert json.loads(glab.run("api", f"projects/{path.replace('/', '%2F')}"))["path_with_namespace"] == path
    listed = glab.run("api", "projects?per_page=1", "--paginate")
    assert listed.count('"path_with_namespace"') >= 1
    assert "404 Project Not Found" in glab.run("api", "projects/no%2Fsuch")


def test_it_shows_lists_and_finds_projects(glab, project, path):
    assert "A service" in glab.run("repo", "view", path)
    assert path in glab.run("repo", "list", "--per-page", "100")
    assert path in glab.run("repo", "search", "--search", project.path)
    assert "Administrator" in glab.run("repo", "contributors", "-R", path)


def test_it_makes_forks_and_removes_projects(glab, root, unique, path, tmp_path):
    name = unique("by-glab")
    glab.git("init", "-q", folder=tmp_path)
    made = glab.run("repo", "create", name, "--private", "--defaultBranch", "main", folder=tmp_path)
    assert f"root/{name}" in made
    assert root.projects.get(f"root/{name}").default_branch == "main"
    glab.run("repo", "delete", f"root/{name}", "--yes")
    fork = unique("fork")
    # When the fork is made, this glab asks whether to clone it, and fails where nobody answers.
    assert "Created fork" in glab.run("repo", "fork", path, "--name", fork, "--path", fork, refused=True)
    glab.run("repo", "clone", f"root/{fork}")
    assert root.projects.get(f"root/{fork}").forked_from_project["path_with_namespace"] == path
    assert (glab.folder / fork / "README.md").read_text() == "# Hello\n"


def test_it_fetches_an_archive(glab, project, path, tmp_path):
    glab.run("repo", "archive", path, str(tmp_path / "files"), folder=tmp_path)
    with zipfile.ZipFile(next(tmp_path.glob("files*"))) as archive:
        assert any(name.endswith("/README.md") for name in archive.namelist())


def test_a_merge_request_from_its_making_to_its_merge(glab, project, clone):
    made = glab.run(
        "mr", "create", "--title", "A topic", "--description", "needed", "--source-branch", "topic",
        "--target-branch", "master", "--yes", folder=clone,
    )  # fmt: skip
    assert "/-/merge_requests/1" in made
    assert "!1" in glab.run("mr", "list", folder=clone)
    shown = glab.run("mr", "view", "1", folder=clone)
    assert "A topic" in shown
    assert "needed" in shown
    assert "+a topic" in glab.run("mr", "diff", "1", folder=clone)
    assert "#note_" in glab.run("mr", "note", "1", "-m", "fine by me", folder=clone)
    assert "Done" in glab.run("mr", "todo", "1", folder=clone)
    glab.run("mr", "update", "1", "--title", "One topic", folder=clone)
    assert "Approved" in glab.run("mr", "approve", "1", folder=clone)
    glab.run("mr", "revoke", "1", folder=clone)
    glab.run("mr", "close", "1", folder=clone)
    assert project.mergerequests.get(1).state == "closed"
    glab.run("mr", "reopen", "1", folder=clone)
    assert "Merged" in glab.run("mr", "merge", "1", "--yes", folder=clone)
    merged = project.mergerequests.get(1)
    assert (merged.state, merged.title) == ("merged", "One topic")
    assert [note.body for note in merged.notes.list(get_all=True) if not note.system] == ["fine by me"]
    assert project.files.get("topic.txt", "master").decode() == b"a topic\n"


def test_a_merge_request_is_checked_out_over_ssh(glab, project, clone, unique):
    key = glab.folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    title = unique("laptop")
    glab.run("ssh-key", "add", f"{key}.pub", "--title", title)
    assert title in glab.run("ssh-key", "list")
    about = {"source_branch": "topic", "target_branch": "master", "title": "A topic"}
    number = str(project.mergerequests.create(about).iid)
    glab.git("switch", "-q", "master", folder=clone)
    glab.git("branch", "-q", "-D", "topic", folder=clone)
    glab.run("mr", "checkout", number, folder=clone)
    assert glab.git("branch", "--show-current", folder=clone).strip() == "topic"


def test_labels_and_releases(glab, project, path):
    glab.run("label", "create", "--name", "urgent", "--color", "#FF0000", "-R", path)
    assert "urgent" in glab.run("label", "list", "-R", path)
    assert "No open issues match your search" in glab.run("issue", "list", "-R", path)
    glab.run("release", "create", "v1.0", "--ref", "master", "--name", "One", "--notes", "The first", "-R", path)
    assert "first" in glab.run("release", "view", "v1.0", "-R", path)
    glab.run("release", "delete", "v1.0", "--yes", "--with-tag", "-R", path)
    assert project.tags.list(get_all=True) == []


@pytest.mark.parametrize("command", [
    ("issue", "view", "1"), ("ci", "list"), ("variable", "list"), ("schedule", "list"),
    ("mr", "approvers", "1"),
], ids=" ".join)  # fmt: skip
def test_what_is_absent_is_refused_as_not_found(glab, project, clone, command):
    project.mergerequests.create({"source_branch": "topic", "target_branch": "master", "title": "A topic"})
    assert "404" in glab.run(*command, refused=True, folder=clone)
