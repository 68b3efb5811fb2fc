"""Moments in the patterns of Java's SimpleDateFormat, in English, and durations in those of DurationFormatUtils."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from jenkins_light.errors import BadRequestError

#: What SimpleDateFormat pads with zeros to the number of its letters.
_NUMBERS: dict[str, Callable[[datetime], int]] = {
    "y": lambda moment: moment.year,
    "M": lambda moment: moment.month,
    "d": lambda moment: moment.day,
    "D": lambda moment: moment.timetuple().tm_yday,
    "H": lambda moment: moment.hour,
    "h": lambda moment: moment.hour % 12 or 12,
    "m": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
    "S": lambda moment: moment.microsecond // 1000,
}
_WORDS = {"yy": "%y", "MMM": "%b", "MMMM": "%B", "E": "%a", "EE": "%a", "EEE": "%a", "EEEE": "%A"}
_WORDS |= {"a": "%p", "z": "%Z", "Z": "%z"}
_MOST_DIGITS = 20
_PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*")


def in_pattern(moment: datetime, pattern: str) -> str:
    """The moment as ``SimpleDateFormat(pattern)`` writes it.

    Raises:
        BadRequestError: a letter that is not known.
    """

    def written(part: re.Match[str]) -> str:
        letters = part.group()
        if part.group(1) is not None:
            return part.group(1).replace("''", "'") or "'"
        if letters in _WORDS:
            return moment.strftime(_WORDS[letters])
        if letters[0] in _NUMBERS:
            return f"{_NUMBERS[letters[0]](moment):0{min(len(letters), _MOST_DIGITS)}d}"
        raise BadRequestError(f"Illegal pattern character '{letters[0]}'")

    return _PART.sub(written, pattern)


#: In milliseconds, the largest first: what is not asked for counts in what is smaller.
_UNITS = {"d": 86_400_000, "H": 3_600_000, "m": 60_000, "s": 1_000, "S": 1}


def elapsed_in_pattern(duration: timedelta, pattern: str) -> str:
    """The duration as commons-lang's ``DurationFormatUtils.formatDuration(millis, pattern)`` writes it."""
    left, counts = max(duration // timedelta(milliseconds=1), 0), {}
    asked = {part.group()[0] for part in _PART.finditer(pattern) if part.group(1) is None}
    for letter, length in _UNITS.items():
        if letter in asked:
            counts[letter], left = divmod(left, length)

    def written(part: re.Match[str]) -> str:
        letters = part.group()
        if part.group(1) is not None:
            return part.group(1)
        if letters[0] not in counts:
            return letters
        # What follows seconds is their fraction.
        digits = 3 if letters[0] == "S" and "s" in asked else len(letters)
        return f"{counts[letters[0]]:0{min(digits, _MOST_DIGITS)}d}"

    return _PART.sub(written, pattern)
