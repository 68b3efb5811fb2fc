"""The check of the ports: each one is free, or held by this very sandbox."""

from __future__ import annotations

from docker.errors import DockerException

from kubestage.docker import Engine, engine_errors
from kubestage.errors import MachineError
from kubestage.ports import free_offset, holder, needed_ports, taken
from kubestage.preflight.check import Answer, Check, Fix, fine, problem
from kubestage.preflight.machine import Machine
from kubestage.settings import Settings

SANDBOX_LABEL = "kubestage.sandbox"
KIND_LABEL = "io.x-k8s.kind.cluster"


def port_checks(settings: Settings, machine: Machine) -> list[Check]:
    """The check of all ports of the sandbox."""
    return [Check("ports", "the sandbox's ports are free", lambda: _free(settings, machine))]


def _free(settings: Settings, machine: Machine) -> Answer:
    wanted = needed_ports(settings)
    try:
        busy = taken(wanted, settings.listen)
    except OSError as error:
        return problem(
            f"KUBESTAGE_LISTEN={settings.listen}: {error.strerror}",
            Fix("publish on this machine", ("unset KUBESTAGE_LISTEN",)),
        )
    published = _published(machine.engine) if busy and machine.engine else {}
    lines = []
    for port in busy:
        container, sandbox = published.get(port, ("", ""))
        if sandbox == settings.sandbox:
            continue
        if sandbox:
            who = f"the sandbox {sandbox} ({container})"
        else:
            who = f"the container {container}" if container else holder(port) or "another program"
        lines.append(f"{port} ({wanted[port]}) is held by {who}")
    if not lines:
        return fine(f"{min(wanted)} to {max(wanted)} on {settings.listen}")
    return problem("\n".join(lines), _move(settings))


def _move(settings: Settings) -> Fix:
    offset = free_offset(settings)
    if offset is None:
        return Fix("stop what holds them")
    return Fix("stop what holds them, or use other ports", (f"KUBESTAGE_PORT_OFFSET={offset} ./inv up",))


def _published(engine: Engine) -> dict[int, tuple[str, str]]:
    """By host port: the container that publishes it, and that container's sandbox if it belongs to one."""
    found = {}
    try:
        with engine_errors(engine.address):
            containers = engine.client.api.containers()
    except (DockerException, MachineError):
        return {}  # only the name of the holder is lost; the engine's own checks tell the rest
    for container in containers:
        labels = container.get("Labels") or {}
        sandbox = labels.get(SANDBOX_LABEL) or labels.get(KIND_LABEL) or ""
        name = str((container.get("Names") or [""])[0]).lstrip("/")
        for port in container.get("Ports") or []:
            if "PublicPort" in port:
                found[int(port["PublicPort"])] = (name, sandbox)
    return found
