"""``sshagent`` of the ssh-agent plugin."""

import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jenkins_light.engine.calls import StepCall
from jenkins_light.errors import NotFoundError
from jenkins_light.model.credentials import SSH_KEY, Credential
from jenkins_light.steps.registry import Abort, Variables, block_step

_TIMEOUT_SECONDS = 30
# The passphrase reaches ssh through this program's environment, never through argv.
_ASKPASS = "#!/bin/sh\nprintf '%s\\n' \"$SSH_KEY_PASSPHRASE\"\n"


@block_step("sshagent", "credentials")
def ssh_agent(call: StepCall) -> Iterator[Variables]:
    """Run an ssh-agent that knows the keys of these credentials while the block runs (credentials, ignoreMissing)."""
    given = call.args.get("credentials") or []
    credentials = _credentials(call, given if isinstance(given, list) else [given])
    call.log(f"[ssh-agent] Using credentials {', '.join(c.username for c in credentials)}")
    started = _run(["ssh-agent", "-s"], {})
    variables = dict(re.findall(r"(SSH_AUTH_SOCK|SSH_AGENT_PID)=([^;]+);", started))
    if len(variables) != 2:
        raise Abort("ssh-agent could not be started")
    call.log("$ ssh-agent")
    try:
        for credential in credentials:
            with _key_file(call.controller.settings.home, credential) as (key, environment):
                call.log(_run(["ssh-add", str(key)], variables | environment).strip() or f"Identity added: {key}")
        call.log("[ssh-agent] Started.")
        yield variables
    finally:
        _run(["ssh-agent", "-k"], variables)
        call.log("[ssh-agent] Stopped.")


def _credentials(call: StepCall, ids: list[str]) -> list[Credential]:
    found = []
    for ident in ids:
        try:
            credential = call.controller.credentials.find(call.build.job, ident)
        except NotFoundError:
            if call.flag("ignoreMissing"):
                call.log(f"[ssh-agent] Could not find specified credentials: {ident}")
                continue
            raise Abort("[ssh-agent] Could not find specified credentials") from None
        if credential.kind != SSH_KEY:
            raise Abort("[ssh-agent] Could not find specified credentials")
        found.append(credential)
    if not found and not call.flag("ignoreMissing"):
        raise Abort("[ssh-agent] Could not find specified credentials")
    return found


def _run(command: list[str], variables: Variables) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
    )
    if done.returncode:
        raise Abort(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def _key_file(home: Path, credential: Credential) -> Iterator[tuple[Path, dict[str, str]]]:
    """The key's file, and the environment in which OpenSSH's programs can open it."""
    folder = home / "secrets" / "ssh"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    askpass = folder / "askpass.sh"
    if not askpass.exists():
        askpass.write_text(_ASKPASS)
        askpass.chmod(0o700)
    handle, name = tempfile.mkstemp(dir=folder, prefix="key-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(credential.secret.replace("\r\n", "\n").rstrip("\n") + "\n")
        environment = {"SSH_KEY_PASSPHRASE": credential.passphrase} if credential.passphrase else {}
        if credential.passphrase:
            environment |= {"SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
        yield Path(name), environment
    finally:
        Path(name).unlink(missing_ok=True)
