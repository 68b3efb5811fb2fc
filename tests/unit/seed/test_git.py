from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kubestage.errors import CommandFailed
from kubestage.seed.git import BRANCH, Account, WorkTree

WHEN = "2024-01-01T09:00:00Z"
ACCOUNT = Account("http://gitlab.invalid:8080", "oauth2", "glpat-never-to-be-seen")


def tree_with_a_commit(folder: Path, content: str = "one\n", when: str = WHEN) -> tuple[WorkTree, str]:
    tree = WorkTree(folder, ACCOUNT)
    tree.init()
    (folder / "file").write_text(content)
    return tree, tree.commit("First", when)


@pytest.fixture
def server(tmp_path: Path) -> str:
    folder = tmp_path / "server.git"
    subprocess.run(["git", "init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(folder)], check=True)
    return str(folder)


def refs(server: str) -> dict[str, str]:
    listed = subprocess.run(["git", "ls-remote", server], capture_output=True, text=True, check=True).stdout
    return {name: sha for sha, name in (line.split("\t") for line in listed.splitlines())}


def test_the_same_content_gives_the_same_commit_in_every_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = tree_with_a_commit(tmp_path / "a")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "own"))
    (tmp_path / "own").write_text("[user]\nname = somebody\n[commit]\ngpgSign = true\n[core]\nautocrlf = true\n")
    _, second = tree_with_a_commit(tmp_path / "b")
    assert first == second


def test_a_repository_that_the_environment_names_is_left_alone(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, _ = tree_with_a_commit(tmp_path / "tree")
    tree.push(server, BRANCH)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere" / ".git"))
    clone = WorkTree(tmp_path / "clone", ACCOUNT)
    clone.clone(server)
    (clone.folder / "file").write_text("two\n")
    clone.commit("Second", WHEN)
    clone.push(server, BRANCH)
    assert not (tmp_path / "elsewhere").exists()


def test_other_content_or_another_date_gives_another_commit(tmp_path: Path) -> None:
    commits = {
        tree_with_a_commit(tmp_path / "a")[1],
        tree_with_a_commit(tmp_path / "b", content="two\n")[1],
        tree_with_a_commit(tmp_path / "c", when="2024-01-02T09:00:00Z")[1],
    }
    assert len(commits) == 3


def test_branch_and_tag_are_pushed_together(tmp_path: Path, server: str) -> None:
    tree, commit = tree_with_a_commit(tmp_path / "tree")
    tree.tag("v1.0.0.0", WHEN)
    assert not tree.has_remote_tag(server, "v1.0.0.0")
    tree.push(server, BRANCH, "v1.0.0.0")
    assert refs(server)[f"refs/heads/{BRANCH}"] == refs(server)["refs/tags/v1.0.0.0^{}"] == commit
    assert tree.has_remote_tag(server, "v1.0.0.0")


def test_a_push_never_replaces_what_is_there_and_then_pushes_nothing(tmp_path: Path, server: str) -> None:
    tree, _ = tree_with_a_commit(tmp_path / "theirs", content="theirs\n")
    tree.push(server, BRANCH)
    before = refs(server)
    ours, _ = tree_with_a_commit(tmp_path / "ours")
    ours.tag("v1.0.0.0", WHEN)
    with pytest.raises(CommandFailed):
        ours.push(server, BRANCH, "v1.0.0.0")
    assert refs(server) == before


def test_a_patch_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    tree, _ = tree_with_a_commit(tmp_path / "tree")
    patch = tmp_path / "p.patch"
    patch.write_text("--- a/file\n+++ b/file\n@@ -1 +1 @@\n-other\n+new\n")
    assert tree.apply(patch).code != 0
    assert (tree.folder / "file").read_text() == "one\n"


def test_the_secret_is_in_no_argument_and_no_error(tmp_path: Path, server: str) -> None:
    tree, _ = tree_with_a_commit(tmp_path / "tree")
    with pytest.raises(CommandFailed) as caught:
        tree.push(f"{server}-that-is-not-there", BRANCH)
    assert ACCOUNT.secret not in str(caught.value) + repr(tree) + repr(ACCOUNT)
    assert ACCOUNT.secret not in (tree.folder / ".git" / "config").read_text()
