"""A dockerd of ours, for machines where no service manager starts one: detached, with its files in a folder of ours."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from kubestage.docker.address import DEFAULT_SOCKET, EngineAddress
from kubestage.docker.engine import connect
from kubestage.errors import KubestageError, MachineError, WaitTimeout
from kubestage.lock import exclusive
from kubestage.run import run_command
from kubestage.settings import Settings
from kubestage.waits import wait_for

SYSTEM_CONFIG = Path("/etc/docker/daemon.json")
DEFAULT_EXEC_ROOT = "/var/run/docker"
RUNTIME = "fewer-caps"

# A cold start takes 1-3 s; one that has to put many containers back takes longer.
START_SECONDS = 60.0
STOP_SECONDS = 20.0

# Debian's dockerd is in /usr/sbin, which an ordinary user's PATH leaves out.
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Daemon:
    """A dockerd with its own configuration, pid file and log.

    The administrator's daemon.json is read and followed, never written.

    Attributes:
        folder: holds daemon.json, dockerd.pid and dockerd.log.
        options: settings of daemon.json that take precedence.
        socket: where it listens.
    """

    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    socket: Path = DEFAULT_SOCKET

    @classmethod
    def of(cls, settings: Settings) -> Daemon:
        """The one daemon that all sandboxes under `settings.home` share."""
        return cls(settings.home / "engine")

    @property
    def log(self) -> Path:
        """What dockerd says."""
        return self.folder / "dockerd.log"

    @property
    def pid_file(self) -> Path:
        """Our own, so that a stale /var/run/docker.pid is in nobody's way."""
        return self.folder / "dockerd.pid"

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.folder / "daemon.json"

    @property
    def pid(self) -> int | None:
        """The running daemon's process, or None; a pid file that names something else counts for nothing."""
        return _pid_of(self.pid_file, "dockerd", str(self.config))

    def start(self, runtime: Path | None = None, *, seconds: float = START_SECONDS) -> None:
        """Starts dockerd in a session of its own, and waits until it answers.

        Args:
            runtime: an OCI runtime that asks for fewer capabilities; becomes the default runtime.
            seconds: the bound.

        Raises:
            MachineError: dockerd is not there, ended at once, or does not answer in time.
        """
        program = find_dockerd()
        if not program:
            raise MachineError("dockerd is not installed", fix="./inv doctor")
        with exclusive(self.folder / "lock", "the Docker engine", wait=seconds):
            if self.pid is None:
                options = self._configure(runtime)
                self._forget_stale_pids(Path(options.get("exec-root", DEFAULT_EXEC_ROOT)))
                pid = self._launch(program)
            else:
                pid = self.pid
            wait_for(
                "the Docker engine answers",
                lambda: self._answers(pid),
                seconds=seconds,
                every=0.1,
                why=self._last_words,
                fix=f"less {self.log}",
            )

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Ends the daemon, if it is ours and running; its containers end with it.

        One that hangs is killed after `seconds`.
        """
        pid = self.pid
        if pid is None:
            return
        end_process(pid, seconds=seconds)
        self.pid_file.unlink(missing_ok=True)

    def _configure(self, runtime: Path | None) -> dict[str, Any]:
        """Writes the daemon's configuration, and returns it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options: dict[str, Any] = {**_system_options(), **self.options, "pidfile": str(self.pid_file)}
        socket = f"unix://{self.socket}"
        options["hosts"] = [socket, *(host for host in options.get("hosts", []) if host != socket)]
        if runtime:
            # A copy of our own: the cache may be emptied while the daemon still starts containers with it.
            own = self.folder / "oci-fewer-caps"
            new = own.with_suffix(".new")
            shutil.copy2(runtime, new)
            new.replace(own)
            options["runtimes"] = {**options.get("runtimes", {}), RUNTIME: {"path": str(own)}}
            options["default-runtime"] = RUNTIME
        self.config.write_text(json.dumps(options, indent=2) + "\n", encoding="utf-8")
        return options

    def _forget_stale_pids(self, exec_root: Path) -> None:
        """Removes pid files of dead or foreign processes.

        dockerd asks only whether any process has that number, and after a reboot, or in a container that came back,
        some other one often has. A containerd that has outlived its dockerd is found again by its file.
        """
        if self.pid is None:
            self.pid_file.unlink(missing_ok=True)
        containerd = exec_root / "containerd"
        if _pid_of(containerd / "containerd.pid", "containerd", str(containerd / "containerd.toml")) is None:
            (containerd / "containerd.pid").unlink(missing_ok=True)

    def _launch(self, program: Path) -> int:
        # Detached by a shell: dockerd becomes init's child, so that nobody here must wait for it, in a session of its
        # own, so that no terminal's end reaches it, and it holds none of our streams, on which CI would wait.
        script = 'setsid "$@" </dev/null >>"$KUBESTAGE_LOG" 2>&1 & echo $!'
        started = run_command(
            ["sh", "-c", script, "sh", program, "--config-file", self.config],
            cwd=Path("/"),
            env={
                "KUBESTAGE_LOG": str(self.log),
                "PATH": f"{os.environ.get('PATH', '')}:{_SYSTEM_PATH}",
                "REAL_RUNC": shutil.which("runc", path=_SYSTEM_PATH) or "",
            },
        )
        return int(started.stdout)

    def _answers(self, pid: int) -> bool:
        if not _alive(pid):
            raise MachineError(
                "The Docker engine ended as soon as it was started", why=self._last_words(), fix=f"less {self.log}"
            )
        try:
            connect(EngineAddress(f"unix://{self.socket}", "our own dockerd"), answer_seconds=2).close()
        except KubestageError:
            return False
        return True

    def _last_words(self) -> str:
        """The end of the log without what went well; dockerd names the cause of its end last."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join([line for line in lines if "level=info" not in line][-5:])


def find_dockerd() -> Path | None:
    """The installed dockerd, or None."""
    found = shutil.which("dockerd") or shutil.which("dockerd", path=_SYSTEM_PATH)
    return Path(found) if found else None


def running_dockerd() -> list[int]:
    """Every dockerd process of this system; those inside of containers, or ended and not yet reaped, do not count."""
    return [
        process.pid
        for process in psutil.process_iter(["name", "status"])
        if process.info["name"] == "dockerd"
        and process.info["status"] != psutil.STATUS_ZOMBIE
        and _pid_namespace(process.pid) in (None, _pid_namespace(os.getpid()))
    ]


def end_process(pid: int, *, seconds: float = STOP_SECONDS) -> None:
    """Ends a process and waits until it is gone; one that does not end within `seconds` is killed."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        # A process that was halted (SIGSTOP) sees SIGTERM only once it goes on.
        for number in (signal.SIGCONT, signal.SIGTERM):
            process.send_signal(number)
        try:
            wait_for("dockerd ends", lambda: not _alive(pid), seconds=seconds, every=0.05)
        except WaitTimeout:
            process.kill()
            wait_for("dockerd is gone", lambda: not _alive(pid), seconds=seconds, every=0.05)


