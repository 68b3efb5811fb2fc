"""Search in a project's files: by their lines and by their names, as GitLab's basic search does.

See https://docs.gitlab.com/user/search/#use-search-filters for what a query may hold beside its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from gitlab_light.git.commands import GitError
from gitlab_light.git.repository import Repository

_MOST_HITS, _MOST_OUTPUT = 1000, 4 * 1024 * 1024
_MOST_BEGINNING = 1024


@dataclass(frozen=True)
class Query:
    """What is searched for.

    Attributes:
        words: what a line or a path holds, whatever its case; "" for all files that pass the filters.
        wanted: pairs of a filter ("filename", "path" or "extension") and what it has to be; `*` is any text.
        unwanted: the same of filters that a file must not pass.
    """

    words: str
    wanted: tuple[tuple[str, str], ...] = ()
    unwanted: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, text: str) -> Query:
        """Takes the filters out of a text; `-` before one turns it round."""
        words: list[str] = []
        wanted: list[tuple[str, str]] = []
        unwanted: list[tuple[str, str]] = []
        for word in text.split(" "):
            name, colon, value = word.removeprefix("-").partition(":")
            if colon and value and name in ("filename", "path", "extension"):
                (unwanted if word.startswith("-") else wanted).append((name, value.lower()))
            else:
                words.append(word)
        return cls(" ".join(words).strip(), tuple(wanted), tuple(unwanted))

    def admits(self, path: str) -> bool:
        """Whether a file passes the filters."""
        passes = [_passes(path.lower(), *one) for one in self.wanted]
        return all(passes) and not any(_passes(path.lower(), *one) for one in self.unwanted)


def _passes(path: str, name: str, value: str) -> bool:
    if name == "filename":
        return fnmatchcase(PurePosixPath(path).name, f"*{value}*" if "*" not in value else value)
    if name == "extension":
        return PurePosixPath(path).suffix == f".{value.removeprefix('.')}"
    return fnmatchcase(path, f"*{value}*")


@dataclass(frozen=True)
class Hit:
    """A line that holds the words, or with line None a file that has them in its name alone."""

    path: str
    line: int | None
    text: str


def found(repository: Repository, commit: str, query: Query) -> list[Hit]:
    """The lines that hold the words, then the files that have them in their names."""
    hits = [hit for hit in _lines(repository, commit, query.words) if query.admits(hit.path)]
    seen = {hit.path for hit in hits}
    for entry in repository.tree(commit, "", recursive=True) or []:
        named = entry.type == "blob" and query.words.lower() in entry.path.lower()
        if named and entry.path not in seen and query.admits(entry.path):
            hits.append(Hit(entry.path, None, ""))
    return hits[:_MOST_HITS]


def entity(repository: Repository, commit: str, ref: str, project_id: int, hit: Hit) -> dict[str, Any]:
    """A hit as GitLab shows it, a file found by its name with its beginning."""
    return {
        "basename": str(PurePosixPath(hit.path).with_suffix("")),
        "data": hit.text if hit.line else _beginning(repository, commit, hit.path),
        "path": hit.path,
        "filename": hit.path,
        "id": None,
        "ref": ref,
        "startline": hit.line or 1,
        "project_id": project_id,
    }


def _lines(repository: Repository, commit: str, words: str) -> list[Hit]:
    if not words:
        return []
    try:
        output = repository.read(
            _MOST_OUTPUT, "grep", "-I", "-n", "-z", "-i", "--fixed-strings", "--full-name", "--max-count=20",
            "-e", words, commit,
        )  # fmt: skip
    except GitError:
        return []  # nothing found
    hits = []
    for line in output.decode("utf-8", "replace").splitlines()[:_MOST_HITS]:
        where, _, rest = line.partition("\0")  # "commit:path", the line's number and its text, with NULs between
        number, _, text = rest.partition("\0")
        if number.isdigit():
            hits.append(Hit(where.partition(":")[2], int(number), text + "\n"))
    return hits


def _beginning(repository: Repository, commit: str, path: str) -> str:
    entry = repository.entry(commit, path)
    content = repository.read(_MOST_BEGINNING, "cat-file", "blob", entry.id) if entry else b""
    return "" if b"\0" in content else content.decode("utf-8", "replace")
