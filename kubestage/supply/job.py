"""One artefact in the making: where its files go, and how its commands are run."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kubestage.errors import CommandFailed
from kubestage.run import Result, run_command
from kubestage.settings import Settings
from kubestage.supply.engine import Engine


@dataclass
class Job:
    """What a builder or puller is given.

    Attributes:
        name: the artefact's name.
        settings: the settings in force.
        out: an empty folder that becomes the cache entry when all went well.
        scratch: an empty folder that is thrown away.
        log: where the output of the commands goes.
        reference: the image's reference in the engine, empty for files.
        engine: the container engine.
        inputs: the folders of the needed artefacts, by name.
        images: the references of the needed images, by name.
        command_seconds: the wall time of the commands so far, which is the artefact's raw build time.
    """

    name: str
    settings: Settings
    out: Path
    scratch: Path
    log: Path
    reference: str
    engine: Engine
    inputs: Mapping[str, Path]
    images: Mapping[str, str]
    command_seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def run(
        self, command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
    ) -> Result:
        """Runs a command of the recipe, with its output in the log.

        Raises:
            CommandFailed: with the command, its last lines and the log's path.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            result = run_command(command, cwd=cwd or self.scratch, env=env, log=self.log)
        except CommandFailed as error:
            raise CommandFailed(
                error.result,
                what=f"{self.name} could not be made: {error.result.program} ended with exit code {error.result.code}",
                fix=f"less {self.log}",
            ) from None
        with self._lock:
            self.command_seconds += result.seconds
        return result

    def docker(self, *arguments: str | Path) -> str:
        """Runs the docker client against the engine and returns what it printed."""
        return self.run(self.engine.command(*arguments), env=self.engine.env).stdout.strip()

    def run_in(
        self,
        image: str,
        command: Sequence[str],
        *,
        work: Path,
        get: Mapping[str, Path],
        network: str = "none",
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Runs a command as root in a throw-away container.

        Files go in and out by copying, never by bind mounts, which an engine in a virtual machine may not see.

        Args:
            image: the image's reference.
            command: program and arguments.
            work: a folder of this machine that is copied to /work.
            get: what to copy out afterwards, from a folder in the container to one that is not there yet.
            network: `none`, or `host` for what has to download; the host's own way out works there too.
            env: variables for the command; their values stay out of argv, since a proxy's address may hold a password.
        """
        variables = dict(env or {})
        label = f"kubestage.supply={self.out.parent}"
        for left in self.docker("ps", "--all", "--quiet", "--filter", f"label={label}").split():
            self.docker("rm", "--force", left)  # of a process that was killed; its lock is ours now
        options = [word for name in variables for word in ("--env", name)]
        create = ["create", "--label", label, "--network", network, *options, "--entrypoint", command[0]]
        container = self.run(
            self.engine.command(*create, image, *command[1:]), env={**self.engine.env, **variables}
        ).stdout.strip()
        try:
            self.docker("cp", f"{work}/.", f"{container}:/work")
            self.docker("start", "--attach", container)
            for place, target in get.items():
                self.docker("cp", f"{container}:{place}", target)
        finally:
            self.docker("rm", "--force", "--volumes", container)
