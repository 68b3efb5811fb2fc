"""How often somebody may call the API in a minute, and the headers that tell them."""

from __future__ import annotations

import time
from threading import Lock

from gitlab_light.errors import Refusal

_PERIOD = 60


class Throttle:
    """Counts calls by caller in fixed windows, as GitLab's Rack::Attack does.

    Args:
        limit: calls in a minute; 0 for no limit and no headers.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._window = 0
        self._seen: dict[str, int] = {}
        self._lock = Lock()

    def count(self, caller: str, *, signed_in: bool) -> dict[str, str]:
        """Counts a call; returns the headers of its answer.

        Raises:
            Refusal: 429, it is one too many.
        """
        if not self._limit:
            return {}
        now = int(time.time())
        with self._lock:
            window = now // _PERIOD
            if window != self._window:
                self._window, self._seen = window, {}
            observed = self._seen[caller] = self._seen.get(caller, 0) + 1
        reset = (window + 1) * _PERIOD
        headers = {
            "RateLimit-Limit": str(self._limit),
            "RateLimit-Name": f"throttle_{'authenticated' if signed_in else 'unauthenticated'}_api",
            "RateLimit-Observed": str(observed),
            "RateLimit-Remaining": str(max(0, self._limit - observed)),
            "RateLimit-Reset": str(reset),
        }
        if observed > self._limit:
            raise Refusal(429, {"message": "Retry later"}, headers | {"Retry-After": str(max(1, reset - now))})
        return headers
