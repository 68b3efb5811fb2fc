"""Programs that the host must have, and their installation where packages come from apt."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

from kubestage.errors import CommandFailed
from kubestage.preflight.check import Answer, Check, Fix, fine, problem
from kubestage.preflight.machine import Machine
from kubestage.run import run_command
from kubestage.settings import Settings
from kubestage.supply import HostPackage, host_packages

_LISTS = Path("/var/lib/apt/lists")
_STALE_SECONDS = 24 * 3600.0
_APT_SECONDS = 900.0
_APT_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_MODE": "l"}
# Another apt (unattended upgrades) may be at work; waiting for it is better than failing.
_APT_OPTIONS = ("-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3")
# apt waits for the lock of the packages, but gives up at once where another one fetches the lists: two tasks, say,
# that are started at once on a new machine.
_LOCK = Path("/run/lock/kubestage-apt.lock")


# What the tests without an engine call besides: they build the Groovy runner and drive the light servers.
_TEST_PROGRAMS = (
    HostPackage("javac", "openjdk-17-jdk-headless", "compiles the Groovy runner"),
    HostPackage("mvn", "maven", "builds the Groovy runner"),
    HostPackage("git", "git", "is the client that the light GitLab is tested with"),
    HostPackage("chromium-headless-shell", "chromium-headless-shell", "looks at the pages"),
    HostPackage("ssh", "openssh-client", "is git's client for SSH"),
    HostPackage("curl", "curl", "sends the lines of the talk and of Jenkins' documentation"),
)


# What the benches measure the light GitLab against.
_BENCH_PROGRAMS = (
    HostPackage("nginx", "nginx-light", "serves git's http-backend, next to which the light GitLab is measured"),
    HostPackage("fcgiwrap", "fcgiwrap", "runs git's http-backend for nginx"),
)


def package_checks(settings: Settings, machine: Machine) -> list[Check]:
    """The check of the programs that the supply calls."""
    if settings.source == "pull":
        nothing = fine("none are needed: nothing is built here")
        return [Check("tools", "the programs that kubestage calls are installed", lambda: nothing)]
    return [
        Check("tools", "the programs that kubestage calls are installed", lambda: _present(machine, host_packages()))
    ]


def checks_of_tests(machine: Machine) -> list[Check]:
    """The check of the programs that kubestage's own tests call."""
    return [Check("tests", "the programs that the tests call are installed", lambda: _present(machine, _TEST_PROGRAMS))]


def checks_of_benches(machine: Machine) -> list[Check]:
    """The check of the programs that the benches call besides."""
    wanted = [*_TEST_PROGRAMS, *_BENCH_PROGRAMS]
    return [Check("benches", "the programs that the benches call are installed", lambda: _present(machine, wanted))]


def _present(machine: Machine, wanted: Sequence[HostPackage]) -> Answer:
    missing = [package for package in wanted if not package.present]
    if not missing:
        return fine(", ".join(package.program for package in wanted))
    names = sorted({package.package for package in missing})
    return problem(
        "\n".join(f"{package.program} is missing ({package.why})" for package in missing),
        install_fix(machine, names, f"install {', '.join(names)}", otherwise=f"install {', '.join(names)}"),
    )


def install_fix(
    machine: Machine,
    packages: Sequence[str],
    what: str,
    *,
    otherwise: str,
    run: Callable[[], None] | None = None,
) -> Fix:
    """The installation of Debian packages, where this machine has apt.

    Args:
        machine: this machine; the fix runs by itself only as root.
        packages: their names.
        what: what the fix does.
        otherwise: what the user has to do where there is no apt.
        run: does it, if there is more to do than to install the packages.
    """
    if not machine.apt:
        return Fix(otherwise)
    commands = (machine.as_root("apt-get update"), machine.as_root(f"apt-get install -y {' '.join(packages)}"))
    return Fix(what, commands, (run or (lambda: apt_install(packages))) if machine.root else None)


def apt_install(packages: Sequence[str], lists: Path = _LISTS) -> None:
    """Installs packages without asking anything; fetches the package lists first when they are old or absent.

    A service that a package starts is left to the package: where a policy-rc.d forbids it, nothing is started.

    Raises:
        CommandFailed: apt ended with an error.
    """
    with FileLock(_LOCK):
        if _stale(lists):
            _apt("update")
            _apt_install(packages)
            return
        try:
            _apt_install(packages)
        except CommandFailed:
            # Lists may name versions that the mirror has dropped since.
            _apt("update")
            _apt_install(packages)


def _apt_install(packages: Sequence[str]) -> None:
    _apt("install", "-y", "--no-install-recommends", *packages)


def _apt(*arguments: str) -> None:
    run_command(["apt-get", *_APT_OPTIONS, *arguments], env=_APT_ENVIRONMENT, timeout=_APT_SECONDS)


def _stale(lists: Path) -> bool:
    newest = max((path.stat().st_mtime for path in lists.glob("*Packages*")), default=0.0)
    return time.time() - newest > _STALE_SECONDS
