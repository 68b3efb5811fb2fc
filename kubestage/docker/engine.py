"""A client of the engine whose every request has a bound, and what the engine says about itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import requests
from docker import DockerClient
from docker.errors import APIError, DockerException
from docker.tls import TLSConfig

from kubestage.docker.address import EngineAddress, resolve_address
from kubestage.errors import MachineError

# A healthy engine answers /version in milliseconds; one that takes longer than this will not be waited for.
ANSWER_SECONDS = 4.0
REQUEST_SECONDS = 120.0

# Debian 12's engine 20.10 speaks 1.41, and nothing that kubestage uses is newer.
OLDEST_API = (1, 41)

# For the question that is asked without a version; the SDK wants one all the same.
_FIRST_API = "1.41"


@dataclass(frozen=True)
class EngineFacts:
    """What the engine says about itself (its /version and /info).

    Attributes:
        version: the engine's, as in "20.10.24".
        api: the newest API version that it speaks, as in "1.41".
        oldest_api: the oldest that it accepts.
        os_type: "linux", or "windows" where it runs Windows containers.
        system: the operating system that it runs on; a virtual machine's on a desktop engine.
        kernel: that system's kernel release.
        architecture: as in "x86_64" or "aarch64".
        cgroup_version: 1 or 2.
        root: where it keeps images and volumes, on its own system.
        memory: bytes that it can use.
        default_runtime: the OCI runtime's name.
        rootless: whether it runs without root.
        containers: how many there are, stopped ones included.
    """

    version: str
    api: str
    oldest_api: str
    os_type: str
    system: str
    kernel: str
    architecture: str
    cgroup_version: int
    root: Path
    memory: int
    default_runtime: str
    rootless: bool
    containers: int

    @classmethod
    def from_answers(cls, version: dict[str, Any], info: dict[str, Any]) -> EngineFacts:
        """Takes the facts from the engine's two answers."""
        return cls(
            version=str(version.get("Version", "")),
            api=str(version.get("ApiVersion", "")),
            oldest_api=str(version.get("MinAPIVersion", "")),
            os_type=str(info.get("OSType") or "linux"),
            system=str(info.get("OperatingSystem", "")),
            kernel=str(info.get("KernelVersion", "")),
            architecture=str(info.get("Architecture", "")),
            cgroup_version=int(info.get("CgroupVersion") or 1),
            root=Path(info.get("DockerRootDir") or "/var/lib/docker"),
            memory=int(info.get("MemTotal") or 0),
            default_runtime=str(info.get("DefaultRuntime", "")),
            rootless="name=rootless" in (info.get("SecurityOptions") or []),
            containers=int(info.get("Containers") or 0),
        )


@dataclass(frozen=True)
class Engine:
    """An engine that has answered.

    Attributes:
        address: where it is.
        client: the SDK's client, speaking the engine's own API version.
    """

    address: EngineAddress
    client: DockerClient

    @cached_property
    def facts(self) -> EngineFacts:
        """What it says about itself; asked once.

        Raises:
            MachineError: it stopped answering.
        """
        api = str(self.client.api.api_version)
        with engine_errors(self.address), _quick_client(self.address, api) as client:
            return EngineFacts.from_answers(client.version(), client.info())

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead child programs to this engine."""
        return self.address.environment

    def started(self, container: str) -> datetime:
        """When the container began its present life, by the engine's clock (UTC).

        Raises:
            docker.errors.NotFound: there is no such container.
            MachineError: the engine does not answer.
        """
        with engine_errors(self.address):
            return datetime.fromisoformat(self.client.containers.get(container).attrs["State"]["StartedAt"])

    def close(self) -> None:
        """Closes the client's connections."""
        self.client.close()


def connect(address: EngineAddress | None = None, *, answer_seconds: float = ANSWER_SECONDS) -> Engine:
    """Connects to the engine and makes sure that it answers.

    Args:
        address: where it is; found by docker's own rules if left out.
        answer_seconds: how long it may take to answer for the first time.

    Raises:
        MachineError: nothing answers, or too late, or access is denied.
    """
    address = address or resolve_address()
    with engine_errors(address), _quick_client(address, _FIRST_API, answer_seconds) as first:
        _knock(address, answer_seconds)
        api = str(first.version(api_version=False)["ApiVersion"])
    return Engine(address, _client(address, api, REQUEST_SECONDS))


@contextmanager
def engine_errors(address: EngineAddress | None = None) -> Iterator[None]:
    """Turns an engine's silence into an error of ours; what the engine answers (APIError) goes through unchanged.

    Raises:
        MachineError: the engine does not answer.
    """
    where = f" at {address.url} ({address.origin})" if address else ""
    try:
        yield
    except APIError:
        raise
    except requests.Timeout as error:
        raise MachineError(
            f"The Docker engine{where} accepts connections but does not answer",
            why=str(error),
            fix="./inv doctor",
        ) from error
    except (DockerException, requests.RequestException, OSError) as error:
        raise MachineError(
            f"The Docker engine{where} does not answer", why=_cause(error), fix="./inv doctor"
        ) from error


def _client(address: EngineAddress, version: str, timeout: float) -> DockerClient:
    tls: TLSConfig | bool = False
    if folder := address.certificates:
        tls = TLSConfig(
            client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")) if (folder / "cert.pem").exists() else None,
            ca_cert=str(folder / "ca.pem") if (folder / "ca.pem").exists() else None,
            verify=address.verify,
        )
    return DockerClient(base_url=address.url, version=version, timeout=timeout, tls=tls)  # type: ignore[arg-type]


@contextmanager
def _quick_client(address: EngineAddress, api: str, seconds: float = ANSWER_SECONDS) -> Iterator[DockerClient]:
    """A client for the first questions, with a bound of its own: a daemon that hangs must not hold up a check."""
    client = _client(address, api, seconds)
    try:
        yield client
    finally:
        client.close()


def _knock(address: EngineAddress, seconds: float) -> None:
    """Opens the engine's socket once: the SDK would wrap the system's own reason and leave its socket open."""
    if address.socket:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(seconds)
            sock.connect(str(address.socket))


def _cause(error: BaseException) -> str:
    """What the operating system said, which the SDK buries under three layers of its own."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, PermissionError):
            return "Permission denied: this user may not use the engine's socket."
        if isinstance(seen, FileNotFoundError):
            return "There is no such socket: no engine is running, or it listens elsewhere."
        if isinstance(seen, ConnectionRefusedError):
            return "Nothing listens there: the engine has ended and left its socket behind."
        seen = seen.__cause__ or seen.__context__
    return str(error)
