"""Processes that steps start: in a session of their own, found again by a cookie, stopped with all their children."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

#: Marks the processes of a build, as in Jenkins; whoever changes it in a pipeline keeps a process alive past its build.
COOKIE = "JENKINS_NODE_COOKIE"
_GRACE_SECONDS = 5.0


def terminate(process: "subprocess.Popen[bytes]", cookie: str) -> None:
    """Ask the process and its children to end, and after a grace period make them."""
    _signal_all(process.pid, cookie, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_SECONDS)
    _signal_all(process.pid, cookie, signal.SIGKILL)


def sweep(cookie: str) -> int:
    """Kill what a build left running, and say how many; how Jenkins' process tree killer works."""
    left = _with_cookie(cookie)
    for pid in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return len(left)


def _signal_all(group: int, cookie: str, signum: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signum)
    for pid in _with_cookie(cookie):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)


def _with_cookie(cookie: str) -> list[int]:
    wanted = f"{COOKIE}={cookie}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def wait_gone(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Whether the process ended within this time."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return process.poll() is not None
