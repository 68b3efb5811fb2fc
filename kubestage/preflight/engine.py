"""Checks of the Docker engine: installed, answering, new enough, and able to run a Kubernetes node."""

from __future__ import annotations

import re

from kubestage.docker.address import DEFAULT_SOCKET
from kubestage.docker.daemon import Daemon, end_process, find_dockerd, running_dockerd
from kubestage.docker.engine import OLDEST_API, EngineFacts
from kubestage.errors import MachineError
from kubestage.preflight.capabilities import missing_capabilities
from kubestage.preflight.check import Answer, Check, Fix, fine, problem
from kubestage.preflight.install import install_engine
from kubestage.preflight.machine import Machine
from kubestage.preflight.packages import install_fix
from kubestage.run import run_command
from kubestage.settings import Settings
from kubestage.waits import wait_for

# The docker client that kind and the pipelines use is version 28.5; it speaks no newer API, and an engine may refuse
# older ones.
CLIENT_API = (1, 51)

# Engines limit themselves to the capabilities that they hold from here on; older ones ask for every capability that
# the kernel knows when a container is privileged (moby#42906).
_LIMITS_ITSELF = (23,)

_ARCHITECTURES = {"x86_64", "aarch64"}

# A dockerd that its package or the system has just started gets this long to answer.
_STARTING_SECONDS = 20.0


