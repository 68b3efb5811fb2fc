"""SSH as a person uses it: a key pair of their own, OpenSSH's client, no other configuration."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class KeyPair:
    """A private key's file, with the public one beside it."""

    file: Path

    @classmethod
    def make(cls, file: Path, kind: str = "ed25519") -> KeyPair:
        """Makes one with ssh-keygen."""
        file.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "ann@laptop", "-f", str(file)], check=True, timeout=60
        )
        return cls(file)

    @property
    def public(self) -> str:
        """The public key's line."""
        return self.file.with_suffix(".pub").read_text().strip()

    @property
    def command(self) -> str:
        """The ssh command that shows this key and no other."""
        return " ".join(self._words())

    def clone_option(self) -> str:
        """What makes a clone use it, then and later."""
        return f"--config=core.sshCommand={self.command}"

    def run(self, address: str, *words: str, user: str = "git") -> subprocess.CompletedProcess[str]:
        """Runs ssh against the server of a clone address."""
        host, port = _place(address)
        command = [*self._words(), "-T", "-p", str(port), f"{user}@{host}", *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
        )

    def _words(self) -> list[str]:
        known = self.file.with_name("known_hosts")
        return [
            "ssh", "-F", "none", "-i", str(self.file), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={known}", "-o", "LogLevel=ERROR",
        ]  # fmt: skip


def _place(address: str) -> tuple[str, int]:
    """Host and port of `ssh://git@host:port/path` or `git@host:path`."""
    if address.startswith("ssh://"):
        parts = urlsplit(address)
        return str(parts.hostname), parts.port or 22
    return address.split("@", 1)[1].split(":", 1)[0], 22
