"""Linux capabilities that a machine withholds from its processes, as containers and small virtual machines do."""

from __future__ import annotations

from pathlib import Path

# By number, as in capability.h.
_NAMES = """
CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
"""


def missing_capabilities(proc: Path = Path("/proc"), process: int | str = "self") -> list[str]:
    """The capabilities that the kernel knows and the process' bounding set lacks; nothing can give them back to it.

    Args:
        proc: the proc file system.
        process: a process id.

    Returns:
        names as in "CAP_SYS_RESOURCE"; empty where there is no such file system or no such process.
    """
    try:
        status = (proc / str(process) / "status").read_text()
        newest = int((proc / "sys/kernel/cap_last_cap").read_text())
    except OSError:
        return []
    for line in status.splitlines():
        if line.startswith("CapBnd:"):
            bounding = int(line.split()[1], 16)
            return [_name(number) for number in range(newest + 1) if not bounding & (1 << number)]
    return []


def _name(number: int) -> str:
    names = _NAMES.split()
    return f"CAP_{names[number]}" if number < len(names) else f"capability {number}"
