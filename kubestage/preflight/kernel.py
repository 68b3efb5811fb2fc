"""Checks of what the kernel allows: inotify limits and control groups."""

from __future__ import annotations

from pathlib import Path

from kubestage.errors import MachineError
from kubestage.preflight.check import Answer, Check, Fix, fine, problem, warning
from kubestage.preflight.machine import Machine

# What kind's documentation advises ("Pod errors due to too many open files"): systemd, kubelet and containerd in the
# node take these from the host's users.
INOTIFY = {"max_user_instances": 512, "max_user_watches": 524288}

# Without these the kubelet does not start.
UNIFIED = Path("/sys/fs/cgroup/cgroup.controllers")
CONTROLLERS = ("cpu", "cpuset", "memory", "pids")


def kernel_checks(machine: Machine) -> list[Check]:
    """The checks of the kernel under the engine; where that is a virtual machine's, nothing can be seen from here."""
    answers = ("engine.answers",)
    return [
        Check("kernel.inotify", "inotify limits leave room for a Kubernetes node", lambda: _inotify(machine), answers),
        Check(
            "kernel.cgroups", "the control groups that Kubernetes needs are there", lambda: _cgroups(machine), answers
        ),
    ]


def _inotify(machine: Machine) -> Answer:
    if not machine.engine_is_here:
        return fine("the engine has a kernel of its own")
    folder = machine.proc / "sys/fs/inotify"
    now = {name: int((folder / name).read_text()) for name in INOTIFY if (folder / name).exists()}
    low = {name: wanted for name, wanted in INOTIFY.items() if now.get(name, wanted) < wanted}
    if not low:
        return fine(", ".join(f"{name} {value}" for name, value in now.items()))
    commands = tuple(machine.as_root(f"sysctl -w fs.inotify.{name}={wanted}") for name, wanted in low.items())
    return warning(
        "\n".join(f"fs.inotify.{name} is {now[name]}; {wanted} is advised" for name, wanted in low.items()),
        Fix(
            "raise the limits until the next reboot", commands, (lambda: _raise(folder, low)) if machine.root else None
        ),
    )


def _raise(folder: Path, limits: dict[str, int]) -> None:
    for name, wanted in limits.items():
        try:
            (folder / name).write_text(f"{wanted}\n")
        except OSError as error:
            raise MachineError(f"fs.inotify.{name} cannot be raised", why=str(error)) from error


def _cgroups(machine: Machine) -> Answer:
    if not machine.engine_is_here or machine.engine is None:
        return fine("the engine has a kernel of its own")
    version = machine.engine.facts.cgroup_version
    missing = [name for name in CONTROLLERS if name not in _controllers(machine.proc, version)]
    if missing:
        return problem(
            f"The kernel offers no {', '.join(missing)} controller (cgroup version {version}).",
            Fix(
                "boot with them",
                ("cat /proc/cgroups   # then: systemd.unified_cgroup_hierarchy=1 cgroup_enable=memory",),
            ),
        )
    return fine(f"version {version}" + (", which Kubernetes 1.34 still supports" if version == 1 else ""))


def _controllers(proc: Path, version: int) -> set[str]:
    if version == 2:
        # What may be handed down to containers; /proc/cgroups does not tell that for version 2.
        return set(UNIFIED.read_text().split()) if UNIFIED.exists() else set(CONTROLLERS)
    rows = [line.split() for line in (proc / "cgroups").read_text().splitlines() if not line.startswith("#")]
    return {row[0] for row in rows if row[3] == "1"}
