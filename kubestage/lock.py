"""One change of a sandbox at a time: a lock that says who holds it, and that a dead holder cannot keep."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kubestage.console import console
from kubestage.errors import MachineError
from kubestage.settings import Settings

WAIT_SECONDS = 30 * 60.0


@dataclass(frozen=True)
class Holder:
    """Who holds a lock.

    Attributes:
        pid: the process.
        command: its command line.
        since: when it took the lock, local time to the second.
    """

    pid: int
    command: str
    since: str

    @classmethod
    def this_process(cls) -> Holder:
        """This process, from now."""
        words = [Path(sys.argv[0]).name, *sys.argv[1:]]
        return cls(os.getpid(), shlex.join(words), datetime.now().isoformat(sep=" ", timespec="seconds"))

    def __str__(self) -> str:
        return f"process {self.pid} ({self.command}), since {self.since}"


def sandbox_lock_path(settings: Settings) -> Path:
    """The sandbox's lock file; outside its folder, because `down` removes that while it holds the lock."""
    return settings.home / "locks" / f"{settings.sandbox}.lock"


@contextmanager
def sandbox_lock(settings: Settings, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Holds the sandbox against every other process that would change it; may be nested.

    Args:
        settings: the sandbox's.
        wait: seconds to wait for another holder; 0 for `--no-wait`.

    Raises:
        MachineError: another process holds it still; says which.
    """
    with exclusive(sandbox_lock_path(settings), f"the sandbox {settings.sandbox}", wait=wait):
        yield


@contextmanager
def exclusive(path: Path, what: str, *, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Holds the lock file `path` (flock: the kernel frees it when the holder ends, however it ends).

    Args:
        path: the lock file; beside it, `<path>.holder` says who holds it.
        what: what it protects, for messages.
        wait: seconds to wait for another holder.

    Raises:
        MachineError: another process holds it still, or the file cannot be made.
    """
    lock = _open(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _wait(lock, path, what, wait)
    try:
        if lock.lock_counter == 1:
            _write_holder(path)
        yield
    finally:
        if lock.lock_counter == 1:
            _holder_file(path).unlink(missing_ok=True)
        lock.release()


def read_holder(path: Path) -> Holder | None:
    """Who wrote down that it holds the lock `path`; None if nobody did, or it was unreadable at that moment."""
    try:
        return Holder(**json.loads(_holder_file(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _open(path: Path) -> FileLock:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{path.parent} cannot be made", why=str(error), fix="./inv doctor") from error
    # One object per path and process, whichever thread asks: a task that calls another takes the lock once more.
    return FileLock(path, is_singleton=True, thread_local=False)


def _wait(lock: FileLock, path: Path, what: str, seconds: float) -> None:
    holder = read_holder(path)
    whose = str(holder) if holder else "another process"
    if seconds > 0:
        console.say(f"Waiting for {what}: it is held by {whose}")
    try:
        lock.acquire(timeout=seconds, poll_interval=0.2)
    except Timeout:
        holder = read_holder(path) or holder
        raise MachineError(
            f"{what[0].upper()}{what[1:]} is being changed by another command",
            why=f"It is held by {holder or whose}." + (f" Waited {seconds:.0f} s." if seconds else ""),
            fix=f"wait for it, or end it: kill {holder.pid}" if holder else "wait for it",
        ) from None


def _holder_file(path: Path) -> Path:
    return path.with_name(path.name + ".holder")


def _write_holder(path: Path) -> None:
    new = _holder_file(path).with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(asdict(Holder.this_process())), encoding="utf-8")
    new.replace(_holder_file(path))
