"""A program under the name by which a multi-call binary knows what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.supply.job import Job


@dataclass(frozen=True)
class LinkedProgram:
    """The program `source` of the artefact `of`, called `name`.

    A hard link, since a symbolic one would break when the cache is copied elsewhere.
    """

    of: str
    source: str
    name: str
    uses: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The artefact that holds the program."""
        return (self.of,)

    def recipe(self) -> Iterable[str | Path]:
        """Both names."""
        return [self.source, self.name]

    def build(self, job: Job) -> None:
        """Links the program."""
        (job.out / "bin").mkdir()
        os.link(job.inputs[self.of] / "bin" / self.source, job.out / "bin" / self.name)
