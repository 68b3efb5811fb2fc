"""Processes that steps start: in a session of their own, found again by a cookie, stopped with all their children."""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

#: Marks the processes of a ``node`` block, as in Jenkins; a pipeline that changes it lets a process outlive the node.
NODE_COOKIE = "JENKINS_NODE_COOKIE"
#: Marks the processes of one ``sh``.
STEP_COOKIE = "JENKINS_SERVER_COOKIE"
_GRACE_SECONDS = 5.0


def terminate(step_cookie: str, ended: Callable[[float], bool]) -> None:
    """Ask a step's processes to end, and after a grace period make them.

    Args:
        step_cookie: what marks them.
        ended: waits at most so many seconds and says whether the step is over.
    """
    for signum, patience in ((signal.SIGTERM, _GRACE_SECONDS), (signal.SIGKILL, 0.0)):
        _signal(marked(STEP_COOKIE, step_cookie), signum)
        if ended(patience):
            break


def leader(step_cookie: str) -> int | None:
    """The process that a step started, the leader of their session, or None when it is gone."""
    for pid in marked(STEP_COOKIE, step_cookie):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) == pid:
                return pid
    return None


def sweep(node_cookie: str) -> None:
    """Kill what a node, or a whole build, left running: how Jenkins' process tree killer works."""
    _signal(marked(NODE_COOKIE, node_cookie), signal.SIGKILL)


def _signal(pids: list[int], signum: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)


def marked(name: str, cookie: str) -> list[int]:
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
