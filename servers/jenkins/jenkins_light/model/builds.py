"""One build: its record in build.json, its log, its files."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jenkins_light.errors import NotFoundError
from jenkins_light.files import read_json, write_json
from jenkins_light.model import causes
from jenkins_light.model.causes import Cause
from jenkins_light.model.parameters import Value

if TYPE_CHECKING:
    from jenkins_light.model.items import Job

#: Results from best to worst, as Jenkins orders them.
RESULTS = ("SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT", "ABORTED")

COLORS = {"SUCCESS": "blue", "UNSTABLE": "yellow", "FAILURE": "red", "NOT_BUILT": "notbuilt", "ABORTED": "aborted"}


@dataclass
class Stage:
    """A stage of the stage view; times are milliseconds since 1970, ``status`` is wfapi's.

    Attributes:
        log_start, log_end: where in the log it began and ended, in bytes; the end is 0 while it runs.
    """

    id: str
    name: str
    started: int
    status: str = "IN_PROGRESS"
    duration: int = 0
    log_start: int = 0
    log_end: int = 0


@dataclass
class Record:
    """What build.json holds.

    Attributes:
        timestamp: start, milliseconds since 1970. duration: milliseconds; 0 while it runs.
        environment: variables that triggers and parameters contributed.
        sensitive: names of parameters whose values are encrypted.
        assigned: what the script put into ``env``, encrypted, for a build that is restarted from a stage of this one.
        scm: what checkouts took, per repository: url, branch, commit.
        changes: the commits that each of them brought since an earlier build, if any.
        sonar: the analyses of SonarQube, as its plugin's action exports them.
        libraries: the shared libraries loaded: name, version, directory below ``libs/``.
        fingerprints: the MD5 sums of the files whose use was recorded.
    """

    number: int
    queue_id: int
    timestamp: int
    causes: list[dict[str, Any]] = field(default_factory=list)
    parameters: dict[str, Value] = field(default_factory=dict)
    sensitive: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    building: bool = True
    result: str | None = None
    duration: int = 0
    display_name: str = ""
    description: str | None = None
    keep_log: bool = False
    assigned: dict[str, str] = field(default_factory=dict)
    scm: list[dict[str, str]] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    script: str | None = None
    changes: list[list[dict[str, Any]]] = field(default_factory=list)
    sonar: list[dict[str, Any]] = field(default_factory=list)
    libraries: list[dict[str, str]] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)


class Build:
    """A build of a job; its folder is ``builds/<number>`` of the job."""

    def __init__(self, job: "Job", record: Record) -> None:
        self.job = job
        self.record = record
        self.stages = [Stage(**stage) for stage in record.stages]
        self.finished = threading.Event()
        if not record.building:
            self.finished.set()

    @classmethod
    def load(cls, job: "Job", number: int) -> "Build":
        """The build from its build.json.

        Raises:
            NotFoundError: it has none, or a damaged one.
        """
        stored = read_json(job.builds_folder / str(number) / "build.json")
        if stored is None:
            raise NotFoundError(f"No build {number} of {job.full_name}")
        record = Record(**stored)
        if record.changes and isinstance(record.changes[0], dict):
            record.changes = [record.changes]  # as builds were kept when they knew of one checkout
        return cls(job, record)

    @property
    def commits(self) -> list[dict[str, Any]]:
        """All commits that the build's checkouts brought."""
        return [commit for checkout in self.record.changes for commit in checkout]

    @property
    def number(self) -> int:
        """The build's number in its job."""
        return self.record.number

    @property
    def folder(self) -> Path:
        """Where the build's files are."""
        return self.job.builds_folder / str(self.number)

    @property
    def log_path(self) -> Path:
        """The console text."""
        return self.folder / "log"

    def file_parameter(self, name: str) -> Path:
        """Where the file of a parameter is."""
        return self.folder / "fileParameters" / quote(name, safe="")

    @property
    def marker(self) -> Path:
        """A file that is there while the build runs, so that a restart need not read every record."""
        return self.folder / "running"

    @property
    def url_path(self) -> str:
        """The build's address below the server's, with a closing slash."""
        return f"{self.job.url_path}{self.number}/"

    @property
    def display_name(self) -> str:
        """The name on pages, ``#7`` unless the pipeline set one."""
        return self.record.display_name or f"#{self.number}"

    @property
    def full_display_name(self) -> str:
        """The name with the job's and its folders'."""
        return f"{self.job.full_display_name} {self.display_name}"

    @property
    def building(self) -> bool:
        """Whether it still runs."""
        return self.record.building

    @property
    def result(self) -> str | None:
        """The result, or None while it runs and nothing has gone wrong."""
        return self.record.result

    @property
    def causes(self) -> list[Cause]:
        """Why it runs."""
        return [causes.from_record(record) for record in self.record.causes]

    def worsen(self, result: str) -> None:
        """Set the result unless it is already worse; a result never gets better."""
        old = self.record.result
        if old is None or RESULTS.index(result) > RESULTS.index(old):
            self.record.result = result

    def finish(self, result: str) -> None:
        """The build is over: set result and duration, keep the record."""
        self.record.result = result
        self.record.duration = max(1, int(time.time() * 1000) - self.record.timestamp)
        self.record.building = False
        self.save()
        self.marker.unlink(missing_ok=True)
        self.finished.set()

    def save(self) -> None:
        """Write build.json."""
        self.record.stages = [vars(stage) for stage in self.stages]
        write_json(self.folder / "build.json", vars(self.record))
