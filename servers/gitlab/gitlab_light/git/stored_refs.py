"""What a repository's files say of its refs, without a git: a list of things asks for the refs of each.

See https://git-scm.com/docs/gitrepository-layout: a ref has a file of its own, or a line in `packed-refs`, and its own
file counts.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_SHA = re.compile(rb"[0-9a-f]{40}")
_SHA_LENGTH = 40
# So much of the packed refs, which are sorted, holds the first branch where there is one.
_BEGINNING = 4096


def stored_target(repository: Path, ref: str) -> str | None:
    """The object that a ref stands at; None where it takes git to say so, or that there is none.

    Args:
        repository: the bare repository.
        ref: a full name that is known to be well-formed, such as "refs/heads/master".
    """
    try:
        return _sha((repository / ref).read_bytes().strip())
    except OSError:
        pass  # it is packed, or not there
    try:
        packed = (repository / "packed-refs").read_bytes()
    except OSError:
        return None
    place = packed.find(b" " + ref.encode() + b"\n")
    return _sha(packed[place - _SHA_LENGTH : place]) if place >= _SHA_LENGTH else None


def shows_a_branch(repository: Path) -> bool:
    """Whether there is a branch that is seen at once: HEAD's own, or a packed one."""
    try:
        head = os.fsdecode((repository / "HEAD").read_bytes()).strip().removeprefix("ref: ")
        if head.startswith("refs/heads/") and (repository / head).is_file():
            return True
        with (repository / "packed-refs").open("rb") as packed:
            return b" refs/heads/" in packed.read(_BEGINNING)
    except OSError:
        return False


def _sha(text: bytes) -> str | None:
    return text.decode() if _SHA.fullmatch(text) else None
