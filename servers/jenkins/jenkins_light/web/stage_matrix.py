"""The stage view: the last builds against their stages, as the Pipeline Stage View plugin draws them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jenkins_light.model.builds import Build, Stage

#: A stage's name, and which one of that name in its build (a matrix has several).
_Key = tuple[str, int]


@dataclass(frozen=True)
class Column:
    """A stage; `average` is how many milliseconds it took where it ran to its end, 0 when nobody knows."""

    name: str
    average: int


@dataclass(frozen=True)
class Row:
    """A build; `stages` are its stages by column, None where it has not got so far."""

    build: Build
    stages: list[Stage | None]


@dataclass(frozen=True)
class Matrix:
    """Columns in the order in which stages begin, rows newest first."""

    columns: list[Column]
    rows: list[Row]


def matrix(builds: Sequence[Build]) -> Matrix:
    """The stage view of builds, newest first; stages that only older builds have come where these have them."""
    found = [(build, _by_key(build)) for build in builds]
    keys: list[_Key] = []
    for _, stages in found:
        place = 0
        for key in stages:
            if key in keys:
                place = keys.index(key) + 1
            else:
                keys.insert(place, key)
                place += 1
    columns = [Column(key[0], _average([stages[key] for _, stages in found if key in stages])) for key in keys]
    return Matrix(columns, [Row(build, [stages.get(key) for key in keys]) for build, stages in found])


def _by_key(build: Build) -> dict[_Key, Stage]:
    seen: Counter[str] = Counter()
    found = {}
    for stage in list(build.stages):
        found[stage.name, seen[stage.name]] = stage
        seen[stage.name] += 1
    return found


def _average(stages: Sequence[Stage]) -> int:
    over = [stage.duration for stage in stages if stage.status in {"SUCCESS", "UNSTABLE"} and stage.duration]
    return sum(over) // len(over) if over else 0
