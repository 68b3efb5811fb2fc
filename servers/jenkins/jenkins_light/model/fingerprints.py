"""Fingerprints: which builds made and used a file, by its MD5 sum; each a file below ``fingerprints/``."""

import hashlib
import re
import threading
import time
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from jenkins_light.errors import NotFoundError
from jenkins_light.files import read_json, write_json
from jenkins_light.model.builds import Build

_CHUNK = 1 << 20
_SUM = re.compile(r"[0-9a-f]{32}")
#: How much older than its build a file may be and still count as made by it (Fingerprinter's allowance for clocks).
_SLACK_SECONDS = 2


@dataclass
class Fingerprint:
    """One file's.

    Attributes:
        timestamp: when it was first seen, milliseconds since 1970.
        original: the job and the number of the build that made it; None when it came from elsewhere.
        usages: the numbers of the builds that had it, by job.
    """

    md5: str
    file_name: str
    timestamp: int
    original: tuple[str, int] | None = None
    usages: dict[str, list[int]] = field(default_factory=dict)

    def ranges(self, job: str) -> list[tuple[int, int]]:
        """A job's builds as ranges whose ends are not in them any more."""
        numbers = sorted(self.usages[job])
        breaks = [later for earlier, later in pairwise(numbers) if later > earlier + 1]
        starts = [numbers[0], *breaks]
        ends = [max(number for number in numbers if number < later) for later in breaks] + [numbers[-1]]
        return [(start, end + 1) for start, end in zip(starts, ends, strict=True)]


class Fingerprints:
    """All that were recorded."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "fingerprints"
        self._lock = threading.Lock()

    def get(self, md5: str) -> Fingerprint:
        """The fingerprint of a sum.

        Raises:
            NotFoundError: nobody recorded it.
        """
        stored: dict[str, Any] | None = read_json(self._path(md5)) if _SUM.fullmatch(md5) else None
        if stored is None:
            raise NotFoundError(f"No matching record found for {md5}")
        original = stored.pop("original")
        return Fingerprint(**stored, original=None if original is None else (original[0], original[1]))

    def record(self, build: Build, path: Path) -> str:
        """Note that a build has a file, and made it when the file is younger than the build; the file's sum."""
        md5 = _md5(path)
        made = path.stat().st_mtime + _SLACK_SECONDS >= build.record.timestamp / 1000
        job = build.job.full_name
        with self._lock:
            try:
                known = self.get(md5)
            except NotFoundError:
                known = Fingerprint(md5, path.name, int(time.time() * 1000), (job, build.number) if made else None)
            numbers = known.usages.setdefault(job, [])
            if build.number not in numbers:
                numbers.append(build.number)
            write_json(self._path(md5), asdict(known))
        if md5 not in build.record.fingerprints:
            build.record.fingerprints.append(md5)
            build.save()
        return md5

    def _path(self, md5: str) -> Path:
        return self._folder / md5[:2] / md5[2:4] / f"{md5[4:]}.json"


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
