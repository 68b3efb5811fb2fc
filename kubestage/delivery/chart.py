"""A probe's report as a picture: answers a second by version, failures, and the longest silence, over time."""

from __future__ import annotations

import math
from collections import Counter
from html import escape

from kubestage.delivery.report import ProbeReport

_MARK_ROWS = 3
_WIDTH, _HEIGHT = 960, 372
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 92, 80
_PLOT_WIDTH, _PLOT_HEIGHT = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
_FLOOR = _TOP + _PLOT_HEIGHT
_MOST_BARS, _MOST_TICKS = 240, 12
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
_FAILED = ""
_COLOURS = 6
_LETTER_WIDTH = 6.7
_ROUNDING = 1e-6  # 0.3 s is the beginning of the fourth tenth, whatever 0.3 / 0.1 is in floating point

# The colours have a contrast of 3 : 1 and more to both grounds; failures alone are red, and hatched as well.
_STYLE = """
svg{--ground:#fff;--ink:#1f2328;--faint:#59636e;--line:#d1d9e0;--red:#d1242f;background:var(--ground)}
@media (prefers-color-scheme:dark){svg{--ground:#0d1117;--ink:#f0f6fc;--faint:#9198a1;--line:#3d444d;--red:#f85149}}
text{font:12px system-ui,sans-serif;fill:var(--ink)}.title{font-size:15px;font-weight:600}.faint{fill:var(--faint)}
.line{stroke:var(--line)}.mark{stroke:var(--ink);stroke-dasharray:3 3}.silence{stroke:var(--red);stroke-width:2}
.band{fill:var(--red);fill-opacity:.12}.loud{fill:var(--red);font-weight:600}.failed{fill:url(#hatch)}
.v0{fill:#2f81f7}.v1{fill:#bf8700}.v2{fill:#8957e5}.v3{fill:#1b9e77}.v4{fill:#c2619b}.v5{fill:#6e7781}
"""
_HATCH = (
    '<pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" '
    'style="fill:var(--red)"/><path d="M0 4L4 0" style="stroke:var(--ground);stroke-width:.8"/></pattern>'
)


def draw(report: ProbeReport) -> str:
    """The report as an SVG document, for light and dark grounds."""
    return _Chart(report).document()