class EngineChecks:
    """The checks of the engine.

    Args:
        settings: the sandbox's.
        machine: this machine.
        daemon: the dockerd to start where there is no service manager; the one of `settings` if left out.
    """

    def __init__(self, settings: Settings, machine: Machine, daemon: Daemon | None = None) -> None:
        self._settings = settings
        self._machine = machine
        self._daemon = daemon or Daemon.of(settings)
        self._just_installed = False

    def checks(self) -> list[Check]:
        """All of them, in the order in which they build on each other."""
        answers = ("engine.answers",)
        return [
            Check("engine.address", "the Docker engine's address is known", self.address),
            Check("engine.installed", "a Docker engine is installed", self.installed, ("engine.address",)),
            Check("engine.answers", "the Docker engine answers", self.answers, ("engine.installed",), self.undo_start),
            Check("engine.api", "the engine and its clients have an API version in common", self.api, answers),
            Check("engine.system", "the engine runs Linux containers", self.system, answers),
            Check("engine.capabilities", "the engine can start a Kubernetes node", self.capabilities, answers),
        ]

    def address(self) -> Answer:
        """Whether DOCKER_HOST or the Docker context lead to an engine on this machine."""
        try:
            address = self._machine.address()
        except MachineError as error:
            return problem(f"{error.what}. {error.why}", Fix("choose another engine", (error.fix,)))
        return fine(f"{address.url} ({address.origin})")

    def installed(self) -> Answer:
        """Whether an engine is there, running or not."""
        if self._machine.find_engine() is None or not self._is_default():
            return fine()
        if found := find_dockerd():
            return fine(str(found))
        if DEFAULT_SOCKET.exists():
            return fine(f"something listens at {DEFAULT_SOCKET}")
        fix = install_fix(
            self._machine,
            ["docker.io"],
            "install Docker's engine (docker.io)",
            otherwise="install Docker, or start it if it is Docker Desktop or the like",
            run=self._install,
        )
        return problem("Nothing answers, and no dockerd is installed.", fix)

    def answers(self) -> Answer:
        """Whether it answers within a few seconds."""
        error = self._machine.find_engine()
        if error is None:
            return fine(f"version {self._facts.version}")
        why = f"{error.what}.\n{error.why}".strip()
        if isinstance(error.__cause__, PermissionError):
            group = self._machine.as_root(f"usermod -aG docker {self._machine.user}")
            return problem(why, Fix("join the group docker, and sign in again", (group, "newgrp docker")))
        if not self._is_default():
            return problem(
                why, Fix("start that engine, or let docker's default one be used", ("docker context use default",))
            )
        return problem(why, self._start_fix())

    def api(self) -> Answer:
        """Whether the engine's range of API versions meets that of the clients."""
        facts = self._facts
        if _version(facts.api) < OLDEST_API:
            return problem(
                f"Engine {facts.version} speaks API {facts.api}; {_dotted(OLDEST_API)} is the oldest that will do.",
                Fix("upgrade Docker", (self._machine.as_root("apt-get install --only-upgrade docker.io"),)),
            )
        if _version(facts.oldest_api) > CLIENT_API:
            return problem(
                f"Engine {facts.version} wants {facts.oldest_api} or newer; the client speaks {_dotted(CLIENT_API)}.",
                Fix(f'set "min-api-version": "{_dotted(CLIENT_API)}" in the engine\'s daemon.json and restart it'),
            )
        return fine(f"{facts.oldest_api} to {facts.api}")

    def system(self) -> Answer:
        """Whether it can run the images that there are."""
        facts = self._facts
        if facts.os_type != "linux":
            return problem("It runs Windows containers.", Fix("switch Docker Desktop to Linux containers"))
        if facts.architecture not in _ARCHITECTURES:
            return problem(f"Its architecture is {facts.architecture}; there are images for x86_64 and aarch64 only.")
        if facts.rootless and facts.cgroup_version == 1:
            return problem("A rootless engine can run Kubernetes only where the system uses cgroup version 2.")
        return fine(f"{facts.system}, {facts.architecture}, cgroup version {facts.cgroup_version}")

    def capabilities(self) -> Answer:
        """Whether the engine's privileged containers ask for no capability that this machine withholds.

        Only an engine on this kernel can be looked at; one in a virtual machine holds them all.
        """
        facts = self._facts
        if not self._machine.engine_is_here or _version(facts.version) >= _LIMITS_ITSELF:
            return fine()
        missing = sorted({name for pid in running_dockerd() for name in missing_capabilities(self._machine.proc, pid)})
        if not missing:
            return fine("it holds all of them")
        names = ", ".join(missing)
        if facts.default_runtime != "runc":
            return fine(f"{names} withheld; the runtime {facts.default_runtime} sees to it")
        why = f"This machine withholds {names}, and engine {facts.version} asks for every one."
        if self._daemon.pid or self._just_installed:
            return problem(why, Fix("restart our dockerd with a runtime that asks for less", run=self._restart))
        stop = self._machine.as_root(f"kill {' '.join(map(str, running_dockerd()))}")
        return problem(
            why, Fix("let kubestage start the engine, with a runtime that asks for less", (stop, "./inv up --yes"))
        )

    def undo_start(self) -> None:
        """Stops our own dockerd, unless it still has containers."""
        if self._daemon.pid and self._machine.find_engine() is None and not self._facts.containers:
            self._daemon.stop()

    @property
    def _facts(self) -> EngineFacts:
        if self._machine.engine is None:
            raise MachineError("The Docker engine does not answer", fix="./inv doctor")
        return self._machine.engine.facts

    def _is_default(self) -> bool:
        """Whether the engine is the one that this system's own dockerd would be."""
        return self._machine.address().socket == self._daemon.socket

    def _start_fix(self) -> Fix:
        if self._daemon.pid:
            return Fix("restart our dockerd, which does not answer", run=self._restart)
        if others := running_dockerd():
            commands = (
                ("systemctl restart docker",) if self._machine.systemd else (f"kill {others[0]}", "./inv up --yes")
            )
            return Fix(
                "wait for the dockerd that is running; if it hangs, restart it",
                tuple(self._machine.as_root(command) for command in commands),
                self._wait,
            )
        if self._machine.systemd:
            start = ["systemctl", "start", "docker"]
            return Fix(
                "start Docker",
                (self._machine.as_root(" ".join(start)),),
                (lambda: _run_service(start)) if self._machine.root else None,
            )
        by_hand = f"sh -c 'setsid dockerd </dev/null >>{self._daemon.log} 2>&1 &'"
        return Fix(
            "start dockerd, detached", (self._machine.as_root(by_hand),), self._start if self._machine.root else None
        )

    def _install(self) -> None:
        install_engine(self._machine)
        self._just_installed = True

    def _wait(self) -> None:
        wait_for(
            "the dockerd that is running answers",
            lambda: self._machine.find_engine() is None,
            seconds=_STARTING_SECONDS,
            fix="restart it: " + self._machine.as_root(f"kill {' '.join(map(str, running_dockerd()))}"),
        )

    def _start(self) -> None:
        """Starts our dockerd; with the runtime that asks for less only where the machine withholds something."""
        runtime = None
        if missing_capabilities(self._machine.proc):
            from kubestage.supply import Supply

            runtime = Supply(self._settings).tool("oci-fewer-caps")
        self._daemon.start(runtime)

    def _restart(self) -> None:
        """Starts our dockerd in the place of the one that runs: ours, or one that our installation has started."""
        self._daemon.stop()
        for pid in running_dockerd() if self._just_installed else ():
            end_process(pid)
        self._machine.engine = None
        self._start()
        self._machine.find_engine()


def _run_service(command: list[str]) -> None:
    run_command(command, timeout=60)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
