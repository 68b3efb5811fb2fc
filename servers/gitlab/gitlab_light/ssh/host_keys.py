"""The keys by which clients know the server: made at first start, and kept."""

from __future__ import annotations

import os
from pathlib import Path

import asyncssh

# What OpenSSH clients prefer, and what JSch and other old ones still know.
_KINDS = {"ed25519": "ssh-ed25519", "ecdsa": "ecdsa-sha2-nistp256"}


def host_keys(folder: Path) -> list[asyncssh.SSHKey]:
    """The server's keys, from `ssh_host_<kind>_key` in a folder, where OpenSSH would find them too.

    Raises:
        ValueError: a file holds no key.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [_kept(folder / f"ssh_host_{kind}_key", algorithm) for kind, algorithm in _KINDS.items()]


def _kept(file: Path, algorithm: str) -> asyncssh.SSHKey:
    if not file.exists():
        making = file.with_name(f".{file.name}.{os.getpid()}")
        making.unlink(missing_ok=True)
        making.touch(mode=0o600)
        asyncssh.generate_private_key(algorithm, comment="gitlab").write_private_key(making)
        making.replace(file)
    try:
        return asyncssh.read_private_key(file)
    except (asyncssh.KeyImportError, OSError) as error:
        raise ValueError(f"{file} holds no host key: {error}") from error
