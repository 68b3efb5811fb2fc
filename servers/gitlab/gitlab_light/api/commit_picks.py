"""Commits made anew on a branch or undone there, their place in history, their signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gitlab_light.api import code_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.changes import may_push, move, writable
from gitlab_light.api.commits import find_commit
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, forbidden, not_found
from gitlab_light.git import history
from gitlab_light.git.journal import RefChange
from gitlab_light.git.picking import picked_tree, reverted_tree, tree_of
from gitlab_light.git.repository import Repository
from gitlab_light.git.writing import Person, commit_tree

routes = Routes()
_COMMIT = "/projects/:id/repository/commits/:sha"


@routes.post(_COMMIT + "/cherry_pick")
def cherry_pick(call: Call) -> Any:
    """Makes a commit's changes anew on a branch."""

    def message(commit: history.Commit) -> str:
        picked = f"{commit.message.rstrip()}\n\n(cherry picked from commit {commit.id})"
        return call.params.optional_text("message") or picked

    return _replay(call, "cherry-pick", picked_tree, message)


@routes.post(_COMMIT + "/revert")
def revert(call: Call) -> Any:
    """Undoes a commit's changes on a branch."""

    def message(commit: history.Commit) -> str:
        return f'Revert "{commit.title.strip()}"\n\nThis reverts commit {commit.id}'

    return _replay(call, "revert", reverted_tree, message)


def _replay(
    call: Call, verb: str, tree_with: Callable[[Repository, history.Commit, str], str | None],
    message: Callable[[history.Commit], str],
) -> Any:  # fmt: skip
    project, repository = writable(call)
    branch = call.params.text("branch")
    if not may_push(call, project, "branch", branch):
        raise forbidden("You are not allowed to push into this branch")
    commit = find_commit(call)[2]
    found = repository.branch(branch)
    if found is None:
        raise not_found("Branch")
    rehearsed = call.params.boolean("dry_run")
    tree = tree_with(repository, commit, found.commit)
    if tree is None or tree == tree_of(repository, found.commit):
        raise _cannot(verb, "conflict" if tree is None else "empty", rehearsed=rehearsed)
    if rehearsed:
        return {"dry_run": "success"}
    me = Person(call.me.name, call.me.email)
    author = Person(commit.author_name, commit.author_email) if verb == "cherry-pick" else me
    sha = commit_tree(repository, tree, [found.commit], message(commit), author=author, committer=me)
    move(call, project, RefChange(found.commit, sha, f"refs/heads/{branch}"))
    call.created()
    return entities.commit(call.instance.links, project, history.commit(repository, sha))


def _cannot(verb: str, code: str, *, rehearsed: bool) -> Refusal:
    """The refusal of GitLab's Commits::ChangeService."""
    past = {"cherry-pick": "cherry-picked", "revert": "reverted"}[verb]
    words = (
        f"Sorry, we cannot {verb} this commit automatically. This commit may already have been {past}, or a more "
        "recent commit may have updated some of its content."
    )
    return Refusal(400, {"message": words, "error_code": code} | ({"dry_run": "error"} if rehearsed else {}))


@routes.get(_COMMIT + "/sequence", anonymous=True)
def show_sequence(call: Call) -> Any:
    """How many commits there are up to this one."""
    _, repository, commit = find_commit(call)
    options = ["--first-parent"] if call.params.boolean("first_parent") else []
    return {"count": history.count(repository, [commit.id], *options)}


@routes.get(_COMMIT + "/signature", anonymous=True)
def show_signature(call: Call) -> Any:
    """Signatures are not checked here, so no commit has one that could be shown."""
    find_commit(call)
    raise not_found("Signature")
