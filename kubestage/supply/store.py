"""The cache of finished artefacts: whole or absent, checked when used, one maker at a time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kubestage.console import console

_MANIFEST = ".entry.json"
_OTHERS_KEPT = 2


@dataclass
class Entry:
    """A finished artefact in the cache.

    Attributes:
        source: `build` or `pull`.
        version: the artefact's version.
        seconds: wall time it took to make.
        command_seconds: wall time of the commands of its recipe alone.
        files: each file's size in bytes, modification time in ns and SHA-256; symbolic links are listed by target.
    """

    source: str
    version: str
    seconds: float
    command_seconds: float
    files: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """The size of all files, hard links counted once each."""
        return sum(facts[0] for facts in self.files.values())


class Store:
    """Entries below `root`, each a folder `<group>/<name>/<key>` with a manifest.

    An entry is filled under another name and renamed when complete, so what an interrupted process leaves is never
    taken for finished. Every use compares sizes and times with the manifest; where they differ, contents are hashed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, group: str, name: str, key: str) -> Path:
        """Where the entry is or would be."""
        return self.root / group / name / key

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Keeps other processes and threads from making the artefact `name` at the same time."""
        path = self.root / "locks" / f"{name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            console.say(f"{name} is being made by another process; waiting for it")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def read(self, folder: Path, *, thorough: bool = False) -> Entry | None:
        """The entry in `folder`, or None if there is none or it is damaged (which is said).

        Args:
            folder: as `folder()` gives it.
            thorough: hash every file, not only those whose size or time differ from the manifest.
        """
        try:
            entry = Entry(**json.loads((folder / _MANIFEST).read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            console.warn(f"cache entry {folder} has a damaged manifest; it will be made again")
            return None
        for name, facts in entry.files.items():
            fault = _fault(folder / name, facts, thorough=thorough)
            if fault:
                console.warn(f"cache entry {folder} is damaged ({name}: {fault}); it will be made again")
                return None
        return entry

    def make(self, folder: Path, fill: Callable[[Path], Entry]) -> Entry:
        """Fills a new entry; call it under `locked`.

        Args:
            folder: as `folder()` gives it; whatever is there is replaced.
            fill: puts the files into the folder that it is given and returns the facts.
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(".*"):
            shutil.rmtree(left)  # of a process that was killed; its lock is ours now
        partial = folder.with_name(f".{folder.name}.partial")
        partial.mkdir()
        try:
            entry = fill(partial)
            entry.files = _inventory(partial)
            (partial / _MANIFEST).write_text(json.dumps(asdict(entry)))
            _remove(folder)
            partial.rename(folder)
        except BaseException:
            _remove(partial)
            raise
        return entry

    def superseded(self, folder: Path) -> list[Path]:
        """Entries of the same artefact that are neither this one nor among the few newest beside it.

        A few stay, since several checkouts and branches share a cache.
        """
        others = [path for path in folder.parent.glob("[!.]*") if path != folder]
        return sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[_OTHERS_KEPT:]

    def remove(self, folder: Path) -> None:
        """Removes an entry."""
        _remove(folder)


def _inventory(folder: Path) -> dict[str, list[Any]]:
    files: dict[str, list[Any]] = {}
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(parent, name)
            facts = path.lstat()
            where = path.relative_to(folder).as_posix()
            if path.is_symlink():
                files[where] = [0, 0, f"link {path.readlink()}"]
            else:
                files[where] = [facts.st_size, facts.st_mtime_ns, _sha256(path)]
    return files


def _fault(path: Path, facts: list[Any], *, thorough: bool) -> str:
    size, mtime_ns, checksum = facts
    try:
        seen = path.lstat()
    except OSError:
        return "missing"
    if str(checksum).startswith("link "):
        return "" if path.is_symlink() and f"link {path.readlink()}" == checksum else "another link"
    if seen.st_size != size:
        return f"{seen.st_size} bytes instead of {size}"
    if (thorough or seen.st_mtime_ns != mtime_ns) and _sha256(path) != checksum:
        return "wrong checksum"
    return ""


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove(folder: Path) -> None:
    if not folder.exists() and not folder.is_symlink():
        return
    # Renamed first: a removal that is interrupted must not leave something that looks like an entry.
    doomed = folder.with_name(f".{folder.name}.doomed{os.getpid()}")
    folder.rename(doomed)
    shutil.rmtree(doomed)
