"""Source `pull`: official releases and images, each pinned by checksum or digest."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kubestage.errors import CommandFailed, MachineError
from kubestage.settings import Settings
from kubestage.supply.archive import architecture
from kubestage.supply.downloads import fetch, fetch_text, rebased
from kubestage.supply.host import own_certificates
from kubestage.supply.job import Job

# What a registry's /v2/ says to who has not logged in: come in, or log in first. Either way it is there.
_REGISTRY_IS_THERE = (200, 401)


@dataclass(frozen=True)
class Release:
    """A program from its publisher's release.

    Attributes:
        url: the address; `{arch}` stands for the publisher's word for the architecture.
        arch: that word, by ours (amd64, arm64).
        sha256: pinned checksums by architecture; empty to take the publisher's checksum file.
        checksums: the address of that file: lines of checksum and file name, or a checksum alone.
        program: what the program is called; other programs beside it in an archive come along.
        folder: the folder in the archive that holds the programs; empty if what is downloaded is the program.
    """

    url: str
    program: str
    arch: Mapping[str, str] = field(default_factory=lambda: {"amd64": "amd64", "arm64": "arm64"})
    sha256: Mapping[str, str] = field(default_factory=dict)
    checksums: str = ""
    folder: str = ""
    only: tuple[str, ...] = ()

    def recipe(self) -> Iterable[str | Path]:
        """Where it comes from and what pins it."""
        words = [self._address(self.url), self._address(self.checksums), self.program, self.folder, *self.only]
        return [*words, self.sha256.get(architecture(), "")]

    def probe(self, settings: Settings) -> tuple[str, tuple[int, ...]]:
        """The address to ask whether the publisher answers, and the good answers."""
        return rebased(self._address(self.url), settings.downloads), (200,)

    def pull(self, job: Job) -> None:
        """Downloads, checks and unpacks into `job.out/bin`."""
        url = rebased(self._address(self.url), job.settings.downloads)
        downloaded = job.scratch / Path(urlsplit(url).path).name
        fetch(url, downloaded, self.sha256.get(architecture()) or self._published(job.settings, downloaded.name))
        programs = job.out / "bin"
        programs.mkdir()
        if self.folder:
            self._unpack(downloaded, programs)
        else:
            shutil.move(downloaded, programs / self.program)
        for program in programs.iterdir():
            program.chmod(0o755)
        if not (programs / self.program).is_file():
            raise MachineError(
                f"{url} holds no {self.program}", why=f"It has {sorted(p.name for p in programs.iterdir())}"
            )

    def _unpack(self, archive: Path, programs: Path) -> None:
        with tarfile.open(archive) as opened:
            for member in opened:
                name = Path(member.name)
                wanted = not self.only or name.name in self.only
                if member.isfile() and str(name.parent) == self.folder and wanted:
                    member.name = name.name
                    opened.extract(member, programs, filter="data")

    def _published(self, settings: Settings, name: str) -> str:
        url = rebased(self._address(self.checksums), settings.downloads)
        lines = [line.split() for line in fetch_text(url).splitlines() if line.strip()]
        for words in lines:
            if len(words[0]) == 64 and (len(words) == 1 or words[1].lstrip("*").rsplit("/", 1)[-1] == name):
                return words[0].lower()
        raise MachineError(f"{url} has no checksum of {name}", fix="KUBESTAGE_SOURCE=build ./inv up")

    def _address(self, template: str) -> str:
        return template.replace("{arch}", self.arch.get(architecture(), architecture()))


@dataclass(frozen=True)
class OfficialImage:
    """An image from its publisher's registry.

    Attributes:
        name: registry, repository and tag, such as `docker.io/library/registry:3.0.0`.
        digest: pins the image, for every architecture: the digest of the index.
    """

    name: str
    digest: str

    def recipe(self) -> Iterable[str | Path]:
        """The name and the digest."""
        return [self.name, self.digest]

    def probe(self, settings: Settings) -> tuple[str, tuple[int, ...]]:
        """The address to ask whether the registry answers, and the good answers."""
        registry = self.reference(settings).split("/", 1)[0]
        host = registry.split(":")[0]
        scheme = "http" if host in ("localhost", "127.0.0.1") else "https"
        api = "registry-1.docker.io" if registry == "docker.io" else registry
        return f"{scheme}://{api}/v2/", _REGISTRY_IS_THERE

    def reference(self, settings: Settings) -> str:
        """The pinned name, at the mirror if there is one."""
        registry, path = self.name.rsplit(":", 1)[0].split("/", 1)
        return f"{settings.mirror.rstrip('/') or registry}/{path}@{self.digest}"

    def pull(self, job: Job) -> None:
        """Pulls by digest, gives the image our name, and keeps an archive for an engine that has lost it."""
        pulled = pull_image(job, self)
        job.docker("tag", pulled, job.reference)
        job.docker("save", "--output", job.out / "image.tar", job.reference)


def pull_image(job: Job, image: OfficialImage) -> str:
    """Pulls an image and returns the reference by which the engine knows it.

    Raises:
        MachineError: the registry refused or went away.
    """
    reference = image.reference(job.settings)
    try:
        job.docker("pull", "--quiet", reference)
    except CommandFailed as error:
        raise MachineError(
            f"{image.name} could not be pulled",
            why=error.why,
            fix="run the command again, or build instead of pulling: KUBESTAGE_SOURCE=build",
        ) from error
    return reference


@dataclass(frozen=True)
class OfficialDebian:
    """The official Debian image with packages installed in it: our Debian images where no root file system is made.

    Attributes:
        image: the official image.
        folder: the same recipe folder as that of the built image: `packages` and `config.json`.
    """

    image: OfficialImage
    folder: Path

    def recipe(self) -> Iterable[str | Path]:
        """The official image, the folder, and the host's own certificates."""
        return [*self.image.recipe(), self.folder, Path(__file__), *own_certificates()]

    def probe(self, settings: Settings) -> tuple[str, tuple[int, ...]]:
        """As for the official image."""
        return self.image.probe(settings)

    def pull(self, job: Job) -> None:
        """Pulls the image and has the engine install the packages, with the host's own way out."""
        context = job.scratch / "context"
        (context / "certificates").mkdir(parents=True)
        for number, certificate in enumerate(own_certificates()):
            (context / "certificates" / f"host-{number}.crt").write_text(certificate)
        (context / "Dockerfile").write_text(self.dockerfile(pull_image(job, self.image)))
        proxies = [word for name in ("http_proxy", "https_proxy", "no_proxy") for word in ("--build-arg", name)]
        job.docker("build", "--network", "host", *proxies, "--tag", job.reference, context)
        job.docker("save", "--output", job.out / "image.tar", job.reference)

    def dockerfile(self, base: str) -> str:
        """The Dockerfile on the pulled image `base`."""
        packages = " ".join((self.folder / "packages").read_text().split())
        config = json.loads((self.folder / "config.json").read_text())
        pairs = [line.split("=", 1) for line in config.get("Env", [])]
        environment = "".join(f'ENV {name}="{value}"\n' for name, value in pairs)
        return (
            f"FROM {base}\n"
            "COPY certificates/ /usr/local/share/ca-certificates/\n"
            "RUN mkdir -p /usr/share/man/man1 && apt-get update \\\n"
            f" && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends {packages} \\\n"
            " && rm -rf /var/lib/apt/lists/*\n" + environment
        )
