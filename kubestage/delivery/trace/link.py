"""One link of the chain from a tag to its pods."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from kubestage.errors import KubestageError


class Mark(StrEnum):
    """How a link is: it holds; this version's way does not go over it; the chain breaks here."""

    HOLDS = "holds"
    ASIDE = "aside"
    BROKEN = "broken"


@dataclass(frozen=True)
class Link:
    """One link.

    Attributes:
        name: tag, commit, delivery, build, analysis, image, or an environment.
        mark: how it is.
        what: one line of what was found.
        when: when it came to be, ISO 8601 in UTC; empty when nobody says.
        url: the page that shows it, as seen from this machine.
        details: further lines.
        fix: the command or act that helps where it is broken.
        facts: the same for programs.
    """

    name: str
    mark: Mark
    what: str
    when: str = ""
    url: str = ""
    details: tuple[str, ...] = ()
    fix: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def failed(name: str, error: KubestageError) -> Link:
    """The link that could not be looked at."""
    return Link(name, Mark.BROKEN, error.what, details=tuple(error.why.splitlines()), fix=error.fix)


def utc(moment: str | float | None) -> str:
    """A moment as ISO 8601 in UTC, to the second; empty when there is none or it cannot be read.

    Args:
        moment: ISO 8601 (GitLab, Kubernetes, images), an HTTP date (RFC 9110), or milliseconds of the epoch (Jenkins).
    """
    if not moment:
        return ""
    try:
        if isinstance(moment, (int, float)):
            read = datetime.fromtimestamp(moment / 1000, UTC)
        elif moment[0].isdigit():
            read = datetime.fromisoformat(moment)
        else:
            read = parsedate_to_datetime(moment)
    except ValueError:
        return ""
    return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def short(name: str) -> str:
    """A commit's or a digest's first digits, enough for people."""
    algorithm, colon, digits = name.rpartition(":")
    return f"{algorithm}{colon}{digits[: 12 if colon else 8]}"
