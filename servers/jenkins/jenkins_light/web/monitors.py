"""What Jenkins watches of a node: architecture, clock, disk, memory, response."""

import os
import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from jenkins_light.web.export import Bean, bean

_PACKAGE = "hudson.node_monitors."
_MACHINES = {"x86_64": "amd64"}


def monitors(home: Path) -> dict[str, Any]:
    """The built-in node's monitors, by their classes' names; sizes in bytes, times in milliseconds."""
    machine = platform.machine()
    found: dict[str, Any] = {
        "ArchitectureMonitor": f"{platform.system()} ({_MACHINES.get(machine, machine)})",
        "ClockMonitor": bean("hudson.util.ClockDifference", diff=0),
        "DiskSpaceMonitor": _disk(home),
        "TemporarySpaceMonitor": _disk(Path(tempfile.gettempdir())),
        "ResponseTimeMonitor": bean("hudson.node_monitors.ResponseTimeMonitor$Data", timestamp=_now(), average=0),
        "SwapSpaceMonitor": _memory(),
    }
    return {_PACKAGE + name: value for name, value in found.items()}


def _disk(path: Path) -> Bean:
    usage = shutil.disk_usage(path)
    cls = "hudson.node_monitors.DiskSpaceMonitorDescriptor$DiskSpace"
    return bean(cls, timestamp=_now(), path=str(path), size=usage.free, totalSize=usage.total)


def _memory() -> Bean:
    page, swap = os.sysconf("SC_PAGE_SIZE"), _swap()
    return bean(
        "hudson.node_monitors.SwapSpaceMonitor$MemoryUsage2",
        availablePhysicalMemory=os.sysconf("SC_AVPHYS_PAGES") * page,
        availableSwapSpace=swap.get("SwapFree", 0),
        totalPhysicalMemory=os.sysconf("SC_PHYS_PAGES") * page,
        totalSwapSpace=swap.get("SwapTotal", 0),
    )


def _swap() -> dict[str, int]:
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("Swap"))
    return {fields[0].rstrip(":"): int(fields[1]) * 1024 for fields in lines}


def _now() -> int:
    return int(time.time() * 1000)
