"""Starts the light GitLab as a program of its own, as its container does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.ports import free_port

_PACKAGE = Path(__file__).resolve().parents[3] / "servers" / "gitlab"


@dataclass
class Server:
    """A GitLab to talk to."""

    url: str
    token: str
    root_password: str


@dataclass
class LightServer(Server):
    """A light GitLab in a folder of its own."""

    folder: Path = field(default_factory=Path)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def prepare(cls, folder: Path, **environment: str) -> LightServer:
        """Chooses port and secrets; `start` must follow."""
        port, ssh_port = free_port(), free_port()
        folder.mkdir(parents=True, exist_ok=True)
        password, token = "root-password-1", "glpat-contract-root-tok"
        (folder / "password").write_text(password + "\n")
        (folder / "token").write_text(token + "\n")
        variables = {
            "GITLAB_DATA": str(folder / "data"),
            "GITLAB_HOST": "127.0.0.1",
            "GITLAB_PORT": str(port),
            "GITLAB_SSH_PORT": str(ssh_port),
            "GITLAB_EXTERNAL_URL": f"http://127.0.0.1:{port}",
            "GITLAB_ROOT_PASSWORD_FILE": str(folder / "password"),
            "GITLAB_ROOT_TOKEN_FILE": str(folder / "token"),
            "PYTHONPATH": str(_PACKAGE),
            # Its container holds it compiled; a start that compiles takes several times as long.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "gitlab-light-compiled"),
        }
        return cls(f"http://127.0.0.1:{port}", token, password, folder, variables | environment)

    @classmethod
    @contextmanager
    def running(cls, folder: Path, **environment: str) -> Iterator[LightServer]:
        """One that has started, and is stopped afterwards; what it has logged must hold no fault."""
        server = cls.prepare(folder, **environment)
        server.start()
        yield server
        server.stop()
        assert "Traceback" not in server.log(), server.log()

    def start(self) -> float:
        """Starts it; returns the seconds until it was ready."""
        began = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gitlab_light"], env=os.environ | self.environment, stdout=log, stderr=log
            )
        while time.monotonic() - began < 60:
            try:
                with urllib.request.urlopen(f"{self.url}/-/readiness", timeout=1):
                    return time.monotonic() - began
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        raise AssertionError(f"the light GitLab did not start:\n{self.log()}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Ends it; returns the seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=60)
        return time.monotonic() - began

    def log(self) -> str:
        """What it has logged."""
        return (self.folder / "log").read_text()
