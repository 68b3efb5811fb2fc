"""Commits made by the server itself: files created, changed, moved and deleted through the API."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gitlab_light.git.repository import Repository, TreeEntry, is_file_path

_EXECUTABLE, _REGULAR = "100755", "100644"


class CannotCommit(Exception):
    """An action does not fit what the branch holds; the message is GitLab's."""


@dataclass(frozen=True)
class Action:
    """One change of a commit.

    Attributes:
        kind: "create", "update", "delete", "move" or "chmod".
        path: the file.
        previous_path: for a move, where the file was.
        content: the new content; for a move None keeps the old one.
        executable: for chmod.
        last_commit: if given, the commit in which the client last saw the file.
    """

    kind: str
    path: str
    previous_path: str = ""
    content: bytes | None = None
    executable: bool = False
    last_commit: str = ""


@dataclass(frozen=True)
class Person:
    """Who wrote or committed."""

    name: str
    email: str


def make_commit(
    repository: Repository,
    parent: str | None,
    actions: Sequence[Action],
    message: str,
    *,
    author: Person,
    committer: Person,
) -> str:
    """Makes a commit on top of `parent` and returns its id; no ref is moved.

    Raises:
        CannotCommit: an action does not fit.
        GitError: git refuses.
    """
    with tempfile.TemporaryDirectory(prefix="gitlab-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if parent:
            repository.run("read-tree", parent, env=index)
        for action in actions:
            _apply(repository, parent, action, index)
        tree = repository.run("write-tree", env=index).decode().strip()
    return commit_tree(repository, tree, [parent] if parent else [], message, author=author, committer=committer)


def commit_tree(
    repository: Repository, tree: str, parents: Sequence[str], message: str, *, author: Person, committer: Person
) -> str:
    """Makes a commit of a tree and returns its id."""
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    people = {
        "GIT_AUTHOR_NAME": _clean(author.name),
        "GIT_AUTHOR_EMAIL": _clean(author.email),
        "GIT_AUTHOR_DATE": stamp,
        "GIT_COMMITTER_NAME": _clean(committer.name),
        "GIT_COMMITTER_EMAIL": _clean(committer.email),
        "GIT_COMMITTER_DATE": stamp,
    }
    parent_options = [word for parent in parents for word in ("-p", parent)]
    made = repository.run("commit-tree", *parent_options, tree, stdin=message.encode(), env=people)
    return made.decode().strip()


def _clean(text: str) -> str:
    """A name or address without what would break a commit's header."""
    return "".join(char for char in text if char not in "<>\n\r\0").strip() or "unknown"


def _apply(repository: Repository, parent: str | None, action: Action, index: dict[str, str]) -> None:
    if not is_file_path(action.path) or (action.previous_path and not is_file_path(action.previous_path)):
        raise CannotCommit("Path cannot include directory traversal")
    existing = _staged(repository, action.path, index)
    if action.kind in ("create", "move"):
        _check_place(repository, action.path, index)
    if action.kind == "create":
        if existing:
            raise CannotCommit("A file with this name already exists")
        _stage(repository, action.path, _REGULAR, action.content or b"", index)
    elif action.kind == "move":
        source = _staged(repository, action.previous_path, index)
        if source is None:
            raise CannotCommit("A file with this name doesn't exist")
        if existing:
            raise CannotCommit("A file with this name already exists")
        _unstage(repository, action.previous_path, index)
        content = action.content if action.content is not None else repository.blob(source.id)
        _stage(repository, action.path, source.mode, content, index)
    else:
        if existing is None:
            raise CannotCommit("A file with this name doesn't exist")
        _check_last_commit(repository, parent, action)
        if action.kind == "delete":
            _unstage(repository, action.path, index)
        elif action.kind == "chmod":
            _stage_object(repository, action.path, _EXECUTABLE if action.executable else _REGULAR, existing.id, index)
        else:
            _stage(repository, action.path, existing.mode, action.content or b"", index)


def _check_last_commit(repository: Repository, parent: str | None, action: Action) -> None:
    if not action.last_commit or parent is None:
        return
    last = repository.text("--literal-pathspecs", "rev-list", "-1", parent, "--", action.path).strip()
    if last != action.last_commit:
        raise CannotCommit("You are attempting to update a file that has changed since you started editing it.")


def _check_place(repository: Repository, path: str, index: dict[str, str]) -> None:
    """Refuses a file where a folder is, or below a file: git itself would replace the one by the other."""
    parts = path.split("/")
    above = ["/".join(parts[:size]) for size in range(1, len(parts))]
    if any(_staged(repository, folder, index) for folder in above):
        raise CannotCommit("A file with this name already exists")
    if repository.run("--literal-pathspecs", "ls-files", "-z", "--", f"{path}/", env=index):
        raise CannotCommit("A directory with this name already exists")


def _staged(repository: Repository, path: str, index: dict[str, str]) -> TreeEntry | None:
    lines = repository.run("--literal-pathspecs", "ls-files", "-z", "--stage", "--", path, env=index)
    for line in filter(None, lines.decode("utf-8", "replace").split("\0")):
        about, name = line.split("\t", 1)
        if name == path:
            mode, sha, _ = about.split(" ")
            return TreeEntry(sha, name.rsplit("/", 1)[-1], "blob", name, mode)
    return None


def _stage(repository: Repository, path: str, mode: str, content: bytes, index: dict[str, str]) -> None:
    sha = repository.run("hash-object", "-w", "--stdin", stdin=content).decode().strip()
    _stage_object(repository, path, mode, sha, index)


def _stage_object(repository: Repository, path: str, mode: str, sha: str, index: dict[str, str]) -> None:
    repository.run("update-index", "--add", "-z", "--index-info", stdin=f"{mode} {sha}\t{path}\0".encode(), env=index)


def _unstage(repository: Repository, path: str, index: dict[str, str]) -> None:
    repository.run("update-index", "-z", "--index-info", stdin=f"0 {'0' * 40}\t{path}\0".encode(), env=index)
