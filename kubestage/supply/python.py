"""Python packages, installed by pip, so that pip's own settings on this host apply."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubestage.supply.job import Job

# bookworm's Python and C library; the images' packages must fit these, whatever runs on the host.
_PYTHON = "3.11"
_LIBC_MINOR = 36
# Wheels are tagged with the oldest C library that they run on.
_OLDEST_LIBC_MINOR = 17


def pip_install(job: Job, target: Path, packages: Sequence[str | Path]) -> None:
    """Installs packages into a folder."""
    job.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", target, *packages])


@dataclass(frozen=True)
class SitePackages:
    """A folder `site` of Python packages for the images' Python.

    Attributes:
        lock: a requirements file in which every version is pinned with its hashes.
    """

    lock: Path
    inputs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()

    def recipe(self) -> Iterable[str | Path]:
        """The lock file and for which Python."""
        return [self.lock, _PYTHON, platform.machine()]

    def build(self, job: Job) -> None:
        """Installs wheels only: a source package would be built for the host."""
        machine = platform.machine()
        newest_first = range(_LIBC_MINOR, _OLDEST_LIBC_MINOR - 1, -1)
        platforms = [*(f"manylinux_2_{minor}_{machine}" for minor in newest_first), f"manylinux2014_{machine}"]
        pip_install(
            job,
            job.out / "site",
            [
                "--require-hashes",
                "--only-binary=:all:",
                "--implementation=cp",
                f"--python-version={_PYTHON}",
                *(f"--platform={name}" for name in platforms),
                "--requirement",
                self.lock,
            ],
        )
