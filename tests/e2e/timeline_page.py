"""The timeline as one page without scripts or outside files: readable by people, on paper and on small screens."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import groupby

from .bar import Bar

GOOD = ("done", "passed")
_TICKS = 6

_STYLE = """
:root {
  --paper: #fff; --ink: #1d2733; --dim: #5b6775; --line: #d9dfe6;
  --good: #2f7d5b; --bad: #b3261e; --else: #8a6d1a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e4e9ef; --dim: #9aa7b4; --line: #313a44;
    --good: #57b68a; --bad: #f2867d; --else: #d9b75a;
  }
}
body {
  background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif;
  margin: 0 auto; max-width: 76rem; padding: 1.5rem;
}
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
h3 { font-size: .95rem; margin: 1.1rem 0 .1rem; }
p { margin: .2rem 0; color: var(--dim); }
ol { list-style: none; margin: 0; padding: 0; }
ol li, .axis {
  display: grid; grid-template-columns: minmax(12rem, 28rem) 5rem 5rem 1fr; gap: .8rem; align-items: center;
}
ol li { border-top: 1px solid var(--line); padding: .12rem 0; break-inside: avoid; }
.name { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; color: var(--dim); }
.track { position: relative; height: .8rem; }
.track b { position: absolute; height: 100%; min-width: 2px; border-radius: 2px; background: var(--good); }
.failed b { background: var(--bad); }
.skipped b { background: var(--else); }
.failed .name, .failures { color: var(--bad); font-weight: 600; }
.axis { color: var(--dim); font-size: .8rem; }
.axis .track span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
@media (max-width: 48rem) {
  ol li, .axis { grid-template-columns: 1fr 4rem 4rem; }
  .track { grid-column: 1 / -1; }
}
"""


def page(title: str, up: Sequence[Bar], tests: Sequence[Bar]) -> str:
    """The whole document.

    Args:
        title: what was run.
        up: the steps of the first `up`.
        tests: the tests, by their node ids.
    """
    every = [*up, *tests]
    failed = [bar for bar in every if bar.outcome == "failed"]
    body = [f"<h1>{escape(title)}</h1>"]
    if every:
        began, seconds = _span(every)
        day = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        body.append(f"<p>{day}, {_clock(seconds)}, {len(tests)} tests, {len(failed)} failed</p>")
    if failed:
        body += ['<ul class="failures">', *(f"<li>{escape(bar.title)}</li>" for bar in failed), "</ul>"]
    if up:
        body += [f"<h2>The first up: {_clock(_span(up)[1])}</h2>", *_chart(up)]
    if tests:
        body += [f"<h2>The tests: {_clock(_span(tests)[1])}</h2>", *_chart(tests, by_file=True)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _chart(bars: Sequence[Bar], *, by_file: bool = False) -> Iterator[str]:
    began, seconds = _span(bars)
    ordered = sorted(bars, key=lambda bar: bar.started)
    yield '<div class="axis"><span>step</span><span class="number">begins</span><span class="number">lasts</span>'
    yield '<div class="track">' + "".join(_tick(at, seconds) for at in ticks(seconds)) + "</div></div>"
    for file, several in groupby(ordered, key=lambda bar: bar.title.partition("::")[0] if by_file else ""):
        group = list(several)
        if file:
            yield f"<h3>{escape(file)}: {len(group)} tests, {sum(bar.seconds for bar in group):.1f} s</h3>"
        yield "<ol>"
        yield from (_row(bar, began, seconds, file) for bar in group)
        yield "</ol>"


def _row(bar: Bar, began: float, seconds: float, file: str) -> str:
    name = bar.title.removeprefix(f"{file}::") if file else bar.title
    mark = "" if bar.outcome in GOOD else f" ({bar.outcome})"
    left, width = 100 * (bar.started - began) / seconds, 100 * bar.seconds / seconds
    return (
        f'<li class="{escape(bar.outcome)}"><span class="name">{escape(name)}{escape(mark)}</span>'
        f'<span class="number">{bar.started - began:.1f} s</span><span class="number">{bar.seconds:.1f} s</span>'
        f'<div class="track"><b style="left:{left:.2f}%;width:{min(width, 100 - left):.2f}%"></b></div></li>'
    )


def _tick(at: float, seconds: float) -> str:
    return f'<span style="left:{100 * at / seconds:.2f}%">{at:g} s</span>'


def ticks(seconds: float) -> list[float]:
    """Round moments for an axis of so many seconds: steps of 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(seconds / _TICKS))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power * _TICKS >= seconds)
    return [index * step for index in range(math.floor(seconds / step) + 1)]


def _span(bars: Sequence[Bar]) -> tuple[float, float]:
    began = min(bar.started for bar in bars)
    return began, max(max(bar.started + bar.seconds for bar in bars) - began, 0.001)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
