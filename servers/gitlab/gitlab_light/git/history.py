"""Commits, and what they change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gitlab_light.git.commands import GitError
from gitlab_light.git.repository import EMPTY_TREE, Repository

_FIELDS = ("%H", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B")
_FORMAT = "%x00".join(_FIELDS)  # with -z each commit ends in a NUL too, which no field can hold
# What GitLab shows of one diff; the rest is cut, and said to be.
_MAX_FILE_DIFF = 200 * 1024
_MAX_DIFF = 8 * 1024 * 1024
_HUNKS = re.compile(rb"^(?=diff --git )", re.MULTILINE)


@dataclass(frozen=True)
class Commit:
    """A commit; times are ISO 8601 with the author's or committer's own offset."""

    id: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    authored_date: str
    committer_name: str
    committer_email: str
    committed_date: str
    message: str

    @property
    def title(self) -> str:
        """The message's first line."""
        return self.message.split("\n", 1)[0]

    @property
    def short_id(self) -> str:
        """The id's first eight digits, as GitLab shortens it."""
        return self.id[:8]


@dataclass(frozen=True)
class Changed:
    """The paths that a commit adds, changes and removes."""

    added: list[str]
    modified: list[str]
    removed: list[str]


@dataclass(frozen=True)
class FileDiff:
    """What happened to one file."""

    old_path: str
    new_path: str
    old_mode: str
    new_mode: str
    diff: str
    new_file: bool
    renamed_file: bool
    deleted_file: bool
    too_large: bool


def log(
    repository: Repository, revisions: Sequence[str], *options: str, path: str = "", skip: int = 0, limit: int = 20
) -> list[Commit]:
    """Commits reachable from revisions (commit ids, "^id" to leave out), newest first.

    Args:
        repository: where to look.
        revisions: commit ids, or "^" and an id.
        options: further options of git log that narrow the choice.
        path: only commits that change this path.
        skip: how many to leave out.
        limit: how many at most.
    """
    output = repository.text(
        "--literal-pathspecs", "log", "-z", f"--format={_FORMAT}", f"--skip={skip}", f"--max-count={limit}", *options,
        "--end-of-options", *revisions, "--", *([path] if path else []),
    )  # fmt: skip
    return _commits(output)


def count(repository: Repository, revisions: Sequence[str], *options: str, path: str = "") -> int:
    """How many commits `log` would find without a limit."""
    output = repository.text(
        "--literal-pathspecs", "rev-list", "--count", *options, "--end-of-options", *revisions, "--",
        *([path] if path else []),
    )  # fmt: skip
    return int(output)


def commit(repository: Repository, sha: str) -> Commit:
    """One commit, by its id.

    Raises:
        GitError: there is none.
    """
    return log(repository, [sha], limit=1)[0]


def commits(repository: Repository, shas: Sequence[str]) -> dict[str, Commit]:
    """Commits by their ids, all at once."""
    if not shas:
        return {}
    output = repository.text("log", "-z", "--no-walk=unsorted", f"--format={_FORMAT}", "--end-of-options", *set(shas))
    return {found.id: found for found in _commits(output)}


def _commits(output: str) -> list[Commit]:
    fields = output.split("\0")
    size = len(_FIELDS)
    return [_commit(fields[start : start + size]) for start in range(0, len(fields) - size + 1, size)]


def _commit(fields: Sequence[str]) -> Commit:
    sha, parents, author, author_email, authored, committer, committer_email, committed, message = fields
    # git adds a line end of its own to a message that has one.
    return Commit(
        sha, tuple(parents.split()), author, author_email, authored, committer, committer_email, committed,
        message.removesuffix("\n"),
    )  # fmt: skip


def changed_paths(repository: Repository, sha: str) -> Changed:
    """What a commit adds, changes and removes, compared with its first parent; a renamed file counts as changed."""
    output = repository.text(
        "diff-tree", "-r", "-z", "-M", "-m", "--first-parent", "--root", "--no-commit-id", "--name-status", sha
    )
    changed = Changed([], [], [])
    parts = iter(output.split("\0"))
    for status in parts:
        if not status:
            break
        path = next(parts)
        if status[0] in "RC":
            path = next(parts)
        {"A": changed.added, "D": changed.removed}.get(status[0], changed.modified).append(path)
    return changed


def merge_base(repository: Repository, first: str, second: str) -> str | None:
    """The best common ancestor of two commits."""
    try:
        return repository.text("merge-base", first, second).strip()
    except GitError:
        return None


def stats(repository: Repository, found: Commit) -> tuple[int, int]:
    """How many lines a commit adds and deletes."""
    base = found.parents[0] if found.parents else EMPTY_TREE
    added = deleted = 0
    for line in repository.text("diff-tree", "-r", "-M", "--numstat", base, found.id).splitlines():
        plus, minus, _ = line.split("\t", 2)
        added += int(plus) if plus != "-" else 0
        deleted += int(minus) if minus != "-" else 0
    return added, deleted


def diff(repository: Repository, old: str, new: str) -> list[FileDiff]:
    """What happened to each file between two commits or trees; long diffs are left out and marked."""
    raw = repository.text("diff-tree", "-r", "-z", "-M", "--raw", "--abbrev=40", old, new)
    entries = _raw_entries(raw)
    patch = repository.read(_MAX_DIFF, "diff-tree", "-r", "-M", "-p", "--no-color", "--no-ext-diff", old, new)
    pieces = _HUNKS.split(patch)[1:]
    return [_file_diff(entry, pieces[number] if number < len(pieces) else None) for number, entry in enumerate(entries)]


def size(repository: Repository, old: str, new: str) -> int:
    """How many files differ between two commits."""
    return len(_raw_entries(repository.text("diff-tree", "-r", "-z", "-M", "--raw", "--abbrev=40", old, new)))


def patch_id(repository: Repository, old: str, new: str) -> str | None:
    """What tells one change from another wherever it is made (git-patch-id); None for no change, or too long a one."""
    patch = repository.read(_MAX_DIFF, "diff", "--no-color", "--no-ext-diff", old, new)
    told = repository.run("patch-id", "--verbatim", stdin=patch).split() if len(patch) < _MAX_DIFF else []
    return told[0].decode() if told else None


def _raw_entries(raw: str) -> list[tuple[str, str, str, str, str]]:
    """The (old mode, new mode, status, old path, new path) of each file in git's raw diff format."""
    entries = []
    parts = iter(raw.split("\0"))
    for about in parts:
        if not about:
            break
        old_mode, new_mode, _, _, status = about.lstrip(":").split(" ")
        old_path = next(parts)
        new_path = next(parts) if status[0] in "RC" else old_path
        entries.append((old_mode, new_mode, status[0], old_path, new_path))
    return entries


def _file_diff(entry: tuple[str, str, str, str, str], piece: bytes | None) -> FileDiff:
    old_mode, new_mode, status, old_path, new_path = entry
    too_large = piece is None or len(piece) > _MAX_FILE_DIFF
    text = "" if piece is None or too_large else piece.decode("utf-8", "replace")
    start = re.search(r"^(@@ |Binary files )", text, re.MULTILINE)
    return FileDiff(
        old_path, new_path, old_mode, new_mode, text[start.start() :] if start else "",
        new_file=status == "A", renamed_file=status == "R", deleted_file=status == "D", too_large=too_large,
    )  # fmt: skip
