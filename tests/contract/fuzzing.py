"""Requests that nobody in their right mind sends, made by hypothesis from what a server's addresses look like."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

_PARAMETER = re.compile(r":([a-z_]+)")
_PATIENCE_SECONDS = 60
# What has broken servers of all kinds before.
_NASTY = (
    "", "0", "-1", "1", "2", "99999999999999999999", "1e9", "null", "true", "[]", "{}", "..", "../../etc/passwd",
    ".git", "-", "--", "-rf", "HEAD", "master", "refs/heads/master", "@{-1}", "master..", "a\0b", "\r\nX: y", "%00",
    "%2e%2e", "'", '"; --', "<script>", "\ud800", "é", "\u202e", "\uffff", "${7*7}", "$(id)", "`id`", "*", "[",
    "(((((", "\\", "/", "//", "2024-13-99", "a" * 300, "🙂" * 80,
)  # fmt: skip
_LETTERS = "ab1/.:-_%&=?#+ ~@{}[]()<>'\"\\\0\n\té\u202e\ud800🙂"


@dataclass(frozen=True)
class Operation:
    """A method and an address in which `:name` stands for anything; `known` has values of those that lead somewhere."""

    method: str
    template: str
    known: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Shot:
    """A request."""

    method: str
    path: str
    query: dict[str, Any]
    body: Any
    kind: str


@cache
def words() -> st.SearchStrategy[str]:
    """Texts: known troublemakers, and any mixture of letters that mean something somewhere."""
    return st.one_of(st.sampled_from(_NASTY), st.text(_LETTERS, max_size=30))


@cache
def values() -> st.SearchStrategy[Any]:
    """What JSON can hold, not too deep."""
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), words()
    )
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words(), inner, max_size=3), max_leaves=6
    )


def shots(operations: Sequence[Operation], names: Sequence[str]) -> st.SearchStrategy[Shot]:
    """Requests to these operations, with parameters of these names and of any other."""

    @st.composite
    def shot(draw: st.DrawFn) -> Shot:
        operation = draw(st.sampled_from(list(operations)))

        def part(match: re.Match[str]) -> str:
            known = operation.known.get(match[1], ())
            chosen = draw(st.sampled_from(known) if known and draw(st.booleans()) else words())
            return quote(chosen, safe="", errors="surrogatepass") or "%20"

        name = st.one_of(st.sampled_from(list(names)), words())
        return Shot(
            operation.method,
            _PARAMETER.sub(part, operation.template),
            draw(st.dictionaries(name, words(), max_size=3)),
            draw(st.one_of(st.dictionaries(name, values(), max_size=5), values())),
            draw(st.sampled_from(["json", "form", "raw", "none"])),
        )

    return shot()


def fire(session: requests.Session, root: str, shot: Shot) -> requests.Response:
    """Sends a request, its body in the shape that it says."""
    sent: dict[str, Any] = {}
    if shot.method in ("POST", "PUT", "PATCH", "DELETE"):
        if shot.kind == "json":
            sent["json"] = shot.body
        elif shot.kind == "form" and isinstance(shot.body, dict):
            sent["data"] = {_clean(key): _clean(str(value)) for key, value in shot.body.items()}
        elif shot.kind == "raw":
            sent |= {"data": _clean(repr(shot.body)).encode(), "headers": {"Content-Type": "application/json"}}
    query = {_clean(key): _clean(value) for key, value in shot.query.items()}
    return session.request(
        shot.method, root + shot.path, params=query, timeout=_PATIENCE_SECONDS, allow_redirects=False, **sent
    )


def _clean(text: str) -> str:
    """Half of a surrogate pair cannot be put into a form."""
    return text.encode("utf-8", "replace").decode()


def hunt(
    shot: st.SearchStrategy[Shot], send: Callable[[Shot], requests.Response], seconds: float, *, anew: bool
) -> int:
    """Sends requests for so long; returns how many.

    Args:
        shot: makes requests.
        send: sends one.
        seconds: when to end.
        anew: other requests each time; else always the same ones, in the same order.

    Raises:
        AssertionError: one was answered with a server's fault; it is told, made as small as possible.
    """
    until: float | None = None
    sent = 0

    @settings(
        max_examples=1_000_000, deadline=None, database=None, derandomize=not anew,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(shot)
    def each(one: Shot) -> None:
        nonlocal sent, until
        # The clock starts with the first request: what comes before is hypothesis' own.
        until = until or time.monotonic() + seconds
        if time.monotonic() > until:
            raise _TimeIsUp
        answer = send(one)
        sent += 1
        assert answer.status_code < 500, f"{one}: {answer.status_code} {answer.text[:500]}"

    try:
        each()
    except _TimeIsUp:
        return sent
    return sent


def sweep(
    operations: Sequence[Operation], names: Sequence[str], send: Callable[[Shot], requests.Response], rounds: int
) -> int:
    """Sends so many requests to each operation, the same ones each time; returns how many.

    Args:
        operations: all of them get their share.
        names: of parameters.
        send: sends one.
        rounds: how many requests each operation gets.

    Raises:
        AssertionError: one was answered with a server's fault.
    """
    sent = 0

    def each(one: Shot) -> None:
        nonlocal sent
        answer = send(one)
        sent += 1
        assert answer.status_code < 500, f"{one}: {answer.status_code} {answer.text[:500]}"

    for operation in operations:
        few = settings(
            max_examples=rounds, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        few(given(shots([operation], names))(each))()
    return sent


class _TimeIsUp(BaseException):
    """Enough; no ordinary exception, which hypothesis would try to reproduce."""
