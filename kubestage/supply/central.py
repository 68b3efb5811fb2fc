"""What is taken from Maven Central ready-made: a distribution as a zip, a plugin with all that it needs to run."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.errors import MachineError
from kubestage.supply.job import Job
from kubestage.supply.maven import HOME, drop_notes, prepare_home

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
# A plugin is run in some project; this one has nothing in it.
_EMPTY_PROJECT = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kubestage</groupId>
  <artifactId>empty</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
</project>
"""


@dataclass(frozen=True)
class MavenDistribution:
    """A program that its makers publish as a zip on Maven Central, unpacked.

    Attributes:
        coordinates: group, artefact, version and packaging, with colons.
        sha256: the zip's checksum.
        target: the folder in the artefact into which the zip's one top folder goes.
        left_out: folders below it that nobody needs here.
        aliases: further names for files: name and file, both below `target`.
    """

    coordinates: str
    sha256: str
    target: str
    left_out: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    inputs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ("docker", "jenkins-base")

    def recipe(self) -> Iterable[str | Path]:
        """What is fetched, what pins it, what is kept, and how it is unpacked."""
        return [self.coordinates, self.sha256, self.target, *self.left_out, *map(str, self.aliases), Path(__file__)]

    def build(self, job: Job) -> None:
        """Has Maven fetch the zip by the host's own settings, checks and unpacks it.

        Raises:
            MachineError: it is not the file that is pinned.
        """
        work, fetched = job.scratch / "work", job.scratch / "fetched"
        env = prepare_home(job)
        command = ["mvn", "--batch-mode", "--quiet", _COPY, f"-Dartifact={self.coordinates}"]
        job.run_in(
            job.images["jenkins-base"],
            [*command, "-DoutputDirectory=/work/fetched"],
            work=work,
            get={"/work/fetched": fetched},
            network="host",
            env=env,
        )
        archive = next(fetched.iterdir())
        with archive.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != self.sha256:
            raise MachineError(
                f"{self.coordinates} is not the file it should be",
                why=f"Its SHA-256 is {found}, expected was {self.sha256}.",
                fix="look at what answers for Maven Central (a proxy, a mirror)",
            )
        self._unpack(archive, job.out / self.target)

    def _unpack(self, archive: Path, target: Path) -> None:
        with zipfile.ZipFile(archive) as opened:
            for member in opened.infolist():
                _, _, name = member.filename.partition("/")
                if not name or name.startswith(self.left_out):
                    continue
                path = target / name
                if not path.resolve().is_relative_to(target.resolve()):
                    raise MachineError(f"{self.coordinates} holds {member.filename}, which leads out of its folder")
                if member.is_dir():
                    path.mkdir(parents=True, exist_ok=True)
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as source, path.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                path.chmod(0o755 if member.external_attr >> 16 & 0o100 else 0o644)
        for name, file in self.aliases:
            os.link(target / file, target / name)


@dataclass(frozen=True)
class MavenPlugin:
    """A local repository with one plugin and all that it needs to run, so that it runs without network.

    Filled by running the plugin, since what a plugin needs is only known then.

    Attributes:
        goal: group, artefact, version and goal, with colons.
        option: what keeps the goal from doing its work.
    """

    goal: str
    option: str
    inputs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ("docker", "jenkins-base")

    def recipe(self) -> Iterable[str | Path]:
        """The goal, how it is run, and what is done with its files."""
        return [self.goal, self.option, Path(__file__)]

    def build(self, job: Job) -> None:
        """Runs the goal in an empty project, with the network, into a fresh local repository."""
        work = job.scratch / "work"
        env = prepare_home(job)
        (work / "project").mkdir()
        (work / "project" / "pom.xml").write_text(_EMPTY_PROJECT)
        repository = job.out / "repository"
        job.run_in(
            job.images["jenkins-base"],
            ["mvn", "--batch-mode", "--quiet", "--file", "/work/project/pom.xml", self.goal, self.option],
            work=work,
            get={f"{HOME}/.m2/repository": repository},
            network="host",
            env=env,
        )
        drop_notes(repository)
