"""Processes that steps start: in a session of their own, found again by a cookie, stopped with all their children."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

#: Marks the processes of a ``node`` block, as in Jenkins; a pipeline that changes it lets a process outlive the node.
NODE_COOKIE = "JENKINS_NODE_COOKIE"
#: Marks the processes of one ``sh``.
STEP_COOKIE = "JENKINS_SERVER_COOKIE"
_GRACE_SECONDS = 5.0


def terminate(process: "subprocess.Popen[bytes]", step_cookie: str) -> None:
    """Ask a step's process and its children to end, and after a grace period make them."""
    for signum, patience in ((signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, 0.0)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signum)
        _signal(_with(STEP_COOKIE, step_cookie), signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def sweep(node_cookie: str) -> None:
    """Kill what a node, or a whole build, left running: how Jenkins' process tree killer works."""
    _signal(_with(NODE_COOKIE, node_cookie), signal.SIGKILL)


def _signal(pids: list[int], signum: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)


def _with(name: str, cookie: str) -> list[int]:
    """The processes whose environment holds the cookie, or one below it (``build/node``)."""
    wanted = f"{name}={cookie}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                variables = (folder / "environ").read_bytes().split(b"\0")
                if any(v == wanted or v.startswith(wanted + b"/") for v in variables):
                    found.append(int(folder.name))
    return found
