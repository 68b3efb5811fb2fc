"""The container engine as the supply sees it: which images it has, and the client's command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kubestage.errors import MachineError
from kubestage.run import run_command

# The classic builder is in every engine; buildx is a plugin that may be missing.
_CLASSIC_BUILDER = {"DOCKER_BUILDKIT": "0", "DOCKER_CLI_HINTS": "false"}


class Engine:
    """The engine behind `host`, spoken to through the docker client that the supply hands out.

    Args:
        client: gives the docker client's path; asked when first needed, because it may have to be built.
        host: the engine's address; empty for the client's own choice (DOCKER_HOST, context).
    """

    def __init__(self, client: Callable[[], Path], host: str = "") -> None:
        self._client = client
        self._host = host

    @property
    def env(self) -> dict[str, str]:
        """Variables for every call of the client."""
        return {**_CLASSIC_BUILDER, **({"DOCKER_HOST": self._host} if self._host else {})}

    def command(self, *arguments: str | Path) -> list[str | Path]:
        """The client's command line for `arguments`."""
        return [self._client(), *arguments]

    def images(self) -> set[str]:
        """References of all our images that the engine has.

        Raises:
            MachineError: the engine does not answer.
        """
        result = run_command(
            self.command("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=kubestage/*"),
            env=self.env,
            check=False,
            separate_stderr=True,
            timeout=60,
        )
        if result.code:
            raise MachineError("The container engine does not answer", why=result.tail(3), fix="./inv doctor")
        return set(result.stdout.split())

    def remove(self, reference: str) -> None:
        """Removes an image's name, and its layers if nothing else uses them."""
        run_command(self.command("image", "rm", reference), env=self.env, check=False)
