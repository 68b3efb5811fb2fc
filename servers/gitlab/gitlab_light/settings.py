"""What the server is told by its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """Settings of one server.

    Attributes:
        data: the folder that holds the database and the repositories.
        external_url: the address under which people and API clients reach the server, without a trailing slash.
        internal_url: the address under which hook receivers reach it; clone addresses in payloads carry it.
        host: the address to listen on.
        port: the port to listen on.
        ssh_port: the port to listen on for git over SSH.
        external_ssh_port: the port under which SSH is reached from outside.
        root_password_file: a file with root's password; None for a generated one.
        root_token_file: a file with a personal access token to make for root; None for no token.
        max_body: the longest request body, other than a git pack, in bytes.
        max_pack: the largest pack that a push may bring, in bytes.
        api_limit: calls of the API that one caller may make in a minute; 0 for any number.
        hook_timeout: seconds that a hook's receiver has for its whole answer (GitLab's webhook_timeout).
        hook_retries: seconds to wait before each new attempt at a delivery that failed.
    """

    data: Path
    external_url: str
    internal_url: str
    host: str = "0.0.0.0"  # noqa: S104  a container publishes only what its owner maps
    port: int = 8080
    ssh_port: int = 2222
    external_ssh_port: int = 2222
    root_password_file: Path | None = None
    root_token_file: Path | None = None
    max_body: int = 32 * _MIB
    max_pack: int = 2048 * _MIB
    api_limit: int = 60_000
    hook_timeout: float = 10.0
    hook_retries: tuple[float, ...] = (1, 5, 15, 60, 300, 900)

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Reads the GITLAB_* variables.

        Raises:
            ValueError: a variable holds what cannot be used; the message names it.
        """
        port = _number(environ, "GITLAB_PORT", 8080)
        external = _url(environ, "GITLAB_EXTERNAL_URL", f"http://localhost:{port}")
        ssh_port = _number(environ, "GITLAB_SSH_PORT", cls.ssh_port)
        retries = environ.get("GITLAB_HOOK_RETRIES")
        return cls(
            data=Path(environ.get("GITLAB_DATA", "/var/opt/gitlab")),
            external_url=external,
            internal_url=_url(environ, "GITLAB_INTERNAL_URL", external),
            host=environ.get("GITLAB_HOST", cls.host),
            port=port,
            ssh_port=ssh_port,
            external_ssh_port=_number(environ, "GITLAB_EXTERNAL_SSH_PORT", ssh_port),
            root_password_file=_path(environ, "GITLAB_ROOT_PASSWORD_FILE"),
            root_token_file=_path(environ, "GITLAB_ROOT_TOKEN_FILE"),
            max_body=_number(environ, "GITLAB_MAX_BODY_MIB", cls.max_body // _MIB) * _MIB,
            max_pack=_number(environ, "GITLAB_MAX_PACK_MIB", cls.max_pack // _MIB) * _MIB,
            api_limit=_number(environ, "GITLAB_API_LIMIT", cls.api_limit),
            hook_timeout=_number(environ, "GITLAB_HOOK_TIMEOUT", int(cls.hook_timeout)),
            hook_retries=_waits(retries) if retries else cls.hook_retries,
        )

    @property
    def internal_host_name(self) -> str:
        """The internal address' host."""
        return urlsplit(self.internal_url).hostname or "localhost"

    @property
    def internal_ssh_port(self) -> int:
        """The port of SSH at the internal address."""
        return self.external_ssh_port if self.internal_url == self.external_url else self.ssh_port

    @property
    def host_name(self) -> str:
        """The external address' host, as ssh addresses and e-mail addresses carry it."""
        return urlsplit(self.external_url).hostname or "localhost"


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    return Path(value) if value else None


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, str(default))
    if not value.isdigit():
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def _waits(value: str) -> tuple[float, ...]:
    try:
        return tuple(float(wait) for wait in value.split(","))
    except ValueError:
        raise ValueError(f"GITLAB_HOOK_RETRIES must be seconds joined by commas, not {value!r}") from None


def _url(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{name} must be an http address, not {value!r}")
    return value
