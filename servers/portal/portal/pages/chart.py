"""The availability of an environment as a picture: which version answered when, and when none did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.models import ProbePoint

WIDTH, HEIGHT = 600, 96
_TOP, _FLOOR, _LEFT = 18, 66, 0
_COLOURS = 6
_LABEL_LETTER = 7.2
_NARROWEST = 1.5


@dataclass(frozen=True)
class Bar:
    """A span in which all answers were alike; coordinates are those of the drawing.

    Attributes:
        style: the class that colours it: "v0" to "v5", "failed", or "unasked" where nobody asked.
        label: the version, where it fits into the bar; a failure is told by shape and by the words below.
        words: what it means, for who points at it.
    """

    x: float
    width: float
    style: str
    label: str
    words: str


@dataclass(frozen=True)
class Chart:
    """A drawing.

    Attributes:
        bars: oldest first.
        legend: (class, words) of what the bars' colours mean.
        ticks: (x, words) along the time axis.
        words: the whole in a sentence.
    """

    bars: list[Bar] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)
    ticks: list[tuple[float, str]] = field(default_factory=list)
    words: str = "No answers yet."
    width: int = WIDTH
    height: int = HEIGHT
    top: int = _TOP
    floor: int = _FLOOR


def draw(
    points: Sequence[ProbePoint], versions: Sequence[str], now: datetime, minutes: int = 5, apart: float = 5.0
) -> Chart:
    """Draws the last minutes.

    Args:
        points: probes, oldest first.
        versions: all versions there are, in an order that stays: each keeps its colour wherever it is drawn.
        now: the right edge.
        minutes: how much time the drawing has.
        apart: seconds; between probes that are further apart nobody asked: the portal was down, or the machine slept.
    """
    begin = now - timedelta(minutes=minutes)
    shown = [point for point in points if point.until >= begin]
    if not shown:
        return Chart(ticks=_ticks(minutes))
    order = list(dict.fromkeys([*versions, *sorted({point.version for point in points if point.version})]))
    bars = []
    unasked = timedelta()
    for point, following in zip(shown, [*(each.at for each in shown[1:]), max(shown[-1].until, now)], strict=True):
        # An answer stands until the next one is there, the last one until now; if that comes in time.
        slept = following - point.until > timedelta(seconds=apart)
        bars.append(_bar(point, max(point.at, begin), point.until if slept else following, begin, minutes, order))
        if slept:
            unasked += following - point.until
            bars.append(_gap(point.until, following, begin, minutes))
    seen = list(dict.fromkeys(point.version for point in shown if point.version))
    legend = [(_style(version, order), version) for version in seen]
    failed = sum(point.count for point in shown if point.failure)
    if failed:
        legend.append(("failed", "no answer"))
    if unasked:
        legend.append(("unasked", "not asked"))
    asked = sum(point.count for point in shown)
    words = f"Last {minutes} min: {asked} asked, {failed or 'none'} failed; answered by {', '.join(seen) or 'nobody'}."
    if unasked:
        words += f" Not asked for {unasked.total_seconds():.0f} s."
    return Chart(bars, legend, _ticks(minutes), words)


def _gap(start: datetime, end: datetime, begin: datetime, minutes: int) -> Bar:
    x, width = _place(max(start, begin), end, begin, minutes)
    return Bar(x, width, "unasked", "", f"not asked for {(end - start).total_seconds():.0f} s")


def _place(start: datetime, end: datetime, begin: datetime, minutes: int) -> tuple[float, float]:
    """Where a span begins in the drawing, and how wide it is."""
    scale = WIDTH / (minutes * 60)
    x = _LEFT + max((start - begin).total_seconds(), 0) * scale
    return x, min(max((end - start).total_seconds() * scale, _NARROWEST), max(WIDTH - x, _NARROWEST))


def _bar(point: ProbePoint, start: datetime, end: datetime, begin: datetime, minutes: int, order: Sequence[str]) -> Bar:
    x, width = _place(start, end, begin, minutes)
    lasted = f"{max((end - point.at).total_seconds(), 0):.0f} s"
    if point.failure:
        return Bar(x, width, "failed", "", f"no answer ({point.failure}) for {lasted}")
    label = point.version if width > len(point.version) * _LABEL_LETTER + 8 else ""
    return Bar(x, width, _style(point.version, order), label, f"{point.version} for {lasted}")


def _style(version: str, order: Sequence[str]) -> str:
    return f"v{order.index(version) % _COLOURS}"


def _ticks(minutes: int) -> list[tuple[float, str]]:
    steps = [(WIDTH * step / minutes, f"{minutes - step} min ago") for step in range(minutes)]
    return [*steps, (float(WIDTH), "now")]
