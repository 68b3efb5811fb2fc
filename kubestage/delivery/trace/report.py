"""The chain as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from kubestage.delivery.trace.chain import Trace
from kubestage.delivery.trace.link import Mark

_SIGNS = {Mark.HOLDS: "✓", Mark.ASIDE: "·", Mark.BROKEN: "✗"}
_NAME, _TIME = 9, 20


def lines(trace: Trace) -> Iterator[str]:
    """One line a link with its time (UTC), below it its page and what else there is to say."""
    yield f"{trace.version}"
    for link in trace.links:
        yield f"{_SIGNS[link.mark]} {link.name:<{_NAME}} {link.when:<{_TIME}}  {link.what}"
        for detail in (*link.details, link.url):
            if detail:
                yield " " * (_NAME + _TIME + 5) + detail
    yield trace.verdict
