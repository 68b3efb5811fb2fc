"""Bar charts of a job's last builds, as figures for an SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from light_look.times import lasted

from jenkins_light.model import testresults
from jenkins_light.model.builds import Build

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 640, 180, 52, 10, 8
_MOST_BUILDS = 30


@dataclass(frozen=True)
class Bar:
    """A rectangle; `kind` is its class, `words` what it stands for."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True)
class Line:
    """A line across the chart with what it means."""

    y: float
    words: str


@dataclass
class Chart:
    """A chart; `words` tell what it shows to whoever does not see it."""

    words: str
    lines: list[Line]
    bars: list[Bar] = field(default_factory=list)
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT


@dataclass(frozen=True)
class _Part:
    kind: str
    value: float
    words: str


def test_trend(builds: Sequence[Build]) -> Chart | None:
    """Passed, skipped and failed tests by build, oldest first; None unless a build has tests.

    Args:
        builds: newest first.
    """
    shown = [(build, testresults.load(build)) for build in builds[:_MOST_BUILDS]]
    columns = []
    for build, results in reversed(shown):
        if results is None:
            continue
        passed = results.total - results.failed - results.skipped
        counts = (("failed", results.failed), ("skipped", results.skipped), ("passed", passed))
        columns.append([_Part(kind, count, f"{build.display_name}: {count} {kind}") for kind, count in counts])
    if not columns:
        return None
    newest = columns[-1]
    words = f"{len(columns)} builds, of the newest {', '.join(part.words.split(': ')[1] for part in newest)}"
    return _chart(columns, words, str)


def duration_trend(builds: Sequence[Build]) -> Chart | None:
    """How long builds took, oldest first; None when none is over.

    Args:
        builds: newest first.
    """
    over = [build for build in builds[:_MOST_BUILDS] if not build.building]
    columns = [
        [_Part(_kind(build), build.record.duration, f"{build.display_name}: {lasted(build.record.duration)}")]
        for build in reversed(over)
    ]
    if not columns:
        return None
    return _chart(columns, f"{len(columns)} builds, the newest took {lasted(over[0].record.duration)}", lasted)


def _kind(build: Build) -> str:
    return {"SUCCESS": "passed", "UNSTABLE": "skipped", "FAILURE": "failed"}.get(build.result or "", "off")


def _chart(columns: list[list[_Part]], words: str, name: Callable[[int], str]) -> Chart:
    most = max(1.0, max(sum(part.value for part in column) for column in columns))
    tall = _HEIGHT - _TOP - _BOTTOM
    floor = _HEIGHT - _BOTTOM
    lines = [Line(floor - tall * share, name(int(most * share))) for share in (0, 0.5, 1)]
    step = min(40.0, (_WIDTH - _LEFT) / len(columns))
    chart = Chart(words, lines)
    for number, column in enumerate(columns):
        top = float(floor)
        for part in column:
            height = tall * part.value / most
            top -= height
            x = _LEFT + number * step + step * 0.1
            chart.bars.append(
                Bar(part.kind, round(x, 1), round(top, 1), round(step * 0.8, 1), round(height, 1), part.words)
            )
    return chart
