"""Where a pipeline failed, read from its console text."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What a person wants to see of a stage that failed; Maven alone writes a dozen lines after its own error.
_LINES = 30

_OPENS = re.compile(r"\[Pipeline\] \{ \((?P<stage>.*)\)")
_SKIPPED = re.compile(r'Stage "(?P<stage>.*)" skipped due to earlier failure\(s\)')
# What Declarative wraps around the pipeline's own stages.
_POST = "Declarative: Post Actions"


@dataclass(frozen=True)
class StageFailure:
    """The stage in which a build failed.

    Attributes:
        stage: its name; "before the first stage" when there was none.
        lines: the last lines that it wrote, without what Jenkins says of the pipeline's steps.
    """

    stage: str
    lines: tuple[str, ...]


def failure_in(log: str) -> StageFailure:
    """The failure that a console text tells of.

    Jenkins prints `[Pipeline] { (name)` where a stage opens. After a failure it opens each further stage only to say
    that it is skipped; the failure is in what stands before the first of these.
    """
    lines = log.splitlines()
    end = next((index for index, line in enumerate(lines) if _SKIPPED.fullmatch(line)), None)
    if end is not None:
        skipped = _SKIPPED.fullmatch(lines[end])
        opening = f"[Pipeline] {{ ({skipped['stage'] if skipped else ''})"
        end = next((index for index in range(end, -1, -1) if lines[index] == opening), end)
    before = lines[:end]
    opened = [found["stage"] for line in before if (found := _OPENS.fullmatch(line)) and found["stage"] != _POST]
    said = [line for line in before if line.strip() and not line.startswith("[Pipeline]")]
    return StageFailure(opened[-1] if opened else "before the first stage", tuple(said[-_LINES:]))
