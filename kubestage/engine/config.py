"""A stack's configuration: plain defaults from the checkout, the rest from the caller, secrets encrypted by Pulumi.

Pulumi writes the salt and the encrypted secrets into the stack's file, so the checkout's file is only read and each
sandbox has its own copy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kubestage.errors import InputError
from kubestage.files import write_privately
from kubestage.run import run_command


@dataclass(frozen=True)
class Secret:
    """A configuration value that is encrypted at rest; anything that JSON can write."""

    value: Any = field(repr=False)

    @property
    def text(self) -> str:
        """The value as Pulumi keeps it: text as it is, all else as JSON."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, sort_keys=True)


Config = Mapping[str, Any]
"""Configuration by full key (`project:name`); a value may be a Secret."""


def read_defaults(file: Path) -> dict[str, Any]:
    """Reads the plain configuration of a stack file in the checkout.

    Raises:
        InputError: the file is missing or broken, with the place.
    """
    try:
        loaded = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise InputError(
            f"There is no stack {file.stem.removeprefix('Pulumi.')}",
            why=f"{file} is missing.",
            fix="git checkout stacks   # the checkout's own; KUBESTAGE_STACKS names another folder",
        ) from None
    except OSError as error:
        raise InputError(f"{file} cannot be read", why=str(error.strerror), fix=f"ls -l {file}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is broken", why=str(error), fix=f"git checkout {file}") from None
    config = loaded.get("config") if isinstance(loaded, dict) else None
    if not isinstance(config, dict) or not all(isinstance(key, str) and ":" in key for key in config):
        why = "It must hold a map `config` with keys such as kubestage-service:nodePort."
        raise InputError(f"{file} is broken", why=why, fix=f"git checkout {file}")
    return config


class StackFile:
    """The sandbox's own copy of a stack's file.

    Args:
        folder: the stack's working folder.
        stack: the stack's name.
    """

    def __init__(self, folder: Path, stack: str) -> None:
        self._folder = folder
        self._stack = stack
        self._file = folder / f"Pulumi.{stack}.yaml"
        # What the secrets were when Pulumi encrypted them last: encrypting takes a second, comparing nothing.
        self._digest = folder / f"{stack}.secrets.sha256"

    def write(self, config: Config, pulumi: Path, env: Mapping[str, str]) -> None:
        """Brings the file to `config`; the stack must exist, so that its salt is there.

        Args:
            config: all of the configuration.
            pulumi: the program that encrypts.
            env: its environment, with backend and passphrase.
        """
        stored = yaml.safe_load(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        before = stored.get("config") or {}
        plain = {key: value for key, value in config.items() if not isinstance(value, Secret)}
        secrets = {key: value for key, value in config.items() if isinstance(value, Secret)}
        digests = {key: hashlib.sha256(secret.text.encode()).hexdigest() for key, secret in secrets.items()}
        known = json.loads(self._digest.read_text(encoding="utf-8")) if self._digest.exists() else {}
        kept = {key: before[key] for key in secrets if key in before and known.get(key) == digests[key]}
        wanted = {**stored, "config": {**plain, **kept}}
        if wanted != stored:
            # It holds the salt without which nobody can read the state: an end in the middle must not take it along.
            write_privately(self._file, yaml.safe_dump(wanted, sort_keys=True))
        for key in secrets.keys() - kept.keys():
            self._encrypt(key, secrets[key], pulumi, env)
        if digests != known:
            write_privately(self._digest, json.dumps(digests, sort_keys=True))

    def _encrypt(self, key: str, secret: Secret, pulumi: Path, env: Mapping[str, str]) -> None:
        # The value goes through standard input: Automation API's own set_config would show it in argv.
        command = [str(pulumi), "config", "set", "--secret", "--non-interactive", "--stack", self._stack, key]
        run_command(command, cwd=self._folder, env=env, stdin=secret.text)
