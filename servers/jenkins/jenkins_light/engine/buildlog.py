"""A build's console text: appended by many, masked, read while it grows."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
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

    def __init__(self, path: Path, on_mask: Callable[[str], None] | None = None) -> None:
        """Append to ``path``; ``on_mask`` hears of each new secret, so that a later server masks it too."""
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._on_mask = on_mask
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

    def mask(self, secret: str, *, remember: bool = True) -> None:
        """Mask this text from now on, in every form in which programs print it.

        ``remember`` is for a later server, which has to mask it too.
        """
        with self._lock:
            known = {*self._secrets, *(form.encode() for form in masking.forms(secret))}
            new = len(known) > len(self._secrets)
            self._secrets = sorted(known, key=len, reverse=True)
        if new and remember and self._on_mask is not None:
            self._on_mask(secret)

    @property
    def masking(self) -> bool:
        """Whether there is anything to mask."""
        return bool(self._secrets)

    def timestamps(self, step: int) -> None:
        """Enter (+1) or leave (-1) a part of the build whose lines carry timestamps."""
        with self._lock:
            self._timestamps += step

    def line(self, text: str, *, stamped: bool = True) -> None:
        """Append a line, or several; those that are not of a step carry no timestamp anywhere."""
        self.write(text.encode("utf-8", "replace") + b"\n", stamped=stamped)

    def write(self, data: bytes, *, stamped: bool = True) -> bool:
        """Append whole lines; what must not be split by masking comes in one call. Return whether the log was open."""
        for secret in self._secrets:
            data = data.replace(secret, _MASK)
        if stamped and self._timestamps > 0:
            stamp = f"[{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3].encode() + b"Z] "
            data = b"".join(stamp + line for line in data.splitlines(keepends=True))
        with self._lock:
            if self._file.closed:
                return False
            self._file.write(data)
            for copy in self._copies:
                copy.write(data)
            return True

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
        #: False once something could not be written any more.
        self.complete = True

    @property
    def held(self) -> int:
        """How many bytes of it are not in the log yet."""
        return len(self._rest)

    def feed(self, data: bytes) -> None:
        """Take what the process wrote."""
        whole, newline, rest = (self._rest + data).rpartition(b"\n")
        if newline:
            self._write(whole + newline)
        self._rest, self._since = rest, time.monotonic()

    def pause(self) -> None:
        """Nothing came for a moment: show an unfinished line, such as a prompt, unless a secret may hide in it."""
        if self._rest and not self._log.masking and time.monotonic() - self._since > 0.5:
            self._write(self._rest)
            self._rest = b""

    def finish(self) -> None:
        """The process is done: close its last line."""
        if self._rest:
            self._write(self._rest + b"\n")
            self._rest = b""

    def _write(self, data: bytes) -> None:
        self.complete = self._log.write(data) and self.complete
