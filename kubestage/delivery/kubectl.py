"""The talk's kubectl commands, run as they are shown."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from kubestage.delivery.deployment import NAME, namespace
from kubestage.run import Result, run_command

CONTAINER = "uuid-server"
_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class Kubectl:
    """A kubectl and the cluster that it speaks to.

    Attributes:
        program: the executable.
        kubeconfig: the file that names the cluster.
    """

    program: Path
    kubeconfig: Path

    def run(self, arguments: list[str], *, stdin: str | None = None) -> Result:
        """Runs one command to its end.

        Raises:
            CommandFailed: kubectl refuses, with its own words.
        """
        return run_command(
            [self.program, *arguments],
            env={"KUBECONFIG": str(self.kubeconfig)},
            stdin=stdin,
            timeout=_TIMEOUT_SECONDS,
        )


def shown(arguments: list[str]) -> str:
    """A command as one types it."""
    return shlex.join(["kubectl", *arguments])


def set_image(environment: str, image: str) -> list[str]:
    """`kubectl set image`, as the talk upgrades."""
    return ["set", "image", f"deployment/{NAME}", f"{CONTAINER}={image}", "-n", namespace(environment)]


def rollout(environment: str, action: str, *options: str) -> list[str]:
    """`kubectl rollout status`, `history`, `undo` or `restart` of the service's Deployment."""
    return ["rollout", action, f"deployment/{NAME}", *options, "-n", namespace(environment)]