def _pid_namespace(pid: int) -> str | None:
    """The process' namespace of process ids; None where it cannot be seen."""
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None


def _system_options() -> dict[str, Any]:
    """What the administrator has set for every dockerd of this machine.

    Raises:
        MachineError: the file is no JSON object, and so no dockerd would start.
    """
    if not SYSTEM_CONFIG.exists():
        return {}
    try:
        options = json.loads(SYSTEM_CONFIG.read_text(encoding="utf-8") or "{}")
    except (OSError, ValueError) as error:
        raise MachineError(f"{SYSTEM_CONFIG} cannot be used", why=str(error), fix=f"less {SYSTEM_CONFIG}") from error
    if not isinstance(options, dict):
        raise MachineError(f"{SYSTEM_CONFIG} cannot be used", why="It is no object.", fix=f"less {SYSTEM_CONFIG}")
    return options


def _alive(pid: int) -> bool:
    """Whether the process still runs; one that has ended and that nobody has waited for yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _pid_of(path: Path, name: str, argument: str) -> int | None:
    """The process that the pid file names, if that is alive, is called `name` and was given `argument`."""
    try:
        process = psutil.Process(int(path.read_text()))
        # A zombie has no command line any more.
        return process.pid if process.name() == name and argument in process.cmdline() else None
    except (OSError, ValueError, psutil.Error):
        return None
