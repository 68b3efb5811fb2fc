"""Images from a Dockerfile, built by the engine from a context that the supply puts together."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.supply.artefact import NOT_SOURCES
from kubestage.supply.job import Job

# What a server's folder holds besides what runs.
_NOT_SHIPPED = (*sorted(NOT_SOURCES), "tests", "runner")


@dataclass(frozen=True)
class DockerfileImage:
    """An image whose Dockerfile begins with `ARG BASE` and `FROM ${BASE}` and needs no network.

    Attributes:
        folder: the Dockerfile and its sources; the context is this folder without tests, plus `parts`.
        base: the image that BASE names.
        parts: what else the context holds: artefact, file or folder in it, place in the context.
    """

    folder: Path
    base: str
    parts: tuple[tuple[str, str, str], ...] = ()
    uses: tuple[str, ...] = ("docker",)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The base and all parts."""
        return tuple(dict.fromkeys([self.base, *(name for name, _, _ in self.parts)]))

    def recipe(self) -> Iterable[str | Path]:
        """Everything of the folder that goes into the context, and where the parts go."""
        shipped = [path for path in sorted(self.folder.iterdir()) if path.name not in _NOT_SHIPPED]
        return [*shipped, *map(str, self.parts)]

    def build(self, job: Job) -> None:
        """Has the engine build the image; its name is given last, so that a broken build leaves none."""
        context = job.scratch / "context"
        shutil.copytree(self.folder, context, ignore=shutil.ignore_patterns(*_NOT_SHIPPED))
        for name, part, place in self.parts:
            source, target = job.inputs[name] / part, context / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, copy_function=_link)
            else:
                _link(source, target)
        job.docker(
            "build",
            "--network",
            "none",
            "--build-arg",
            f"BASE={job.images[self.base]}",
            "--tag",
            job.reference,
            context,
        )


def _link(source: str | Path, target: str | Path) -> None:
    """Links instead of copying: cache and scratch share a disk, and nothing writes into a context."""
    os.link(source, target, follow_symlinks=False)
