"""The builds of one job, newest first; numbers are never used twice."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from jenkins_light.errors import NotFoundError
from jenkins_light.files import write_bytes
from jenkins_light.model.builds import Build, Record
from jenkins_light.model.numbers import whole

if TYPE_CHECKING:
    from jenkins_light.model.items import Job

_MS_PER_DAY = 86_400_000

#: Permalinks of a job and what each means.
PERMALINKS: dict[str, Callable[[Build], bool]] = {
    "lastBuild": lambda _: True,
    "lastCompletedBuild": lambda build: not build.building,
    "lastFailedBuild": lambda build: not build.building and build.result == "FAILURE",
    "lastStableBuild": lambda build: not build.building and build.result == "SUCCESS",
    "lastSuccessfulBuild": lambda build: not build.building and build.result in {"SUCCESS", "UNSTABLE"},
    "lastUnstableBuild": lambda build: not build.building and build.result == "UNSTABLE",
    "lastUnsuccessfulBuild": lambda build: not build.building and build.result != "SUCCESS",
}


class History:
    """Reads build.json files when they are first asked for and keeps them."""

    def __init__(self, job: "Job") -> None:
        self._job = job
        self._lock = threading.RLock()
        self._loaded: dict[int, Build] = {}
        folder = job.builds_folder
        self._numbers = sorted(
            (int(p.name) for p in folder.iterdir() if p.name.isdigit() and (p / "build.json").exists())
            if folder.is_dir()
            else (),
            reverse=True,
        )

    def __iter__(self) -> Iterator[Build]:
        for number in list(self._numbers):
            build = self.find(number)
            if build is not None:
                yield build

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def numbers(self) -> list[int]:
        """The numbers of all builds that are kept, newest first."""
        return list(self._numbers)

    def find(self, number: int) -> Build | None:
        """The build of this number, or None."""
        with self._lock:
            if number not in self._numbers:
                return None
            if number not in self._loaded:
                try:
                    self._loaded[number] = Build.load(self._job, number)
                except NotFoundError:
                    self._numbers.remove(number)
                    return None
            return self._loaded[number]

    def before(self, number: int) -> Iterator[Build]:
        """The builds before this number, newest first: the one right before it comes first."""
        return (build for older in self.numbers if older < number and (build := self.find(older)) is not None)

    def after(self, number: int) -> Iterator[Build]:
        """The builds after this number, oldest first: the one right after it comes first."""
        newer = (other for other in reversed(self.numbers) if other > number)
        return (build for other in newer if (build := self.find(other)) is not None)

    def get(self, name: str) -> Build:
        """The build of a number or permalink.

        Raises:
            NotFoundError: there is none.
        """
        build = self.find(number) if (number := whole(name)) is not None else self.permalink(name)
        if build is None:
            raise NotFoundError(f"No build {name} of {self._job.full_name}")
        return build

    def permalink(self, name: str) -> Build | None:
        """The newest build that the permalink means, or None."""
        wanted = PERMALINKS.get(name)
        return next((b for b in self if wanted(b)), None) if wanted else None

    @property
    def last(self) -> Build | None:
        """The newest build."""
        return self.permalink("lastBuild")

    @property
    def first(self) -> Build | None:
        """The oldest build that is kept."""
        return self.find(self._numbers[-1]) if self._numbers else None

    @property
    def next_number(self) -> int:
        """The number that the next build gets."""
        path = self._job.folder / "nextBuildNumber"
        stored = int(path.read_text()) if path.exists() else 1
        return max(stored, self._numbers[0] + 1 if self._numbers else 1)

    def set_next_number(self, number: int) -> None:
        """Continue with this number; one that is in use already is ignored."""
        with self._lock:
            if not self._numbers or number > self._numbers[0]:
                write_bytes(self._job.folder / "nextBuildNumber", str(number).encode())

    def create(self, queue_id: int, prepare: Callable[[Record], None]) -> Build:
        """A new build with the next number, on disk before it is seen anywhere."""
        with self._lock:
            number = self.next_number
            record = Record(number, queue_id, int(time.time() * 1000))
            prepare(record)
            build = Build(self._job, record)
            build.folder.mkdir(parents=True, exist_ok=True)
            build.log_path.touch()
            build.marker.touch()
            build.save()
            # After the build, so that a sudden end between the two passes no number over: what is on disk counts too.
            write_bytes(self._job.folder / "nextBuildNumber", str(number + 1).encode())
            self._loaded[number] = build
            self._numbers.insert(0, number)
            return build

    def interrupted(self) -> list[Build]:
        """The builds that ran when an earlier server ended."""
        folders = [path.parent for path in self._job.builds_folder.glob("*/running")]
        return [build for folder in folders if (build := self.find(int(folder.name))) is not None]

    def delete(self, build: Build) -> None:
        """Forget a build and remove its files; one that somebody else removed meanwhile is no matter."""
        with self._lock:
            if build.number not in self._numbers:
                return
            self._numbers.remove(build.number)
            self._loaded.pop(build.number, None)
            shutil.rmtree(build.folder, ignore_errors=True)

    def rotate(self) -> None:
        """Remove old builds and artifacts as the job's discarder says.

        What runs, is kept forever, or is the last good one stays whole, as in Jenkins.
        """
        rule = self._job.config.discarder
        if rule is None:
            return
        good = () if rule.also_last_good else ("lastSuccessfulBuild", "lastStableBuild")
        spared = {id(self.permalink(name)) for name in good}
        now = time.time() * 1000
        for index, build in enumerate(list(self)):
            if build.building or build.record.keep_log or id(build) in spared:
                continue
            days = (now - build.record.timestamp) / _MS_PER_DAY
            if 0 <= rule.builds <= index or 0 <= rule.days < days:
                self.delete(build)
            elif 0 <= rule.artifact_builds <= index or 0 <= rule.artifact_days < days:
                shutil.rmtree(build.folder / "archive", ignore_errors=True)
