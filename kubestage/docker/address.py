"""Where the engine is: found once, by the docker client's own rules, and then handed to everything that needs it.

The order is that of docker's command line: DOCKER_HOST, DOCKER_CONTEXT, the config file's current context, the default
socket. The Python SDK knows nothing of contexts and kind follows them, so without this the two could speak to
different engines. Where the default socket is missing, the sockets of the usual desktop engines are tried.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kubestage.errors import MachineError

DEFAULT_SOCKET = Path("/var/run/docker.sock")
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class EngineAddress:
    """Where the engine listens.

    Attributes:
        url: `unix:///path`, `tcp://host:port` or `npipe:////./pipe/name`.
        origin: what named it, for messages, as in "DOCKER_HOST".
        certificates: a folder with ca.pem, cert.pem and key.pem where the engine wants TLS.
        verify: whether the engine's own certificate is checked.
    """

    url: str
    origin: str
    certificates: Path | None = None
    verify: bool = True

    @property
    def socket(self) -> Path | None:
        """The socket's path, or None for an engine that is not behind a Unix socket."""
        return Path(self.url.removeprefix("unix://")) if self.url.startswith("unix://") else None

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead docker, kind and every SDK to this engine; a context of the user's is overruled."""
        tls = {"DOCKER_CERT_PATH": str(self.certificates)} if self.certificates else {}
        if self.certificates and self.verify:
            tls["DOCKER_TLS_VERIFY"] = "1"
        return {"DOCKER_HOST": self.url, "DOCKER_CONTEXT": "", **tls}


def resolve_address(env: Mapping[str, str] = os.environ, home: Path | None = None) -> EngineAddress:
    """Finds the engine's address; does not ask whether anything answers there.

    Args:
        env: the environment to read.
        home: the user's home folder, if not the real one.

    Raises:
        MachineError: the named context does not exist or is broken, or the engine is on another machine.
    """
    home = home or Path.home()
    if host := env.get("DOCKER_HOST"):
        folder = Path(env.get("DOCKER_CERT_PATH") or _config_folder(env, home))
        uses_tls = bool(env.get("DOCKER_TLS_VERIFY") or env.get("DOCKER_CERT_PATH"))
        return _local(
            EngineAddress(host, "DOCKER_HOST", folder if uses_tls else None, bool(env.get("DOCKER_TLS_VERIFY")))
        )
    name, origin = _context_name(env, home)
    if name and name != "default":
        return _local(_context(_config_folder(env, home), name, origin))
    for socket in (DEFAULT_SOCKET, *_desktop_sockets(env, home)):
        if socket.is_socket():
            return EngineAddress(f"unix://{socket}", "the default socket" if socket == DEFAULT_SOCKET else str(socket))
    return EngineAddress(f"unix://{DEFAULT_SOCKET}", "the default socket")


def _config_folder(env: Mapping[str, str], home: Path) -> Path:
    return Path(env.get("DOCKER_CONFIG") or home / ".docker")


def _context_name(env: Mapping[str, str], home: Path) -> tuple[str, str]:
    if name := env.get("DOCKER_CONTEXT"):
        return name, "DOCKER_CONTEXT"
    path = _config_folder(env, home) / "config.json"
    return str(_read_json(path).get("currentContext") or ""), str(path)


def _context(folder: Path, name: str, origin: str) -> EngineAddress:
    # docker keeps each context in a folder named by the SHA-256 of the context's name.
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / digest / "meta.json"
    endpoint = _read_json(meta).get("Endpoints", {}).get("docker", {})
    if not endpoint.get("Host"):
        raise MachineError(
            f"The Docker context {name} cannot be used",
            why=f"{origin} names it, and {meta} " + ("names no engine." if meta.exists() else "does not exist."),
            fix="docker context ls ; docker context use default",
        )
    certificates = folder / "contexts" / "tls" / digest / "docker"
    return EngineAddress(
        str(endpoint["Host"]),
        f"the Docker context {name}",
        certificates if certificates.is_dir() else None,
        not endpoint.get("SkipTLSVerify", False),
    )


def _desktop_sockets(env: Mapping[str, str], home: Path) -> list[Path]:
    runtime = env.get("XDG_RUNTIME_DIR")
    return [
        *([Path(runtime) / "docker.sock"] if runtime else []),  # rootless
        home / ".docker/run/docker.sock",  # Docker Desktop, macOS
        home / ".docker/desktop/docker.sock",  # Docker Desktop, Linux
        home / ".colima/default/docker.sock",
        home / ".rd/docker.sock",  # Rancher Desktop
        home / ".orbstack/run/docker.sock",
    ]


def _local(address: EngineAddress) -> EngineAddress:
    """Refuses an engine on another machine: the sandbox's ports would open there and not here."""
    parts = urlsplit(address.url)
    if parts.scheme == "ssh" or (parts.scheme in {"tcp", "http", "https"} and parts.hostname not in _LOCAL_HOSTS):
        raise MachineError(
            "The Docker engine is on another machine",
            why=f"{address.origin} leads to {parts.scheme}://{parts.hostname}; the sandbox publishes its ports on "
            "this machine's 127.0.0.1.",
            fix="DOCKER_CONTEXT=default ./inv up   # or run kubestage on that machine",
        )
    if parts.scheme not in {"unix", "tcp", "http", "https", "npipe"}:
        raise MachineError(
            f"{address.origin} names no engine's address",
            why=f"It is {address.url!r}; unix:///path/to/socket or tcp://localhost:port is wanted.",
            fix="unset DOCKER_HOST",
        )
    return address


def _read_json(path: Path) -> dict[str, Any]:
    """The file's object; empty where there is none. docker itself ignores a config file that it cannot read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
