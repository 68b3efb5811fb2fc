"""What a later server must know of a running build beside the runner's state: which calls were begun, how they ended.

The runner's state says which calls a build waits for; it is kept each time the build stands still. Between two such
states lies one stretch of script, which is run again when the server ends within it. What it said before is told by a
count of its messages, what its calls came to by their answers here, so that nothing happens twice.
"""

import contextlib
import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jenkins_light.files import write_bytes

_COMPACT_BYTES = 262_144


class Mark:
    """A number in a file, overwritten in place: cheap enough for every line of a log."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        stored = os.pread(self._file, 20, 0)
        self.value = int(stored) if stored else 0

    def set(self, value: int) -> None:
        """Remember this number."""
        self.value = value
        if self._file >= 0:
            os.pwrite(self._file, b"%020d" % value, 0)

    def close(self) -> None:
        """Give the file back."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@dataclass
class Noted:
    """What is known of one call.

    Attributes:
        block: for a block step how it was called: name, args, positional, parent, branch.
        saved: what the step itself noted, to go on with.
        answer: the reply to it, without a block's variables. left: the reply to the block's end.
    """

    block: dict[str, Any] | None = None
    saved: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] | None = None
    left: dict[str, Any] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is a block that was entered and not left."""
        return self.block is not None and self.answer == {} and self.left is None


class Journal:
    """The file ``journal`` of a build's folder.

    JSON lines: ``{"begun": true}``, ``{"call": n, …}``, ``{"secret": encrypted}``.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal"
        #: Whether the head of the log is written, so that the script may have been handed over.
        self.begun = False
        #: In the order in which they were answered.
        self.calls: dict[int, Noted] = {}
        self.secrets: list[str] = []
        self._lock = threading.Lock()
        for line in self._path.read_bytes().splitlines() if self._path.exists() else ():
            # The machine may have gone down in the middle of the last line.
            with contextlib.suppress(json.JSONDecodeError):
                self._take(json.loads(line))
        self._file = self._open()

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def begin(self) -> None:
        """Note that the build has begun."""
        self._write({"begun": True})

    def note(self, call: int, **what: Any) -> bool:
        """Note something of a call: ``block``, ``saved``, ``answer``, ``left``; nothing means that it is begun.

        Returns:
            Whether it is kept: a closed journal takes nothing.
        """
        return self._write({"call": call, **what})

    def secret(self, encrypted: str) -> None:
        """Note a text that is to be masked until the build's end."""
        self._write({"secret": encrypted})

    def _write(self, entry: dict[str, Any]) -> bool:
        line = json.dumps(entry, separators=(",", ":"), default=str).encode() + b"\n"
        with self._lock:
            # The line first: what is only in memory must not look as if it were kept. Steps may end after their build.
            if self._file < 0:
                return False
            os.write(self._file, line)
            self._take(entry)
            return True

    def of(self, call: int) -> Noted | None:
        """What is known of a call, or None when it was not begun."""
        with self._lock:
            return self.calls.get(call)

    def open_blocks(self) -> dict[int, Noted]:
        """The blocks that were entered and not left, from outside in."""
        with self._lock:
            return {n: self.calls[n] for n in sorted(self.calls) if self.calls[n].is_open}

    def _take(self, entry: dict[str, Any]) -> None:
        if "call" not in entry:
            self.begun = self.begun or "begun" in entry
            self.secrets += [entry["secret"]] if "secret" in entry else []
            return
        noted = self.calls.pop(entry["call"], None) or Noted()
        noted.block = entry.get("block", noted.block)
        noted.saved |= entry.get("saved", {})
        noted.answer = entry.get("answer", noted.answer)
        noted.left = entry.get("left", noted.left)
        self.calls[entry["call"]] = noted

    def forget(self, pending: set[int]) -> None:
        """Drop what the runner's state knows by now: all that it doesn't wait for and that is no open block."""
        with self._lock:
            self.calls = {n: noted for n, noted in self.calls.items() if n in pending or noted.is_open}
            if self._file >= 0 and os.fstat(self._file).st_size > _COMPACT_BYTES:
                entries: list[dict[str, Any]] = [{"begun": True}, *({"secret": secret} for secret in self.secrets)]
                entries += [{"call": n, **_fields(noted)} for n, noted in self.calls.items()]
                lines = (json.dumps(entry, default=str).encode() + b"\n" for entry in entries)
                write_bytes(self._path, b"".join(lines), 0o600)
                os.close(self._file)
                self._file = self._open()

    def close(self) -> None:
        """The build is over, or this server is: nothing is noted any more."""
        with self._lock:
            file, self._file = self._file, -1
        if file >= 0:
            os.close(file)


def _fields(noted: Noted) -> dict[str, Any]:
    return {name: value for name, value in vars(noted).items() if value is not None}
