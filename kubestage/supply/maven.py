"""What Maven makes, always with the Maven, JDK and trust store of the image in which pipelines run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kubestage.supply.artefact import NOT_SOURCES
from kubestage.supply.job import Job

# The home in the container in which Maven runs.
HOME = "/work/home"
# Notes of where a file came from and what was not found: with them Maven asks the network again.
_NOTES = ("_remote.repositories", "*.lastUpdated", "resolver-status.properties")


def _copy_sources(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*NOT_SOURCES))


def prepare_home(job: Job) -> dict[str, str]:
    """Puts the host's own Maven settings into the container's home and returns variables for its proxies."""
    settings = job.scratch / "work" / "home" / ".m2"
    settings.mkdir(parents=True)
    for name in ("settings.xml", "settings-security.xml"):
        own = Path.home() / ".m2" / name
        if own.is_file():
            shutil.copy2(own, settings / name)
    return {"HOME": HOME, "MAVEN_OPTS": f"-Duser.home={HOME} {proxy_options()}".strip()}


def drop_notes(repository: Path) -> None:
    """Removes Maven's notes from a local repository that shall serve without network."""
    for pattern in _NOTES:
        for note in repository.rglob(pattern):
            note.unlink()


def proxy_options() -> str:
    """The proxies of this host's environment in Java's own words; credentials belong into Maven's settings.xml."""
    options = []
    for scheme in ("http", "https"):
        address = os.environ.get(f"{scheme}_proxy") or os.environ.get(f"{scheme.upper()}_PROXY") or ""
        proxy = urlsplit(address if "//" in address or not address else f"//{address}")
        if proxy.hostname:
            options += [f"-D{scheme}.proxyHost={proxy.hostname}", f"-D{scheme}.proxyPort={proxy.port or 80}"]
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [f"*{host}" if host.startswith(".") else host for host in direct.replace(" ", "").split(",") if host]
    if options and hosts:
        options.append(f"-Dhttp.nonProxyHosts={'|'.join(hosts)}")
    return " ".join(options)


@dataclass(frozen=True)
class MavenPackage:
    """What `mvn package` makes of a project of ours.

    Attributes:
        project: the folder with the pom.
        results: files and folders below `target` that are kept.
    """

    project: Path
    results: tuple[str, ...]
    inputs: tuple[str, ...] = ("jenkins-base",)
    uses: tuple[str, ...] = ("docker",)

    def recipe(self) -> Iterable[str | Path]:
        """The project's sources and what is kept."""
        return [self.project, *self.results]

    def build(self, job: Job) -> None:
        """Runs `mvn package`."""
        work = job.scratch / "work"
        env = prepare_home(job)
        _copy_sources(self.project, work / "project")
        job.run_in(
            job.images["jenkins-base"],
            ["mvn", "--batch-mode", "--quiet", "--file", "/work/project/pom.xml", "package"],
            work=work,
            get={f"/work/project/target/{result}": job.out / result for result in self.results},
            network="host",
            env=env,
        )


@dataclass(frozen=True)
class MavenRepository:
    """A local repository with all that the sample's builds need, so that they need no network.

    Filled by running the talk's own command, since `dependency:go-offline` misses what plugins fetch when they run.

    Attributes:
        project: the sample as of its first version.
        patches: the folder of the patches that lead to each later version, in order.
    """

    project: Path
    patches: Path
    inputs: tuple[str, ...] = ("jenkins-base",)
    uses: tuple[str, ...] = ("docker",)
    command: str = "mvn clean compile package -P saas"

    def recipe(self) -> Iterable[str | Path]:
        """The sample, its later versions and the command."""
        return [self.project, self.patches, self.command, *_NOTES]

    def build(self, job: Job) -> None:
        """Builds every version once, with the network, into a fresh local repository."""
        work = job.scratch / "work"
        env = prepare_home(job)
        _copy_sources(self.project, work / "project")
        shutil.copytree(self.patches, work / "patches")
        script = "\n".join(
            [
                "set -eu",
                "cd /work/project",
                f"{self.command} --batch-mode --quiet",
                "for patch in /work/patches/*.patch; do",
                '  git apply "$patch"',
                f"  {self.command} --batch-mode --quiet",
                "done",
            ]
        )
        repository = job.out / "repository"
        job.run_in(
            job.images["jenkins-base"],
            ["/bin/sh", "-c", script],
            work=work,
            get={f"{HOME}/.m2/repository": repository},
            network="host",
            env=env,
        )
        drop_notes(repository)