class _Chart:
    def __init__(self, report: ProbeReport) -> None:
        self._report = report
        self._seconds = max(report.seconds, 0.1)
        # In the versions' own order: an upgrade and its rollback then show each in the same colour.
        self._versions = sorted({sample.version for sample in report.samples if not sample.failure})
        self._bar_seconds = _step(self._seconds, _MOST_BARS)
        self._bars = self._count()
        # The tallest bar, or the rate where no bar reaches it, fills the plot.
        tallest = max((sum(bar.values()) for bar in self._bars), default=0) / self._bar_seconds
        self._top = max(report.rate, tallest)

    def document(self) -> str:
        parts = [
            *self._frame(),
            *self._legend(),
            *self._stacks(),
            *self._axes(),
            *self._marks(),
            *self._silence(),
            "</svg>\n",
        ]
        return "\n".join(parts)

    def _count(self) -> list[Counter[str]]:
        """For each bar the requests that were due in its time, by version; failures under no version."""
        bars: list[Counter[str]] = [Counter() for _ in range(math.ceil(self._seconds / self._bar_seconds))]
        for sample in self._report.samples:
            index = min(int(sample.at / self._bar_seconds + _ROUNDING), len(bars) - 1)
            bars[index][_FAILED if sample.failure else sample.version] += 1
        return bars

    def _frame(self) -> list[str]:
        report = self._report
        silence = report.silence
        title = f"{report.url}/status"
        found = (
            f"{report.requests} requests, {report.failures or 'none'} failed, longest silence {silence.seconds:.2f} s"
        )
        if not report.kept_pace:
            found += " (the probe could not keep its pace)"
        return [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
            f"<title>{escape(title)}: {escape(found)}</title>",
            f"<style>{_STYLE}</style><defs>{_HATCH}</defs>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" style="fill:var(--ground)"/>',
            f'<text class="title" x="{_LEFT}" y="24">{escape(title)}</text>',
            f'<text x="{_LEFT}" y="42" class="{"loud" if report.failures else "faint"}">{escape(found)}</text>',
        ]

    def _legend(self) -> list[str]:
        entries = [(self._class(version), version) for version in self._versions]
        if self._report.failures:
            entries.append(("failed", "failed"))
        parts, x = [], float(_LEFT)
        for style, text in entries:
            parts.append(f'<rect class="{style}" x="{x:.0f}" y="52" width="11" height="11" rx="2"/>')
            parts.append(f'<text x="{x + 16:.0f}" y="62">{escape(text)}</text>')
            x += 36 + len(text) * _LETTER_WIDTH
        return parts

    def _stacks(self) -> list[str]:
        parts = []
        for index, bar in enumerate(self._bars):
            start = index * self._bar_seconds
            x, width = self._x(start), self._x(min(start + self._bar_seconds, self._seconds)) - self._x(start)
            height = float(_FLOOR)
            for version in (*self._versions, _FAILED):
                if not bar[version]:
                    continue
                tall = bar[version] / self._bar_seconds / self._top * _PLOT_HEIGHT
                height -= tall
                parts.append(
                    f'<rect class="{self._class(version)}" x="{x:.2f}" y="{height:.2f}" width="{width:.2f}" '
                    f'height="{tall:.2f}"/>'
                )
        return parts

    def _axes(self) -> list[str]:
        parts = [f'<path class="line" d="M{_LEFT} {_TOP}V{_FLOOR}H{_WIDTH - _RIGHT}" fill="none"/>']
        for rate in (0.0, self._report.rate):
            y = _FLOOR - rate / self._top * _PLOT_HEIGHT
            parts.append(f'<text class="faint" x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{rate:.0f}/s</text>')
        tick = _step(self._seconds, _MOST_TICKS)
        for count in range(int(self._seconds / tick) + 1):
            x = self._x(count * tick)
            parts.append(f'<path class="line" d="M{x:.1f} {_FLOOR}v5"/>')
            parts.append(
                f'<text class="faint" x="{x:.1f}" y="{_FLOOR + 18}" text-anchor="middle">{count * tick:g} s</text>'
            )
        return parts

    def _marks(self) -> list[str]:
        parts = []
        taken: list[float] = []  # for each row of words, where its last one ends
        for mark in sorted(self._report.marks, key=lambda mark: mark.at):
            x = self._x(min(mark.at, self._seconds))
            width = len(mark.text) * _LETTER_WIDTH
            start = max(_LEFT, min(x + 3, _WIDTH - _RIGHT - width))
            row = next((index for index, end in enumerate(taken) if end < start), len(taken))
            taken[row : row + 1] = [start + width + 8]
            y = _FLOOR + 36 + min(row, _MARK_ROWS - 1) * 15
            parts.append(f'<path class="mark" d="M{x:.1f} {_TOP}V{y}"/>')
            parts.append(f'<text x="{start:.1f}" y="{y}">{escape(mark.text)}</text>')
        return parts

    def _silence(self) -> list[str]:
        silence = self._report.silence
        x, end = self._x(silence.start), self._x(silence.start + silence.seconds)
        width = max(end - x, 1.5)
        middle = min(max(x + width / 2, _LEFT + 90), _WIDTH - _RIGHT - 90)
        return [
            f'<rect class="band" x="{x:.1f}" y="{_TOP}" width="{width:.1f}" height="{_PLOT_HEIGHT}"/>',
            f'<path class="silence" d="M{x:.1f} {_TOP - 6}v6h{width:.1f}v-6" fill="none"/>',
            f'<text class="loud" x="{middle:.0f}" y="{_TOP - 11}" text-anchor="middle">'
            f"no answer for {silence.seconds:.2f} s</text>",
        ]

    def _x(self, seconds: float) -> float:
        return _LEFT + min(seconds / self._seconds, 1) * _PLOT_WIDTH

    def _class(self, version: str) -> str:
        return f"v{self._versions.index(version) % _COLOURS}" if version != _FAILED else "failed"


def _step(seconds: float, most: int) -> float:
    """The smallest of the usual steps of which at most `most` fit into `seconds`."""
    return next((step for step in _STEPS if seconds / step <= most), math.ceil(seconds / most))
