"""Jenkins' crontabs: five fields with ``H``, steps and ranges, ``@daily`` and its kin, a ``TZ=`` line.

``H`` stands for the minute, hour or day that Jenkins itself picks for the job (an MD5 of its full name seeds Java's
random numbers), so a pipeline keeps its times when it moves between here and there. Unlike in Vixie's cron, day of
month and day of week must both match; that, and ``H``, are why no cron library fits.

Source: hudson.scheduler (CrontabParser.g4, BaseParser, CronTab, CronTabList, Hash).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jenkins_light.errors import BadRequestError

_LOWER, _UPPER = (0, 0, 1, 1, 0), (59, 23, 31, 12, 7)
#: The largest value that ``H`` takes: a day that every month has, and Sunday only once.
_HASH_UPPER = (59, 23, 28, 12, 6)
_ALIASES = {
    "@yearly": "H H H H *", "@annually": "H H H H *", "@monthly": "H H H * *", "@weekly": "H H * * H",
    "@daily": "H H * * *", "@midnight": "H H(0-2) * * *", "@hourly": "H * * * *",
}  # fmt: skip
_TERM = re.compile(
    r"(?:(?P<star>\*)|(?P<hash>H)(?:\((?P<from>\d{1,3})-(?P<to>\d{1,3})\))?|(?P<start>\d{1,3})(?:-(?P<end>\d{1,3}))?)"
    r"(?:/(?P<step>\d{1,3}))?"
)
_YEARS_AHEAD = 2
_LONGEST_SPEC = 10_000


class _Hash:
    """Java's ``Random`` (48-bit linear congruential), seeded with a job's name as Jenkins does."""

    def __init__(self, seed: str) -> None:
        digest = hashlib.md5(seed.encode(), usedforsecurity=False).digest()
        folded = int.from_bytes(bytes(a ^ b for a, b in zip(digest[:8], digest[8:], strict=True)), "big")
        self._state = (folded ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def _bits(self, count: int) -> int:
        self._state = (self._state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return self._state >> (48 - count)

    def next(self, bound: int) -> int:
        """An integer in [0, bound)."""
        if bound & (bound - 1) == 0:
            return (bound * self._bits(31)) >> 31
        while True:
            drawn = self._bits(31)
            value = drawn % bound
            if drawn - value + (bound - 1) < 1 << 31:
                return value


@dataclass(frozen=True)
class Line:
    """One line of a crontab: the values of minute, hour, day of month, month and day of week (0 is Sunday)."""

    fields: tuple[frozenset[int], ...]

    def matches(self, moment: datetime) -> bool:
        """Whether the line means this minute; ``moment`` is in the crontab's time zone."""
        minute, hour = self.fields[:2]
        return moment.minute in minute and moment.hour in hour and self.matches_day(moment)

    def matches_day(self, moment: datetime) -> bool:
        """Whether the line means any minute of this day."""
        _, _, day, month, weekday = self.fields
        return moment.day in day and moment.month in month and moment.isoweekday() % 7 in weekday


@dataclass(frozen=True)
class Crontab:
    """A whole crontab; ``zone`` is None for the server's own time."""

    lines: tuple[Line, ...]
    zone: tzinfo | None = None

    def matches(self, moment: datetime) -> bool:
        """Whether any line means this minute; ``moment`` knows its time zone."""
        local = moment.astimezone(self.zone)
        return any(line.matches(local) for line in self.lines)

    def next(self, after: datetime) -> datetime | None:
        """The first minute after ``after`` that matches, or None when there is none in two years."""
        found = (after.astimezone(self.zone) + timedelta(minutes=1)).replace(second=0, microsecond=0)
        limit = after + timedelta(days=365 * _YEARS_AHEAD)
        while found < limit:
            if not any(line.matches_day(found) for line in self.lines):
                found = found.replace(hour=0, minute=0) + timedelta(days=1)
            elif any(line.matches(found) for line in self.lines):
                return found
            else:
                found += timedelta(minutes=1)
        return None


@lru_cache(maxsize=4096)
def parse(spec: str, seed: str) -> Crontab:
    """Read a crontab; ``seed`` is the job's full name, which decides what ``H`` means.

    Raises:
        BadRequestError: Jenkins would refuse it.
    """
    if len(spec) > _LONGEST_SPEC:
        raise BadRequestError(f"A crontab has at most {_LONGEST_SPEC} characters")
    chance, zone, lines = _Hash(seed), None, []
    for number, text in enumerate(spec.splitlines()):
        line = text.strip()
        if number == 0 and line.startswith("TZ="):
            zone = _zone(line.removeprefix("TZ="))
        elif line and not line.startswith("#"):
            lines.append(_line(line, chance))
    return Crontab(tuple(lines), zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequestError(f"Invalid or unsupported timezone '{name}'") from None


def _line(text: str, chance: _Hash) -> Line:
    fields = _ALIASES.get(text, text).split()
    if len(fields) != len(_LOWER):
        raise BadRequestError(f'Invalid input: "{text}": it needs five fields')
    values = [_field(field, index, text, chance) for index, field in enumerate(fields)]
    values[4] = frozenset(day % 7 for day in values[4])
    return Line(tuple(values))


def _field(field: str, index: int, line: str, chance: _Hash) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        term = _TERM.fullmatch(part)
        if term is None or (term["step"] and term["start"] and not term["end"]):
            raise BadRequestError(f'Invalid input: "{line}": unexpected {part}')
        found.update(_values(term, index, line, chance))
    return frozenset(found)


def _values(term: re.Match[str], index: int, line: str, chance: _Hash) -> range:
    start, end, step = _LOWER[index], _UPPER[index], int(term["step"] or 1)
    if term["hash"]:
        end = _HASH_UPPER[index]
    if bounds := (term["from"] or term["start"]):
        start, end = int(bounds), int(term["to"] or term["end"] or bounds)
    if step < 1 or not _LOWER[index] <= start <= end <= _UPPER[index]:
        raise BadRequestError(f'Invalid input: "{line}": {term.group()} is outside {_LOWER[index]}-{_UPPER[index]}')
    if not term["hash"]:
        return range(start, end + 1, step)
    if step > end - start + 1:
        raise BadRequestError(f'Invalid input: "{line}": {step} is an invalid step: it is longer than its range')
    if step > 1:
        return range(start + chance.next(step), end + 1, step)
    picked = start + chance.next(end + 1 - start)
    return range(picked, picked + 1)
