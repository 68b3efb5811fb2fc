"""``withCredentials`` of credentials-binding, and ``credentials('id')`` of Declarative's ``environment``."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import SECRET_FILE, SECRET_TEXT, SSH_KEY, USERNAME_PASSWORD, Credential
from jenkins_light.model.describable import symbol_of
from jenkins_light.steps.registry import Abort, Variables, block_step, symbols

Described = dict[str, Any]
Binding = Callable[[Described, Credential, Path], Variables]

symbols(
    "usernamePassword", "usernameColonPassword", "string", "file", "sshUserPrivateKey", "UsernamePasswordMultiBinding",
)  # fmt: skip


@block_step("withCredentials", "bindings")
def with_credentials(call: StepCall) -> Iterator[Variables]:
    """Give the block's steps secrets in variables; their values are masked in the log."""
    bindings = call.args.get("bindings") or []
    folder = call.controller.settings.home / "tmp" / f"secretFiles-{uuid.uuid4()}"
    folder.mkdir(parents=True, mode=0o700)
    variables: Variables = {}
    try:
        for described in bindings:
            bound = _bind(call, described, folder)
            variables |= bound
        names = ", ".join(f"${name}" for name in variables)
        call.log(f"Masking supported pattern matches of {names.replace(', ', ' or ')}")
        yield variables
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _bind(call: StepCall, described: Described, folder: Path) -> Variables:
    credential_id = str(described.get("credentialsId") or "")
    try:
        credential = call.controller.credentials.find(call.build.job, credential_id)
    except NotFoundError:
        raise Abort(f"Could not find credentials entry with ID '{credential_id}'") from None
    kinds, bind = _bindings().get(symbol_of(described), ((), None))
    if bind is None:
        raise Abort(f"Unknown binding {symbol_of(described)}")
    if credential.kind not in kinds:
        raise Abort(f"Credentials '{credential_id}' is of type '{credential.type_name}', not what the binding wants")
    for secret in (credential.secret, credential.content.decode("utf-8", "ignore")):
        if secret:
            call.run.log.mask(secret)
    variables = bind(described, credential, folder)
    # What is made of a secret, such as name:password, and the place of a secret file are masked as in Jenkins.
    for value in variables.values():
        if value and value != credential.username:
            call.run.log.mask(value)
    return variables


def _bindings() -> dict[str, tuple[tuple[str, ...], Binding]]:
    pair, text, file = (USERNAME_PASSWORD,), (SECRET_TEXT,), (SECRET_FILE,)
    return {
        "usernamePassword": (pair, _username_password),
        "UsernamePasswordMultiBinding": (pair, _username_password),
        "usernameColonPassword": (pair, _colon),
        "UsernamePasswordBinding": (pair, _colon),
        "string": (text, lambda d, c, _: {_variable(d): c.secret}),
        "StringBinding": (text, lambda d, c, _: {_variable(d): c.secret}),
        "file": (file, _file),
        "FileBinding": (file, _file),
        "sshUserPrivateKey": ((SSH_KEY,), _ssh),
        "declarativeCredentials": ((*pair, *text, *file, SSH_KEY), _declarative),
    }


def _variable(described: Described) -> str:
    return str(described.get("variable") or "")


def _username_password(described: Described, credential: Credential, _: Path) -> Variables:
    return {
        str(described.get("usernameVariable")): credential.username,
        str(described.get("passwordVariable")): credential.secret,
    }


def _colon(described: Described, credential: Credential, _: Path) -> Variables:
    return {_variable(described): f"{credential.username}:{credential.secret}"}


def _file(described: Described, credential: Credential, folder: Path) -> Variables:
    path = folder / (Path(credential.file_name).name or "secret")
    path.touch(0o600)
    path.write_bytes(credential.content)
    return {_variable(described): str(path)}


def _ssh(described: Described, credential: Credential, folder: Path) -> Variables:
    path = folder / "ssh-key"
    path.touch(0o600)
    path.write_text(credential.secret.strip() + "\n")  # ssh takes no key without the last line's end
    variables = {str(described.get("keyFileVariable")): str(path)}
    if described.get("usernameVariable"):
        variables[str(described["usernameVariable"])] = credential.username
    return variables


def _declarative(described: Described, credential: Credential, folder: Path) -> Variables:
    name = _variable(described)
    if credential.kind == USERNAME_PASSWORD:
        return {
            name: f"{credential.username}:{credential.secret}",
            f"{name}_USR": credential.username,
            f"{name}_PSW": credential.secret,
        }
    if credential.kind == SECRET_FILE:
        return _file(described, credential, folder)
    if credential.kind == SSH_KEY:
        return {**_ssh({"keyFileVariable": name}, credential, folder), f"{name}_USR": credential.username}
    return {name: credential.secret}
