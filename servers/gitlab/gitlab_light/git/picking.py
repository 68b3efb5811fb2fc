"""One commit's changes made anew on another, or undone there; without files, in a bare repository."""

from __future__ import annotations

from gitlab_light.git.history import Commit
from gitlab_light.git.merging import merged_tree
from gitlab_light.git.repository import EMPTY_TREE, Repository
from gitlab_light.git.writing import Person, commit_tree

_NOBODY = Person("GitLab", "gitlab@localhost")


def picked_tree(repository: Repository, picked: Commit, onto: str) -> str | None:
    """The tree of `onto` with the changes of a commit (of a merge: against its first parent); None on a conflict."""
    return _replayed(repository, onto, before=_parent_tree(repository, picked), after=tree_of(repository, picked.id))


def reverted_tree(repository: Repository, undone: Commit, onto: str) -> str | None:
    """The tree of `onto` without the changes of a commit; None on a conflict."""
    return _replayed(repository, onto, before=tree_of(repository, undone.id), after=_parent_tree(repository, undone))


def tree_of(repository: Repository, commit: str) -> str:
    """The tree of a commit."""
    return repository.text("rev-parse", "--verify", f"{commit}^{{tree}}").strip()


def _parent_tree(repository: Repository, commit: Commit) -> str:
    return tree_of(repository, commit.parents[0]) if commit.parents else EMPTY_TREE


def _replayed(repository: Repository, onto: str, *, before: str, after: str) -> str | None:
    """Applies what leads from one tree to another.

    git's merge-tree takes its base from history (naming one needs git 2.40), so it gets a history in which `before` is
    the base; these commits are in no branch, and git sweeps them up.
    """
    base = _bare(repository, _kept(repository, before), [])
    ours = _bare(repository, tree_of(repository, onto), [base])
    theirs = _bare(repository, _kept(repository, after), [base])
    return merged_tree(repository, ours, theirs)


def _bare(repository: Repository, tree: str, parents: list[str]) -> str:
    return commit_tree(repository, tree, parents, "", author=_NOBODY, committer=_NOBODY)


def _kept(repository: Repository, tree: str) -> str:
    """A tree that is sure to be there: the empty one need not be."""
    return repository.run("mktree", stdin=b"").decode().strip() if tree == EMPTY_TREE else tree
