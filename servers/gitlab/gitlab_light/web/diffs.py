"""A file's diff as rows of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response

from gitlab_light.git.history import FileDiff
from gitlab_light.git.repository import EMPTY_TREE, Repository
from gitlab_light.web.visit import SAFETY

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


# The most of a diff that is sent as a file.
_MOST_TEXT = 64 * 1024 * 1024
_WRITTEN = {"patch": ("format-patch", "--stdout"), "diff": ("diff",)}


@dataclass(frozen=True)
class Row:
    """A line of a diff.

    Attributes:
        kind: "add", "del", "hunk" or "".
        old: its number in the old file, None where it is not in it.
        new: the same for the new file.
    """

    kind: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True)
class ShownDiff:
    """A file's diff for a page."""

    about: FileDiff
    rows: list[Row]

    @property
    def added(self) -> int:
        """How many lines it adds."""
        return sum(row.kind == "add" for row in self.rows)

    @property
    def removed(self) -> int:
        """How many lines it takes away."""
        return sum(row.kind == "del" for row in self.rows)


def shown(diffs: list[FileDiff]) -> list[ShownDiff]:
    """Diffs with their lines numbered."""
    return [ShownDiff(diff, _rows(diff.diff)) for diff in diffs]


def _rows(text: str) -> list[Row]:
    rows = []
    old = new = 0
    for line in text.removesuffix("\n").split("\n") if text else ():
        if hunk := _HUNK.match(line):
            old, new = int(hunk[1]), int(hunk[2])
            rows.append(Row("hunk", None, None, line))
        elif line.startswith("+"):
            rows.append(Row("add", None, new, line[1:]))
            new += 1
        elif line.startswith("-"):
            rows.append(Row("del", old, None, line[1:]))
            old += 1
        elif line.startswith("\\"):
            rows.append(Row("hunk", None, None, line.removeprefix("\\ ")))
        elif old or new:
            rows.append(Row("", old, new, line[1:]))
            old, new = old + 1, new + 1
        else:
            rows.append(Row("hunk", None, None, line))
    return rows


def text(repository: Repository, old: str, new: str, form: str) -> Response:
    """What came in between two commits, as git writes it.

    Args:
        repository: whose commits they are.
        old: a commit or the empty tree.
        new: a commit.
        form: "diff", or "patch" for one mail for each commit, as git am takes them.
    """
    mails = ["--root", new] if old == EMPTY_TREE else [f"{old}..{new}"]
    ends = mails if form == "patch" else [old, new]
    patch = repository.read(_MOST_TEXT, *_WRITTEN[form], "--no-color", "--no-ext-diff", *ends)
    return PlainTextResponse(patch, headers=SAFETY)
