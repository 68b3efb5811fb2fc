"""A file's diff as rows of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gitlab_light.git.history import FileDiff

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


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
