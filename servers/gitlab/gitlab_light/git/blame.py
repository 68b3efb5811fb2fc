"""Who last touched each line of a file, and each entry of a folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gitlab_light.git import history
from gitlab_light.git.history import Commit
from gitlab_light.git.repository import Repository

# How far back a folder's entries are followed; older ones are shown without a commit.
_FOLLOWED_COMMITS = 500


@dataclass(frozen=True)
class Origin:
    """A line's commit; `first` marks the first of neighbouring lines with the same one."""

    commit: Commit
    first: bool
    text: str


def blame(repository: Repository, commit: str, path: str) -> list[Origin]:
    """Each line of a file with the commit that brought it; `commit` is a commit's id.

    Raises:
        GitError: there is no such file.
    """
    output = repository.text("blame", "--porcelain", commit, "--", path)
    found: list[tuple[str, str]] = []
    current = ""
    for line in output.split("\n"):
        if line.startswith("\t"):
            found.append((current, line[1:]))
        elif len(line) > 40 and line[40] == " " and " " not in line[:40]:
            current = line[:40]
    commits = history.commits(repository, sorted({sha for sha, _ in found}))
    return [
        Origin(commits[sha], number == 0 or found[number - 1][0] != sha, text)
        for number, (sha, text) in enumerate(found)
    ]


def last_changes(repository: Repository, commit: str, folder: str, names: Iterable[str]) -> dict[str, Commit]:
    """The commit that last changed each entry of a folder; those untouched for long are left out."""
    output = repository.text(
        "--literal-pathspecs", "log", "-z", "--format=%x01%H", "--name-only", f"--max-count={_FOLLOWED_COMMITS}",
        "--end-of-options", commit, "--", *([folder] if folder else []),
    )  # fmt: skip
    prefix, wanted = (folder + "/" if folder else ""), set(names)
    found: dict[str, str] = {}
    for block in output.split("\x01")[1:]:
        sha, *paths = block.replace("\n", "").split("\0") if "\0" in block else [block.strip()]
        for path in paths:
            name = path.removeprefix(prefix).split("/", 1)[0] if path.startswith(prefix) else ""
            if name in wanted and name not in found:
                found[name] = sha
        if len(found) == len(wanted):
            break
    commits = history.commits(repository, sorted(set(found.values())))
    return {name: commits[sha] for name, sha in found.items()}
