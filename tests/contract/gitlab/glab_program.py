"""GitLab's own command line client, built from its Go module into the user's cache."""

from __future__ import annotations

import functools
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kubestage.settings import Settings
from kubestage.supply import Supply
from kubestage.supply.artefact import Artefact
from kubestage.supply.catalogue import catalogue
from kubestage.supply.golang import GoProgram
from tests.contract.gitlab.conftest import Server

_VERSION = "1.40.0"
_MODULE = Path(__file__).parent / "glab"
_SECONDS = 120


@functools.cache
def glab_program() -> Path:
    """The program; the module's go.mod pins its version, go.sum what it is made of."""
    program = GoProgram(_MODULE, "glab", "gitlab.com/gitlab-org/cli/cmd/glab")
    ours = Artefact("glab", _VERSION, "files", program, megabytes=900)
    return Supply(Settings.load(), artefacts={"go": catalogue()["go"], "glab": ours}).tool("glab")


@dataclass(frozen=True)
class Ran:
    """What a call of glab came to; `text` is both outputs."""

    code: int
    text: str


class Glab:
    """glab as somebody who has configured it for one GitLab."""

    def __init__(self, server: Server, home: Path) -> None:
        address = urlsplit(server.url)
        host = str(address.hostname)
        self.folder = home
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GITLAB_HOST": host,
            "NO_COLOR": "1",
            "NO_PROMPT": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": f"ssh -i {home}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile={home}/known",
            **{
                f"GIT_{who}_{what}": f"{who}@example.org"
                for who in ("AUTHOR", "COMMITTER")
                for what in ("NAME", "EMAIL")
            },
        }
        self.run("config", "set", "check_update", "false", "--global")
        # glab knows a host by its name alone; the port goes into api_host.
        settings = {"api_protocol": address.scheme, "git_protocol": address.scheme, "api_host": address.netloc}
        for name, value in settings.items():
            self.run("config", "set", name, value, "--host", host)
        self.run("auth", "login", "--hostname", host, "--token", server.token)
        helper = f"!f() {{ echo username=root; echo password={server.token}; }}; f"
        self.git("config", "--global", "credential.helper", helper)

    def run(self, *arguments: str, refused: bool = False, folder: Path | None = None) -> str:
        """Calls glab and returns what it said; with `refused` it must fail, else it must not."""
        ran = self._call([str(glab_program()), *arguments], folder)
        assert (ran.code != 0) == refused, f"glab {' '.join(arguments)}: {ran.code}\n{ran.text}"
        return ran.text

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        """Calls git as the same person."""
        ran = self._call(["git", *arguments], folder)
        assert ran.code == 0, f"git {' '.join(arguments)}: {ran.code}\n{ran.text}"
        return ran.text

    def _call(self, command: list[str], folder: Path | None) -> Ran:
        done = subprocess.run(
            command, cwd=folder or self.folder, env=self._environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_SECONDS, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout.decode())
