"""A container that steps run in: started by the host's engine, entered by ``docker exec``."""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jenkins_light.engine import processes
from jenkins_light.steps.registry import Abort

Log = Callable[[str], None]
_TIMEOUT_SECONDS = 180
#: Variables that an image has its own idea of.
_OWN = {"PATH", "HOME", "HOSTNAME", "PWD", "TERM"}
#: What a container's own process is told: its cgroup, and where the host keeps its /etc/hostname. Other paths with a
#: container's name are of mounts that the host itself has for the containers that run on it.
_CONTAINER = {
    "cgroup": re.compile(r"/docker/([0-9a-f]{64})"),
    "mountinfo": re.compile(r"/([0-9a-f]{64})/hostname /etc/hostname "),
}


@dataclass(frozen=True)
class Container:
    """A running container.

    Attributes:
        workspace: where commands start in it. machine: the node's own variables, which are no use in the image.
    """

    id: str
    workspace: Path
    machine: Mapping[str, str]

    def around(self, command: list[str], folder: Path, env: Mapping[str, str]) -> list[str]:
        """The command line that runs a command in the container; values reach it by the client's own environment."""
        names = sorted(n for n, v in env.items() if n not in _OWN and (self.machine.get(n) != v or n in _ALWAYS))
        where = [] if folder == self.workspace else ["--workdir", str(folder)]
        return ["docker", "exec", *where, *(w for name in names for w in ("--env", name)), self.id, *command]

    def kill(self, cookie: str) -> None:
        """End the processes of a step in the container; its image needs no ``ps`` for that."""
        script = (
            'for d in /proc/[0-9]*; do if tr "\\0" "\\n" <$d/environ 2>/dev/null | grep -qxF "$0"; '
            "then kill ${d#/proc/} 2>/dev/null; fi; done"
        )
        wanted = f"{processes.STEP_COOKIE}={cookie}"
        subprocess.run(["docker", "exec", self.id, "sh", "-c", script, wanted], capture_output=True, check=False)


_ALWAYS = {processes.STEP_COOKIE, processes.NODE_COOKIE}


def docker(*arguments: str, env: Mapping[str, str], stdin: str | None = None) -> str:
    """What the docker client prints.

    Raises:
        Abort: it failed, or there is no client here.
    """
    try:
        done = subprocess.run(
            ["docker", *arguments], env=dict(env), input=stdin, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        )
    except FileNotFoundError:
        raise Abort("docker: there is no such program on this node") from None
    except subprocess.TimeoutExpired:
        raise Abort(f"docker {arguments[0]} did not end within {_TIMEOUT_SECONDS} s") from None
    if done.returncode:
        text = (done.stderr or done.stdout).strip()
        raise Abort(f"Failed to run docker {arguments[0]} (exit code {done.returncode}): {text}")
    return done.stdout.strip()


def own_id(process: Path = Path("/proc/self")) -> str | None:
    """The id of the container that this server itself runs in, or None outside of any."""
    for name, pattern in _CONTAINER.items():
        match = pattern.search((process / name).read_text())
        if match:
            return match[1]
    return None
