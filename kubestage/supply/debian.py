"""Debian root file systems, made by mmdebstrap from the host's own mirrors."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.errors import MachineError
from kubestage.run import run_command
from kubestage.supply.archive import write_image, write_layer
from kubestage.supply.host import own_certificates
from kubestage.supply.job import Job

# systemd 252 is the last one that boots on cgroup v1 and hybrid hosts as well; all images share the release.
RELEASE = "bookworm"

_TARGET = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)"
_DEBIAN_SUITE = re.compile(r"^(bullseye|bookworm|trixie|forky|sid|stable|testing|unstable)(-updates|-security)?$")
# Manual pages and translations have no reader in a container; licences stay.
_NOT_INSTALLED = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/doc/*")
_NOT_KEPT = (
    "etc/apt/sources.list etc/apt/sources.list.d/* etc/apt/apt.conf.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/99mmdebstrap "
    "etc/hostname etc/resolv.conf var/log/*.log var/log/apt/* var/cache/ldconfig/aux-cache var/cache/debconf/*-old"
)


def apt_sources() -> list[str]:
    """The host's Debian mirrors as one-line sources of our release; empty where the host has none.

    A host of another Debian release has the same mirrors; a host of another distribution has none, and mmdebstrap then
    takes its own default.
    """
    if not shutil.which("apt-get"):
        return []
    targets = run_command(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)",
            "Created-By: Packages",
        ],
        check=False,
        separate_stderr=True,
    ).stdout
    lines = []
    for target in targets.splitlines():
        uri, suite, component, origin = [*target.split("|"), "", "", ""][:4]
        match = _DEBIAN_SUITE.match(suite.strip("/"))
        ours = origin == "Debian" or (not origin and "debian" in uri)
        if match and ours and component == "main":
            line = f"deb {uri} {RELEASE}{match[2] or ''} main"
            if line not in lines:
                lines.append(line)
    return lines


def apt_options() -> str:
    """The host's proxies, TLS settings and retries of apt, as lines of an apt.conf."""
    if not shutil.which("apt-config"):
        return ""
    dump = run_command(["apt-config", "dump"], check=False, separate_stderr=True).stdout
    wanted = re.compile(r"^Acquire::(https?|Retries|Check-Valid-Until)\b.*\".+\";$")
    return "".join(f"{line}\n" for line in dump.splitlines() if wanted.match(line))


def bootstrap(job: Job, target: Path, packages: Iterable[str], *, variant: str, customize: Path | None = None) -> None:
    """Writes a root file system with `packages` as a tar.

    Args:
        job: the artefact in the making.
        target: the tar to write.
        packages: what is installed besides what the variant implies.
        variant: mmdebstrap's variant, such as `minbase` or `extract`.
        customize: a program that is given the tree before it is packed.

    Raises:
        MachineError: the host has no mmdebstrap.
        CommandFailed: mmdebstrap failed.
    """
    if not shutil.which("mmdebstrap"):
        raise MachineError(
            "mmdebstrap was not found", why=f"It makes the file system of {job.name}.", fix="apt-get install mmdebstrap"
        )
    sources, options = job.scratch / "sources.list", job.scratch / "apt.conf"
    sources.write_text("".join(f"{line}\n" for line in apt_sources()))
    options.write_text(apt_options())
    last = "extract" if variant == "extract" else "customize"  # the last hook that runs
    hooks = [f"--{last}-hook={customize}"] if customize else []
    for number, certificate in enumerate(own_certificates()):
        (job.scratch / f"host-{number}.crt").write_text(certificate)
        hooks.append(
            f"--essential-hook=install -D -m 644 {job.scratch}/host-{number}.crt "
            f'"$1/usr/local/share/ca-certificates/host-{number}.crt"'
        )
    job.run(
        [
            "mmdebstrap",
            f"--variant={variant}",
            f"--include={','.join(packages)}",
            f"--aptopt={options}",
            *(f"--dpkgopt=path-exclude={pattern}" for pattern in _NOT_INSTALLED),
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            "--dpkgopt=force-unsafe-io",
            # Java packages register manual pages even where none are installed.
            '--essential-hook=mkdir -p "$1/usr/share/man/man1"',
            *hooks,
            f'--{last}-hook=cd "$1" && rm -rf {_NOT_KEPT}',
            "--format=tar",
            RELEASE,
            target,
            *([sources] if sources.stat().st_size else []),
        ],
        env={"TMPDIR": str(job.scratch)},
    )


@dataclass(frozen=True)
class DebianImage:
    """An image of Debian packages and files of ours.

    Attributes:
        folder: `packages` (one name a line), `config.json` (the OCI configuration), and, where wanted, `files/` (laid
            over the tree) and `customize` (run on the tree).
        variant: mmdebstrap's variant.
        programs: files from other artefacts: artefact, file in it, place in the image.
    """

    folder: Path
    variant: str = "minbase"
    programs: tuple[tuple[str, str, str], ...] = ()
    uses: tuple[str, ...] = ("docker",)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The artefacts whose programs go in."""
        return tuple(dict.fromkeys(name for name, _, _ in self.programs))

    def recipe(self) -> Iterable[str | Path]:
        """The folder, what is done here, and the host's own certificates, which go into the trust store."""
        return [self.folder, Path(__file__), self.variant, *map(str, self.programs), *own_certificates()]

    def build(self, job: Job) -> None:
        """Writes the image's archive."""
        root = job.scratch / "root.tar"
        customize = self.folder / "customize"
        bootstrap(
            job,
            root,
            (self.folder / "packages").read_text().split(),
            variant=self.variant,
            customize=customize if customize.exists() else None,
        )
        layers = [root]
        overlay = job.scratch / "overlay"
        if (self.folder / "files").is_dir():
            shutil.copytree(self.folder / "files", overlay, symlinks=True)
        for name, program, place in self.programs:
            (overlay / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(job.inputs[name] / program, overlay / place)
        if overlay.exists():
            layers.append(job.scratch / "overlay.tar")
            write_layer(layers[-1], overlay)
        config = json.loads((self.folder / "config.json").read_text())
        write_image(job.out / "image.tar", [job.reference], layers, config)
