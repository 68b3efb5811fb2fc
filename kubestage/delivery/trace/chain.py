"""The chain of one version: tag, commit, hook delivery, build, analysis, image, and each environment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kubestage.delivery.trace.findings import Findings, Systems
from kubestage.delivery.trace.link import Link, Mark, failed
from kubestage.delivery.trace.links import LINKS
from kubestage.delivery.trace.places import place_link, verdict
from kubestage.errors import KubestageError


@dataclass(frozen=True)
class Trace:
    """A version's chain.

    Attributes:
        version: the version.
        links: in order.
        same_digest: whether all environments run this version from one digest; None when not all of them run it.
        verdict: the same in words.
    """

    version: str
    links: tuple[Link, ...]
    same_digest: bool | None
    verdict: str

    @property
    def broken(self) -> Link | None:
        """The first link that does not hold."""
        return next((link for link in self.links if link.mark is Mark.BROKEN), None)

    def record(self) -> dict[str, Any]:
        """The chain as plain data."""
        broken = self.broken
        return {**asdict(self), "broken": broken.name if broken else None}


def trace_version(systems: Systems, version: str) -> Trace:
    """Follows a version from its tag to its pods; a system that does not answer is a broken link, and the rest is told.

    Args:
        systems: what it goes through.
        version: the tag, as in v1.0.0.0.

    Raises:
        InputError: neither GitLab, nor the registry, nor an environment knows the version; says which there are.
    """
    found = Findings(systems, version)
    links = [_link(found, name) for name in LINKS]
    links += [place_link(place, version, found.digest) for place in found.places]
    same, words = verdict(found.places, version)
    return Trace(version, tuple(links), same, words)


def _link(found: Findings, name: str) -> Link:
    if name in found.failures:
        return failed(name, found.failures[name])
    try:
        return LINKS[name](found)
    except KubestageError as error:  # a console or a queue item is asked for only here
        return failed(name, error)
