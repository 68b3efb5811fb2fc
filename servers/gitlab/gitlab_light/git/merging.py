"""Merges made in a bare repository: by a merge commit, squashed, or rebased."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.repository import Repository
from gitlab_light.git.writing import Person, commit_tree


def merged_tree(repository: Repository, ours: str, theirs: str) -> str | None:
    """The tree that two commits' merge makes; None where they conflict, or have nothing in common."""
    try:
        output = repository.text("merge-tree", "--write-tree", "--no-messages", ours, theirs)
    except GitError:
        return None
    return output.split("\n", 1)[0]


def is_ancestor(repository: Repository, first: str, second: str) -> bool:
    """Whether everything in the first commit is in the second."""
    try:
        repository.run("merge-base", "--is-ancestor", first, second)
    except GitError:
        return False
    return True


def merge_commit(
    repository: Repository, target: str, source: str, message: str, *, author: Person, committer: Person
) -> str | None:
    """Merges `source` into `target` by a commit with both as parents; None where they conflict."""
    tree = merged_tree(repository, target, source)
    if tree is None:
        return None
    return commit_tree(repository, tree, [target, source], message, author=author, committer=committer)


def squashed(repository: Repository, base: str, source: str, message: str, *, author: Person, committer: Person) -> str:
    """All that `source` changes since `base`, as one commit on `base`; a single commit stays as it is."""
    if history.count(repository, [source, f"^{base}"]) == 1:
        return source
    tree = repository.text("rev-parse", "--verify", f"{source}^{{tree}}").strip()
    return commit_tree(repository, tree, [base], message, author=author, committer=committer)


def rebased(repository: Repository, source: str, onto: str, *, committer: Person) -> str | None:
    """The commits of `source` made anew on top of `onto`; None where one conflicts.

    git's rebase needs files to work on, so it gets a folder that goes afterwards.
    """
    people = {"GIT_COMMITTER_NAME": committer.name, "GIT_COMMITTER_EMAIL": committer.email}
    with tempfile.TemporaryDirectory(prefix="gitlab-rebase-") as folder:
        tree = str(Path(folder) / "tree")
        repository.run("worktree", "add", "--quiet", "--detach", tree, source)
        try:
            repository.run("-C", tree, "--git-dir", f"{tree}/.git", "rebase", "--quiet", onto, env=people)
            return repository.run("-C", tree, "--git-dir", f"{tree}/.git", "rev-parse", "HEAD").decode().strip()
        except GitError:
            return None
        finally:
            repository.run("worktree", "remove", "--force", tree)
