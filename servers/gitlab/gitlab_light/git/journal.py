"""What pushes change, written down so that nothing is lost and nothing told twice, whenever the server ends.

Each push has a folder:

    about.json  whose push it is, to which project
    rules       what the project forbids the pusher (read by the pre-receive hook)
    lock        held (flock) by the git processes of the push, and by the kernel let go when the last one ends
    pre         "old new ref" lines that git is about to apply (the pre-receive hook)

`pre` is whole when it ends with the line WHOLE; when not, it counts as not there.

A push is settled when git has ended and said which refs it took: its changes are told to the `settle` function, which
keeps them in the database under the push's id and says what the pusher is to read, and the folder goes. After a crash
the folders that are left are settled by `recover`: the lines whose ref now stands at `new`, or from whose `new` another
push has set out, were applied.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

_log = logging.getLogger(__name__)
ZERO = "0" * 40
WHOLE = "."
# Project, ref, and the object from which a push moves it.
_Origins = set[tuple[int, str, str]]


@dataclass(frozen=True)
class RefChange:
    """A ref moved from `old` to `new`; either is ZERO where the ref was made or removed."""

    old: str
    new: str
    ref: str


@dataclass(frozen=True)
class Push:
    """One push, by git or by the API."""

    id: str
    folder: Path
    project_id: int
    user_id: int
    lock: int


@dataclass(frozen=True)
class Settled:
    """What a push has done; `notice` is what its pusher is to be told beside."""

    push_id: str
    project_id: int
    user_id: int
    changes: tuple[RefChange, ...]
    options: tuple[str, ...]
    notice: str = ""


class Journal:
    """The pushes under way.

    Args:
        folder: where the pushes' folders are.
        settle: keeps what a push has done, and returns what the pusher is to read; called again with the same push
            id after a crash at the wrong moment.
        current: tells where a project's ref stands now; None where there is none.
    """

    def __init__(
        self, folder: Path, settle: Callable[[Settled], str], current: Callable[[int, str], str | None]
    ) -> None:
        self._folder = folder
        self._settle = settle
        self._current = current
        self._live: set[str] = set()
        self._stuck: set[str] = set()
        self._mutex = Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, project_id: int, user_id: int, rules: Sequence[str] = (), notice: str = "") -> Push:
        """Opens a push's folder; `finish` must follow."""
        push_id = secrets.token_hex(12)
        with self._mutex:
            self._live.add(push_id)
        # Made under a hidden name, so that whoever finds a push's folder finds it whole.
        making, folder = self._folder / f".{push_id}", self._folder / push_id
        making.mkdir(mode=0o700)
        (making / "about.json").write_text(json.dumps({"project": project_id, "user": user_id, "notice": notice}))
        (making / "rules").write_text("".join(f"{rule}\n" for rule in rules))
        lock = os.open(making / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        making.rename(folder)
        return Push(push_id, folder, project_id, user_id, lock)

    def finish(self, push: Push, taken: Collection[str] | None) -> str:
        """Settles a push whose git has ended; returns what the pusher is to read.

        Args:
            push: the push.
            taken: the refs that git says it has moved; None where it did not say.
        """
        try:
            return self._settle_folder(push.folder, taken)
        finally:
            os.close(push.lock)
            with self._mutex:
                self._live.discard(push.id)

    @contextmanager
    def applying(self, project_id: int, user_id: int, changes: Sequence[RefChange]) -> Iterator[None]:
        """A push by the API: the changes are written down, applied by the block inside, then settled."""
        push = self.begin(project_id, user_id)
        taken: list[str] = []
        try:
            _write(push.folder / "pre", changes)
            yield
            taken = [change.ref for change in changes]
        finally:
            self.finish(push, taken)

    def recover(self) -> int:
        """Settles what an earlier life of the server has left; returns how many pushes that were."""
        settled, origins = 0, self._origins()
        for folder in sorted(self._folder.iterdir()):
            with self._mutex:
                live = folder.name.lstrip(".") in self._live
            if live:
                continue
            if folder.name.startswith("."):
                shutil.rmtree(folder, ignore_errors=True)
            elif folder.name not in self._stuck and self._is_over(folder):
                settled += self._settle_left(folder, origins)
        return settled

    def _origins(self) -> _Origins:
        """Where the pushes under way set out from."""
        found: _Origins = set()
        for folder in self._folder.glob("[!.]*"):
            with suppress(FileNotFoundError):  # it was settled meanwhile
                project_id = json.loads((folder / "about.json").read_text())["project"]
                found |= {(project_id, change.ref, change.old) for change in _read(folder / "pre")}
        return found

    def _settle_left(self, folder: Path, origins: _Origins) -> bool:
        """Settles what is left of a push; one that cannot be settled stays for the next life, and hinders no other."""
        try:
            self._settle_folder(folder, None, origins)
        except Exception:
            _log.exception("cannot settle the push in %s", folder)
            self._stuck.add(folder.name)
            return False
        return True

    @staticmethod
    def _is_over(folder: Path) -> bool:
        """Whether no git process of this push lives any more."""
        try:
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True  # the folder was being removed
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True

    def _settle_folder(self, folder: Path, taken: Collection[str] | None, origins: _Origins | None = None) -> str:
        about_file = folder / "about.json"
        if not about_file.exists():  # settled before, and half removed
            shutil.rmtree(folder, ignore_errors=True)
            return ""
        about = json.loads(about_file.read_text())
        changes = _read(folder / "pre")
        if taken is None:
            applied = self._applied(about["project"], changes, origins or self._origins())
        else:
            applied = [change for change in changes if change.ref in taken]
        settled = Settled(
            folder.name, about["project"], about["user"], tuple(applied), tuple(_lines(folder / "options")),
            about.get("notice", ""),
        )  # fmt: skip
        told = self._settle(settled) if settled.changes else ""
        about_file.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        return told

    def _applied(self, project_id: int, changes: Sequence[RefChange], origins: _Origins) -> list[RefChange]:
        """The changes that git has applied, as the refs tell."""
        return [
            change for change in changes
            if (project_id, change.ref, change.new) in origins
            or (self._current(project_id, change.ref) or ZERO) == change.new
        ]  # fmt: skip


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8", "replace").splitlines() if file.exists() else []


def _read(file: Path) -> list[RefChange]:
    """A file's changes; none where it is not there, or not whole."""
    lines = _lines(file)
    return [RefChange(*line.split(" ", 2)) for line in lines[:-1]] if lines and lines[-1] == WHOLE else []


def _write(file: Path, changes: Sequence[RefChange]) -> None:
    file.write_text("".join(f"{change.old} {change.new} {change.ref}\n" for change in changes) + f"{WHOLE}\n")
