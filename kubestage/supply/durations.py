"""How long each artefact took the last time, for the expected time that progress shows and for the bench."""

from __future__ import annotations

import json
import os
from pathlib import Path

from filelock import FileLock


class Durations:
    """Seconds by artefact and source in one JSON file, shared by all processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, dict[str, float]]:
        """All that is known: `{"build kind": {"seconds": 53.1, "command_seconds": 52.8}}`."""
        try:
            known = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}  # only an estimate is lost
        return known if isinstance(known, dict) else {}

    def expected(self, source: str, name: str) -> float | None:
        """Seconds it took the last time."""
        return self.read().get(f"{source} {name}", {}).get("seconds")

    def record(self, source: str, name: str, *, seconds: float, command_seconds: float) -> None:
        """Remembers what it took: wall time in all, and the recipe's commands alone."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_suffix(".lock")):
            known = self.read()
            known[f"{source} {name}"] = {"seconds": round(seconds, 2), "command_seconds": round(command_seconds, 2)}
            fresh = self._path.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(known, indent=1, sort_keys=True))
            fresh.replace(self._path)
