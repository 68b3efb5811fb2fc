"""All checks, in the order in which they are asked: each builds on those before it."""

from __future__ import annotations

from kubestage.preflight.check import Check
from kubestage.preflight.engine import EngineChecks
from kubestage.preflight.kernel import kernel_checks
from kubestage.preflight.machine import Machine
from kubestage.preflight.packages import package_checks
from kubestage.preflight.ports import port_checks
from kubestage.preflight.space import space_checks
from kubestage.preflight.version import version_checks
from kubestage.settings import Settings


def all_checks(settings: Settings, machine: Machine | None = None) -> list[Check]:
    """Every check of the machine for the sandbox that the settings name."""
    machine = machine or Machine()
    return [
        *version_checks(settings),
        *EngineChecks(settings, machine).checks(),
        *kernel_checks(machine),
        *space_checks(settings, machine),
        *port_checks(settings, machine),
        *package_checks(settings, machine),
    ]
