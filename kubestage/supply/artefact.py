"""What an artefact is, and what a way to make one must offer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from kubestage.settings import Settings
from kubestage.supply.job import Job

# What running and testing leave in a source folder.
NOT_SOURCES = {"__pycache__", "target", ".git", ".pytest_cache", ".mypy_cache", ".ruff_cache"}

Kind = Literal["files", "image"]
Origin = Literal["pull", "build"]


class Builder(Protocol):
    """Makes an artefact on this machine from package registries only."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Artefacts that go into the result, so that their keys are part of its key."""

    @property
    def uses(self) -> tuple[str, ...]:
        """Artefacts that only help to make the result, such as a toolchain; not part of its key."""

    def recipe(self) -> Iterable[str | Path]:
        """All that decides what comes out: words as they are, files and folders by their content."""

    def build(self, job: Job) -> None:
        """Fills `job.out`, or, for an image that lives in the engine only, makes `job.reference`."""


class Puller(Protocol):
    """Fetches an official artefact, pinned by digest or checksum."""

    def recipe(self) -> Iterable[str | Path]:
        """The official name and what pins it."""

    def probe(self, settings: Settings) -> tuple[str, tuple[int, ...]]:
        """The address to ask whether the publisher's server answers, and the HTTP statuses that say so."""

    def pull(self, job: Job) -> None:
        """Fills `job.out`, or makes `job.reference` in the engine."""


@dataclass(frozen=True)
class Artefact:
    """A named thing that the supply can hand out.

    Attributes:
        name: the name, unique among tools and images.
        version: the pinned version; part of the key.
        kind: `files` is a folder in the cache, `image` a reference in the engine.
        build: how it is made here; None if only the official one is used.
        pull: how the official one is fetched; None for what is ours.
        megabytes: roughly what making it needs on disk, caches and scratch included.
        tag: what an image's tag starts with, before the key.
    """

    name: str
    version: str
    kind: Kind
    build: Builder | None = None
    pull: Puller | None = None
    megabytes: int = 50
    tag: str = ""


def digest_of(parts: Iterable[str | Path]) -> str:
    """One SHA-256 over words and over the names, modes and contents of files and folders."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            for path in _files(part):
                name = path.relative_to(part) if path != part else path.name
                total.update(f"file {name} {path.stat().st_mode & 0o111:o}\0".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
        else:
            total.update(f"word {part}\0".encode())
    return total.hexdigest()


def _files(part: Path) -> Iterator[Path]:
    if part.is_file():
        yield part
        return
    for path in sorted(part.rglob("*")):
        if path.is_file() and not NOT_SOURCES.intersection(path.relative_to(part).parts):
            yield path
