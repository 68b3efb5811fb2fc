"""Patterns for names: with `*` as protected branches and hooks' filters have them, and regular expressions."""

from __future__ import annotations

import re2  # type: ignore[import-untyped]

from gitlab_light.errors import bad_request

_MOST_STARS = 5


def check_wildcard(field: str, pattern: str) -> None:
    """Refuses patterns that would take long to match.

    Raises:
        Refusal: 400 for more than five `*`, or a line break or blank, which no branch's name has.
    """
    if pattern.count("*") > _MOST_STARS or any(char.isspace() or ord(char) < 32 for char in pattern):
        raise bad_request({field: ["is invalid"]})


def matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern; `*` stands for any text, slashes included, as in GitLab."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == name
    *middle, last = rest
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    start, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def check_regex(field: str, pattern: str) -> None:
    """Refuses what is no regular expression in RE2's syntax.

    Raises:
        Refusal: 400.
    """
    try:
        re2.compile(pattern, _options())
    except re2.error:
        raise bad_request({field: ["not valid RE2 syntax"]}) from None


def regex_matches(pattern: str, name: str) -> bool:
    """Whether a regular expression matches somewhere in a name; RE2 does so in linear time."""
    return bool(re2.compile(pattern, _options()).search(name))


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    return options
