"""Times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

_STEPS = (
    (60, 1, "s"),
    (3600, 60, "min"),
    (86400, 3600, "h"),
    (86400 * 60, 86400, "d"),
    (86400 * 730, 86400 * 30, "mo"),
)


def moment(value: int | float | str) -> datetime:
    """The time that milliseconds since 1970 or an ISO 8601 text mean; a text without a zone is UTC."""
    if isinstance(value, str):
        parsed = datetime.fromisoformat(value)
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return datetime.fromtimestamp(value / 1000, UTC)


def ago(value: int | float | str, now: datetime | None = None) -> str:
    """How long ago that was, in the largest unit that fits: "just now", "5 min ago", "3 d ago"."""
    seconds = ((now or datetime.now(UTC)) - moment(value)).total_seconds()
    if seconds < 2:
        return "just now" if seconds > -60 else f"{exact(value)}"
    for limit, unit, name in _STEPS:
        if seconds < limit:
            return f"{int(seconds // unit)} {name} ago"
    return f"{int(seconds // (86400 * 365))} y ago"


def exact(value: int | float | str) -> str:
    """The time to the second, in UTC."""
    return f"{moment(value).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso(value: int | float | str) -> str:
    """The time for a <time> element's datetime attribute."""
    return moment(value).isoformat(timespec="seconds")


def lasted(milliseconds: int | float) -> str:
    """A duration: "35 ms", "4.2 s", "1 min 12 s", "2 h 5 min"."""
    if milliseconds < 1000:
        return f"{int(milliseconds)} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min {int(seconds % 60)} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
