"""The machine under the sandbox, as the checks see it."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kubestage.docker import Engine, EngineAddress, connect, resolve_address
from kubestage.errors import KubestageError


@dataclass
class Machine:
    """Facts about this machine; a test describes another one.

    Attributes:
        root: whether this process is root.
        systemd: whether systemd runs the machine's services (sd_booted(3)).
        apt: whether packages come from apt.
        proc: the proc file system.
        environment: the variables of this process.
        engine: the engine, once it has answered.
    """

    root: bool = field(default_factory=lambda: os.geteuid() == 0)
    systemd: bool = field(default_factory=lambda: Path("/run/systemd/system").is_dir())
    apt: bool = field(default_factory=lambda: shutil.which("apt-get") is not None)
    proc: Path = Path("/proc")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    engine: Engine | None = None

    def address(self) -> EngineAddress:
        """Where the engine is, or should be.

        Raises:
            MachineError: what names it cannot be used.
        """
        return resolve_address(self.environment)

    def find_engine(self) -> KubestageError | None:
        """Connects to the engine; gives the reason where that fails."""
        if self.engine is None:
            try:
                self.engine = connect(self.address())
            except KubestageError as error:
                return error
        return None

    @property
    def engine_is_here(self) -> bool:
        """Whether the engine runs on this very kernel, not in a desktop's virtual machine."""
        return self.engine is not None and self.engine.facts.kernel == platform.release()

    def as_root(self, command: str) -> str:
        """The command as this user has to type it."""
        return command if self.root else f"sudo {command}"

    @property
    def user(self) -> str:
        """This user's name, quoted for a shell."""
        return shlex.quote(self.environment.get("USER") or "$USER")
