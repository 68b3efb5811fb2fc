"""A build's console text: appended by many, masked, read while it grows."""

import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from jenkins_light.engine import masking

_MASK = b"****"


class BuildLog:
    """Writes a build's ``log`` file.

    Secrets stay masked for the rest of the build, not only within the block that bound them: Jenkins masks less, but a
    value that a step returned can be printed after its block too.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._lock = threading.Lock()
        self._secrets: list[bytes] = []
        self._timestamps = 0
        self._copies: list[BinaryIO] = []

    @contextlib.contextmanager
    def copied_to(self, file: BinaryIO) -> Iterator[None]:
        """Write everything into this file too."""
        with self._lock:
            self._copies.append(file)
        try:
            yield
        finally:
            with self._lock:
                self._copies.remove(file)

    def mask(self, secret: str) -> None:
        """Mask this text from now on, in every form in which programs print it."""
        with self._lock:
            known = {*self._secrets, *(form.encode() for form in masking.forms(secret))}
            self._secrets = sorted(known, key=len, reverse=True)

    @property
    def masking(self) -> bool:
        """Whether there is anything to mask."""
        return bool(self._secrets)

    def timestamps(self, step: int) -> None:
        """Enter (+1) or leave (-1) a part of the build whose lines carry timestamps."""
        with self._lock:
            self._timestamps += step

    def line(self, text: str) -> None:
        """Append a line, or several."""
        self.write(text.encode("utf-8", "replace") + b"\n")

    def write(self, data: bytes) -> None:
        """Append whole lines; what must not be split by masking comes in one call."""
        for secret in self._secrets:
            data = data.replace(secret, _MASK)
        if self._timestamps > 0:
            stamp = f"[{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3].encode() + b"Z] "
            data = b"".join(stamp + line for line in data.splitlines(keepends=True))
        with self._lock:
            if not self._file.closed:
                self._file.write(data)
                for copy in self._copies:
                    copy.write(data)

    @property
    def size(self) -> int:
        """How many bytes it has so far."""
        with self._lock:
            return 0 if self._file.closed else self._file.tell()

    def close(self) -> None:
        """Flush and close; later lines are dropped."""
        with self._lock:
            self._file.close()


class LineStream:
    """Output of a process on its way into the log: whole lines, so that no secret is split; the rest when it pauses."""

    def __init__(self, log: BuildLog) -> None:
        self._log = log
        self._rest = b""
        self._since = 0.0

    def feed(self, data: bytes) -> None:
        """Take what the process wrote."""
        whole, newline, rest = (self._rest + data).rpartition(b"\n")
        if newline:
            self._log.write(whole + newline)
        self._rest, self._since = rest, time.monotonic()

    def pause(self) -> None:
        """Nothing came for a moment: show an unfinished line, such as a prompt, unless a secret may hide in it."""
        if self._rest and not self._log.masking and time.monotonic() - self._since > 0.5:
            self._log.write(self._rest)
            self._rest = b""

    def finish(self) -> None:
        """The process is done: close its last line."""
        if self._rest:
            self._log.write(self._rest + b"\n")
            self._rest = b""
