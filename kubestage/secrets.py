"""The sandbox's secrets: generated at the first `up`, kept in one file that only its owner can read."""

from __future__ import annotations

import json
import secrets as random
import string
from pathlib import Path
from typing import Annotated, Any

import bcrypt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kubestage.errors import InputError, MachineError
from kubestage.files import write_privately
from kubestage.settings import Settings

FILE_NAME = "secrets.json"

PUSHER = "pusher"
PULLER = "puller"

# A generic-webhook-trigger token says which job is meant; the talk names them openly. What keeps strangers out is
# the X-Gitlab-Token secret and the port on 127.0.0.1.
JOB_TOKENS = {"image": "uuid.image", "talk": "uuid.image.talk", "runner": "uuid.runner"}

# The distribution checks an htpasswd line at every request: bcrypt's lowest cost keeps that under a few milliseconds,
# and these passwords are random, so that guessing gains nothing.
_BCRYPT_ROUNDS = 5

_LETTERS = string.ascii_letters + string.digits


def _password(length: int = 24) -> str:
    # No punctuation: passwords go through YAML, URLs and shells that people type by hand.
    return "".join(random.choice(_LETTERS) for _ in range(length))


def _gitlab_token() -> str:
    """A personal access token in GitLab's form: the prefix glpat- and 20 characters."""
    return "glpat-" + _password(20)


def _jenkins_token() -> str:
    """An API token in Jenkins' form: the version "11" and 32 hexadecimal digits."""
    return "11" + random.token_hex(16)


def _ssh_key() -> str:
    """A private key in OpenSSH's own format."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def ssh_public_key(private_key: str) -> str:
    """The line for authorized_keys that belongs to a private key in OpenSSH's format."""
    public = load_ssh_private_key(private_key.encode(), password=None).public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


# Not in a repr, so in no traceback and no log.
Secret = Annotated[str, Field(repr=False, min_length=8)]


class Secrets(BaseModel):
    """All secrets of one sandbox.

    Attributes:
        gitlab_root_password: GitLab's administrator `root`.
        gitlab_root_token: a personal access token of `root`, scope api.
        gitlab_user_password: GitLab's user `caoyong1`.
        gitlab_user_ssh_key: the private SSH key of `caoyong1`, whose public part GitLab knows.
        gitlab_hook_token: what GitLab sends as X-Gitlab-Token with every hook.
        jenkins_admin_password: Jenkins' user `admin`.
        jenkins_admin_token: an API token of `admin`.
        registry_pusher_password: the registry's account that may push.
        registry_puller_password: the registry's account that may only pull.
        registry_pusher_htpasswd: the pusher's htpasswd line; kept, because bcrypt salts anew each time and a line
            that changes would look like a changed registry.
        registry_puller_htpasswd: the same of the puller.
        sonarqube_admin_password: SonarQube's user `admin`, where the sandbox has one.
        sonarqube_hook_secret: with what SonarQube signs its hooks to Jenkins.
        portal_password: the portal's accounts in GitLab and Jenkins, which have it for making their tokens alone.
        pulumi_passphrase: encrypts the secrets in Pulumi's state.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    gitlab_root_password: Secret
    gitlab_root_token: Secret
    gitlab_user_password: Secret
    gitlab_user_ssh_key: Secret
    gitlab_hook_token: Secret
    jenkins_admin_password: Secret
    jenkins_admin_token: Secret
    registry_pusher_password: Secret
    registry_puller_password: Secret
    registry_pusher_htpasswd: Secret
    registry_puller_htpasswd: Secret
    sonarqube_admin_password: Secret
    sonarqube_hook_secret: Secret
    portal_password: Secret
    pulumi_passphrase: Secret

    @classmethod
    def load(cls, settings: Settings) -> Secrets:
        """Reads the sandbox's secrets.

        Raises:
            InputError: there is no such sandbox yet.
            MachineError: the file cannot be used.
        """
        path = settings.folder / FILE_NAME
        if not path.exists():
            raise InputError(
                f"There is no sandbox named {settings.sandbox}", why=f"{path} does not exist.", fix="./inv up"
            )
        return _validated(path, _read(path))

    @classmethod
    def load_or_make(cls, settings: Settings) -> Secrets:
        """Reads the sandbox's secrets, or makes them where there are none; call it under the sandbox's lock.

        A file from an older version keeps its secrets and gets those that are new.

        Raises:
            MachineError: the file cannot be used or written.
        """
        path = settings.folder / FILE_NAME
        stored = _read(path) if path.exists() else {}
        secrets = _validated(path, _completed(stored))
        if not cls.model_fields.keys() <= stored.keys() or path.stat().st_mode & 0o077:
            write_privately(path, secrets.model_dump_json(indent=2) + "\n")
        return secrets


def htpasswd(user: str, password: str) -> str:
    """A line as `htpasswd -B` writes it; the only form that the distribution's registry takes."""
    return f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(_BCRYPT_ROUNDS)).decode()}"


def _completed(stored: dict[str, Any]) -> dict[str, Any]:
    """The stored secrets, and new ones in the place of those that are missing."""
    every = {
        "gitlab_root_password": _password(),
        "gitlab_root_token": _gitlab_token(),
        "gitlab_user_password": _password(),
        "gitlab_user_ssh_key": _ssh_key(),
        "gitlab_hook_token": _password(32),
        "jenkins_admin_password": _password(),
        "jenkins_admin_token": _jenkins_token(),
        "registry_pusher_password": _password(),
        "registry_puller_password": _password(),
        "sonarqube_admin_password": _password(),
        "sonarqube_hook_secret": _password(32),
        "portal_password": _password(),
        "pulumi_passphrase": _password(40),
    } | stored
    for account in (PUSHER, PULLER):
        line = f"registry_{account}_htpasswd"
        if line not in every:
            every[line] = htpasswd(account, str(every[f"registry_{account}_password"]))
    return every


def _read(path: Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _broken(path, str(error)) from error
    # Whatever else an older version may lack: a new passphrase would not open the state that the old one closed.
    if not isinstance(stored, dict) or "pulumi_passphrase" not in stored:
        raise _broken(path, "It holds no pulumi_passphrase.")
    return stored


def _validated(path: Path, secrets: dict[str, Any]) -> Secrets:
    try:
        return Secrets.model_validate(secrets)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise _broken(path, f"{first['loc'][0]}: {first['msg']}.") from None


def _broken(path: Path, why: str) -> MachineError:
    return MachineError(
        f"The secrets in {path} cannot be used",
        why=f"{why}\nWithout them the sandbox's servers and state cannot be opened; the cache is not touched.",
        fix="./inv down && ./inv up",
    )
