"""Machines that a test describes."""

import platform
from pathlib import Path
from unittest.mock import MagicMock

from kubestage.docker import EngineAddress, EngineFacts
from kubestage.preflight.machine import Machine

from ..docker.fake_engine import INFO, VERSION


def facts(*, version=None, info=None):
    """The facts of an engine on this kernel, but for what is said otherwise."""
    here = {"KernelVersion": platform.release()}
    return EngineFacts.from_answers({**VERSION, **(version or {})}, {**INFO, **here, **(info or {})})


def engine(**answers):
    """An engine that has answered."""
    return MagicMock(address=EngineAddress("unix:///x.sock", "a test"), facts=facts(**answers))


def machine(*, proc=Path("/proc"), root=True, systemd=False, apt=True, environment=None, engine=None):
    """A machine with root and apt and without systemd, as containers are, but for what is said otherwise."""
    return Machine(root, systemd, apt, proc, environment or {}, engine)


def write(folder, **files):
    """Writes files of a proc file system; "__" stands for a slash."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
