"""How often one may ask: failed sign-ins by account, and requests by caller."""

from __future__ import annotations

import time
from collections import OrderedDict

from portal.errors import Refusal

_CALLERS = 10_000


class Buckets:
    """A bucket of tokens for each caller: it fills steadily up to its size, and each request takes one out.

    Args:
        size: how many at once.
        per_second: how many in the long run.
    """

    def __init__(self, size: float, per_second: float) -> None:
        self._size = size
        self._rate = per_second
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, count: float = 1.0) -> float:
        """Takes tokens out; the seconds to wait where there are not enough (then none is taken), else 0."""
        now = time.monotonic()
        level, since = self._buckets.pop(caller, (self._size, now))
        level = min(self._size, level + (now - since) * self._rate)
        wait = max(0.0, (count - level) / self._rate)
        self._buckets[caller] = (level if wait else level - count, now)
        while len(self._buckets) > _CALLERS:
            self._buckets.popitem(last=False)
        return wait


class Attempts:
    """Failed sign-ins of an account: ten at once, then one every six seconds."""

    def __init__(self) -> None:
        self._buckets = Buckets(size=10, per_second=1 / 6)

    def check(self, user: str) -> None:
        """Refuses who failed too often.

        Raises:
            Refusal: wait.
        """
        if wait := self._buckets.take(user, 0.999):
            raise too_many(wait, f"Too many failed sign-ins of {user!r}")
        self._buckets.take(user, -0.999)

    def failed(self, user: str) -> None:
        """Counts a failure."""
        self._buckets.take(user)


def too_many(wait: float, what: str) -> Refusal:
    """429, and when to come again."""
    seconds = int(wait) + 1
    return Refusal(
        "too-many", what, why=f"Come again in {seconds} s.", fix=f"sleep {seconds}", status=429, wait=seconds
    )
