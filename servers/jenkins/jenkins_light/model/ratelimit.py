"""``rateLimitBuilds`` of branch-api: how often builds of a job start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jenkins_light import xmltree
from jenkins_light.model.describable import argument
from jenkins_light.model.numbers import whole
from jenkins_light.xmltree import Element

PROPERTY = "jenkins.branch.RateLimitBranchProperty_-JobPropertyImpl"
_DAY = 86_400.0
_SECONDS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": _DAY, "week": 7 * _DAY, "month": 31 * _DAY,
    "year": 365 * _DAY,
}  # fmt: skip
_MOST = 1000


@dataclass(frozen=True)
class RateLimit:
    """So many builds in such a time, spread evenly.

    Attributes:
        count: builds in the duration; 0 for any number. duration: its name, such as "hour".
        user_boost: builds that a user starts do not wait.
    """

    count: int
    duration: str
    user_boost: bool

    @property
    def between(self) -> float:
        """The seconds from the start of one build to that of the next."""
        return _SECONDS[self.duration] / self.count if self.count else 0.0


def parse(properties: Element | None) -> RateLimit | None:
    """The property of a config.xml, or None."""
    found = None if properties is None else properties.find(PROPERTY)
    if found is None:
        return None
    count = whole(xmltree.text(found, "count")) or 0
    duration = xmltree.text(found, "durationName")
    return RateLimit(count, duration if duration in _SECONDS else "hour", xmltree.flag(found, "userBoost"))


def to_xml(described: Mapping[str, Any]) -> Element:
    """The property of ``rateLimitBuilds(throttle: [count: 1, durationName: 'hour', userBoost: false])``.

    What the plugin cannot use it replaces: a count is between 0 and 1000, an unknown duration is an hour.
    """
    throttle = argument(described, "throttle") or described
    duration = str(throttle.get("durationName") or "")
    count = min(max(0, int(throttle.get("count") or 0)), _MOST)
    root = xmltree.Element(PROPERTY)
    xmltree.add(root, "durationName", duration if duration in _SECONDS else "hour")
    xmltree.add(root, "count", count)
    xmltree.add(root, "userBoost", bool(throttle.get("userBoost", False)))
    return root
