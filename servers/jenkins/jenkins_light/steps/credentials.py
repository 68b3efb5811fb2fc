"""``withCredentials`` of credentials-binding, and ``credentials('id')`` of Declarative's ``environment``."""

import io
import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import (
    CERTIFICATE,
    DOCKER_CERTIFICATE,
    SECRET_FILE,
    SECRET_TEXT,
    SSH_KEY,
    USERNAME_PASSWORD,
    Credential,
)
from jenkins_light.model.describable import symbol_of
from jenkins_light.steps.registry import Abort, StepError, Variables, block_step, symbols

Described = dict[str, Any]

symbols(
    "usernamePassword", "usernameColonPassword", "string", "file", "zip", "sshUserPrivateKey", "certificate",
    "dockerCert",
)  # fmt: skip


@dataclass
class Bound:
    """What a binding gives: variables that are masked, and those that may be seen."""

    secret: Variables = field(default_factory=dict)
    public: Variables = field(default_factory=dict)


Binding = Callable[[Described, Credential, Path], Bound]


@block_step("withCredentials", "bindings")
def with_credentials(call: StepCall) -> Iterator[Variables]:
    """Give the block's steps secrets in variables; their values are masked in the log."""
    bindings = call.args.get("bindings") or []
    folder = _folder(call)
    try:
        bound = [_bind(call, described, folder) for described in bindings]
        secret = [name for each in bound for name in each.secret]
        if call.block is not None:
            call.block.sensitive = secret
        if secret:
            call.log("Masking supported pattern matches of " + " or ".join(f"${name}" for name in secret))
        yield {name: value for each in bound for name, value in (each.secret | each.public).items()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder(call: StepCall) -> Path:
    """Where secret files go: beside the workspace, so that containers see them; without a node, in the home."""
    if call.block is not None and call.block.workspace is not None:
        base = call.workspace.with_name(call.workspace.name + "@tmp")
    else:
        base = call.controller.settings.home / "tmp"
    name = call.saved.get("folder") or str(uuid.uuid4())
    call.save(folder=name)
    folder = base / "secretFiles" / name
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    return folder


def _bind(call: StepCall, described: Described, folder: Path) -> Bound:
    credential_id = str(described.get("credentialsId") or "")
    kinds, bind = _BINDINGS.get(symbol_of(described), ((), None))
    if bind is None:
        raise Abort(f"Unknown binding {symbol_of(described)}")
    try:
        credential = call.controller.credentials.find(call.build.job, credential_id)
    except NotFoundError:
        raise StepError(_NOT_FOUND, f"Could not find credentials entry with ID '{credential_id}'") from None
    if credential.kind not in kinds:
        wanted = " or ".join(sorted(f"\u2018{kind}\u2019" for kind in kinds))
        message = f"Credentials '{credential_id}' is of type '{credential.type_name}' where {wanted} was expected"
        raise StepError(_NOT_FOUND, message)
    bound = bind(described, credential, folder)
    secrets = {credential.secret, credential.passphrase, *bound.secret.values()}
    for secret in filter(None, [*secrets, credential.content.decode("utf-8", "ignore")]):
        call.run.log.mask(secret)
    return bound


def _variable(described: Described, name: str = "variable") -> str:
    return str(described.get(name) or "")


def _username_password(described: Described, credential: Credential, _: Path) -> Bound:
    user = {_variable(described, "usernameVariable"): credential.username}
    password = {_variable(described, "passwordVariable"): credential.secret}
    return Bound(user | password) if credential.hidden_username else Bound(password, user)


def _colon(described: Described, credential: Credential, _: Path) -> Bound:
    return Bound({_variable(described): f"{credential.username}:{credential.secret}"})


def _string(described: Described, credential: Credential, _: Path) -> Bound:
    return Bound({_variable(described): credential.secret})


def _file(described: Described, credential: Credential, folder: Path) -> Bound:
    path = folder / (Path(credential.file_name).name or "secret")
    _write(path, credential.content)
    return Bound({_variable(described): str(path)})


def _zip(described: Described, credential: Credential, folder: Path) -> Bound:
    """The secret file's content, unpacked."""
    target = Path(tempfile.mkdtemp(prefix="file", dir=folder))
    try:
        with zipfile.ZipFile(io.BytesIO(credential.content)) as archive:
            archive.extractall(target)
    except zipfile.BadZipFile as error:
        raise Abort(f"The secret file {credential.id} is no zip file: {error}") from error
    return Bound({_variable(described): str(target)})


def _ssh(described: Described, credential: Credential, folder: Path) -> Bound:
    path = folder / f"ssh-key-{uuid.uuid4().hex[:8]}"
    _write(path, credential.secret.rstrip("\n").encode() + b"\n")
    bound = Bound({_variable(described, "keyFileVariable"): str(path)})
    if described.get("passphraseVariable"):
        bound.secret[_variable(described, "passphraseVariable")] = credential.passphrase
    if described.get("usernameVariable"):
        holder = bound.secret if credential.hidden_username else bound.public
        holder[_variable(described, "usernameVariable")] = credential.username
    return bound


def _certificate(described: Described, credential: Credential, folder: Path) -> Bound:
    path = folder / f"keystore-{uuid.uuid4().hex[:8]}"
    _write(path, credential.content)
    bound = Bound({_variable(described, "keystoreVariable"): str(path)})
    if described.get("passwordVariable"):
        bound.secret[_variable(described, "passwordVariable")] = credential.secret
    if described.get("aliasVariable"):
        bound.public[_variable(described, "aliasVariable")] = credential.id
    return bound


def _docker(described: Described, credential: Credential, folder: Path) -> Bound:
    """A folder as DOCKER_CERT_PATH wants it."""
    own, authority = credential.certificates
    for name, text in (("key.pem", credential.secret), ("cert.pem", own), ("ca.pem", authority)):
        _write(folder / name, text.encode())
    return Bound({_variable(described): str(folder)})


def _declarative(described: Described, credential: Credential, folder: Path) -> Bound:
    """``X = credentials('id')``: one variable, or for what has two parts X, X_USR and X_PSW."""
    name = _variable(described)
    if credential.kind == USERNAME_PASSWORD:
        parts = {"usernameVariable": f"{name}_USR", "passwordVariable": f"{name}_PSW"}
        bound = _username_password(parts, credential, folder)
        bound.secret |= _colon(described, credential, folder).secret
        return bound
    if credential.kind == SSH_KEY:
        parts = {"keyFileVariable": name, "usernameVariable": f"{name}_USR", "passphraseVariable": f"{name}_PSW"}
        return _ssh(parts, credential, folder)
    if credential.kind == CERTIFICATE:
        return _certificate({"keystoreVariable": name, "passwordVariable": f"{name}_PSW"}, credential, folder)
    by_kind: dict[str, Binding] = {SECRET_FILE: _file, DOCKER_CERTIFICATE: _docker}
    return by_kind.get(credential.kind, _string)(described, credential, folder)


def _write(path: Path, data: bytes) -> None:
    path.touch(0o600)
    path.write_bytes(data)
    path.chmod(0o400)


_NOT_FOUND = "org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException"
_KINDS = (USERNAME_PASSWORD, SECRET_TEXT, SECRET_FILE, SSH_KEY, CERTIFICATE, DOCKER_CERTIFICATE)

#: By symbol and by class name: the kinds of credentials that a binding takes, and what it makes of one.
_BINDINGS: dict[str, tuple[tuple[str, ...], Binding]] = {
    "usernamePassword": ((USERNAME_PASSWORD,), _username_password),
    "UsernamePasswordMultiBinding": ((USERNAME_PASSWORD,), _username_password),
    "usernameColonPassword": ((USERNAME_PASSWORD,), _colon),
    "UsernamePasswordBinding": ((USERNAME_PASSWORD,), _colon),
    "string": ((SECRET_TEXT,), _string),
    "StringBinding": ((SECRET_TEXT,), _string),
    "file": ((SECRET_FILE,), _file),
    "FileBinding": ((SECRET_FILE,), _file),
    "zip": ((SECRET_FILE,), _zip),
    "ZipFileBinding": ((SECRET_FILE,), _zip),
    "sshUserPrivateKey": ((SSH_KEY,), _ssh),
    "SSHUserPrivateKeyBinding": ((SSH_KEY,), _ssh),
    "certificate": ((CERTIFICATE,), _certificate),
    "CertificateMultiBinding": ((CERTIFICATE,), _certificate),
    "dockerCert": ((DOCKER_CERTIFICATE,), _docker),
    "DockerServerCredentialsBinding": ((DOCKER_CERTIFICATE,), _docker),
    "declarativeCredentials": (_KINDS, _declarative),
}
