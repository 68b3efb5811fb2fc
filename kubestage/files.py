"""Files that are there whole or not at all, whoever reads them and whenever their writer ends."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from kubestage.errors import MachineError


def write_privately(path: Path, text: str) -> None:
    """Puts a file in place at once and whole, never readable by others.

    Raises:
        MachineError: the folder takes no file.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise MachineError(f"{path} cannot be written", why=str(error), fix=f"df -h {path.parent}") from error
