"""The program that holds a pod's namespaces."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.supply.golang import GoProgram
from kubestage.supply.job import Job


@dataclass(frozen=True)
class PauseProgram:
    """Static: from C where the host has a compiler (0.7 MB), else from Go (1.5 MB).

    Attributes:
        folder: holds `pause.c` and the Go module of the same behaviour.
    """

    folder: Path
    inputs: tuple[str, ...] = ()

    @property
    def uses(self) -> tuple[str, ...]:
        """The Go toolchain, if it comes to that."""
        return () if _compiler() else self._go.uses

    @property
    def _go(self) -> GoProgram:
        return GoProgram(self.folder, "pause")

    def recipe(self) -> Iterable[str | Path]:
        """Both sources."""
        return [self.folder]

    def build(self, job: Job) -> None:
        """Compiles `bin/pause`."""
        compiler = _compiler()
        if not compiler:
            self._go.build(job)
            return
        (job.out / "bin").mkdir()
        source, program = self.folder / "pause.c", job.out / "bin" / "pause"
        job.run([compiler, "-Os", "-Wall", "-Wextra", "-Werror", "-static", "-s", "-o", program, source])


def _compiler() -> str | None:
    # A static program needs the C library's archive too, which comes with libc6-dev beside gcc.
    return shutil.which("gcc")
