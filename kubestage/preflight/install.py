"""Installing Docker's engine on a machine that has none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kubestage.preflight.machine import Machine
from kubestage.preflight.packages import apt_install

# A service of systemd sees none of a shell's variables; a drop-in is how Docker's documentation hands it a proxy.
DROP_IN = Path("/etc/systemd/system/docker.service.d/kubestage-proxy.conf")
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def install_engine(machine: Machine, drop_in: Path = DROP_IN) -> None:
    """Installs docker.io; under systemd with the proxy of this shell, since its package starts the engine at once.

    Raises:
        CommandFailed: apt ended with an error.
    """
    if machine.systemd and (proxies := _proxies(machine.environment)) and not drop_in.exists():
        drop_in.parent.mkdir(parents=True, exist_ok=True)
        drop_in.touch(0o600)  # a proxy's address may hold a password
        drop_in.write_text(
            "[Service]\n" + "".join(f'Environment="{name}={value}"\n' for name, value in proxies.items())
        )
    apt_install(["docker.io"])


def _proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The proxy variables, however they are written; "%" doubled as systemd wants it."""
    found = {name: environment.get(name) or environment.get(name.lower(), "") for name in _PROXY_VARIABLES}
    return {name: value.replace("%", "%%") for name, value in found.items() if value}
