"""How long each artefact took the last time, for the expected time that progress shows and for the bench."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock


@dataclass(frozen=True)
class Duration:
    """What making one artefact took the last time.

    Attributes:
        origin: `build` or `pull`.
        name: the artefact.
        seconds: wall time in all.
        command_seconds: wall time of its commands alone.
    """

    origin: str
    name: str
    seconds: float
    command_seconds: float


class Durations:
    """Durations by artefact and origin in one JSON file, shared by all processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def table(self) -> list[Duration]:
        """All that is known."""
        rows = []
        for key, row in self._read().items():
            origin, _, name = key.partition(" ")
            rows.append(Duration(origin, name, row["seconds"], row["command_seconds"]))
        return rows

    def expected(self, origin: str, name: str) -> float | None:
        """Seconds it took the last time."""
        return self._read().get(f"{origin} {name}", {}).get("seconds")

    def record(self, duration: Duration) -> None:
        """Remembers what one artefact took."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_suffix(".lock")):
            known = self._read()
            known[f"{duration.origin} {duration.name}"] = {
                "seconds": round(duration.seconds, 2),
                "command_seconds": round(duration.command_seconds, 2),
            }
            fresh = self._path.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(known, indent=1, sort_keys=True))
            fresh.replace(self._path)

    def _read(self) -> dict[str, dict[str, float]]:
        try:
            known = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}  # only an estimate is lost
        return known if isinstance(known, dict) else {}
