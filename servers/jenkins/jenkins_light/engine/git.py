"""Git repositories: fetched and checked out with the commands and the console lines of Jenkins' git plugin."""

import hashlib
import os
import shlex
import subprocess
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jenkins_light.model.credentials import SSH_KEY, USERNAME_PASSWORD, Credential
from jenkins_light.model.definitions import GitScm
from jenkins_light.steps.registry import Abort

Log = Callable[[str], None]
_TIMEOUT_SECONDS = 600
_LOCKS: dict[Path, threading.Lock] = defaultdict(threading.Lock)

# The password reaches git through this program's environment: never through argv, the URL or a file of its own.
_ASKPASS = """#!/bin/sh
case "$1" in
Username*) printf '%s\\n' "$GIT_ASKPASS_USERNAME" ;;
*) printf '%s\\n' "$GIT_ASKPASS_PASSWORD" ;;
esac
"""


@dataclass(frozen=True)
class Revision:
    """What a checkout took."""

    commit: str
    branch: str
    message: str


class Git:
    """Git in one folder, with the credential of one remote."""

    def __init__(self, folder: Path, home: Path, credential: Credential | None, log: Log) -> None:
        self._folder = folder
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None
        self._env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "LC_ALL": "C.UTF-8"}
        self._home = home
        self._key = credential if credential is not None and credential.kind == SSH_KEY else None
        if credential is not None:
            self._env |= self._identity(credential)

    def _identity(self, credential: Credential) -> dict[str, str]:
        """The variables by which git, or ssh under it, learns user name and password or passphrase."""
        if credential.kind not in (USERNAME_PASSWORD, SSH_KEY):
            raise Abort(f"Credentials {credential.id} are neither username with password nor SSH username with key")
        askpass = self._home / "secrets" / "git-askpass.sh"
        if not askpass.exists():
            askpass.write_text(_ASKPASS)
            askpass.chmod(0o700)
        if credential.kind == SSH_KEY:
            asking = {"SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force"}
            return {**asking, "GIT_ASKPASS_PASSWORD": credential.passphrase}
        return {
            "GIT_ASKPASS": str(askpass),
            "GIT_ASKPASS_USERNAME": credential.username,
            "GIT_ASKPASS_PASSWORD": credential.secret,
        }

    @contextmanager
    def _ssh(self) -> Iterator[dict[str, str]]:
        """The variables for ssh; the key is a file of its own only while a command runs, as in the git plugin.

        A host that is met for the first time is remembered and from then on held to its key (the git client plugin's
        "Accept first connection").
        """
        hosts = self._home / ".ssh" / "known_hosts"
        hosts.parent.mkdir(exist_ok=True, mode=0o700)
        options = ["-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={hosts}"]
        if self._key is None:
            yield {"GIT_SSH_COMMAND": shlex.join(["ssh", "-o", "BatchMode=yes", *options])}
            return
        with tempfile.NamedTemporaryFile("w", prefix="jenkins-gitclient-ssh", suffix=".key") as file:
            file.write(self._key.secret.strip() + "\n")
            file.flush()
            user = ["-l", self._key.username] if self._key.username else []
            yield {"GIT_SSH_COMMAND": shlex.join(["ssh", "-i", file.name, "-o", "IdentitiesOnly=yes", *user, *options])}

    def run(self, *arguments: str, quiet: bool = False) -> str:
        """Run a git command and return what it prints.

        Raises:
            Abort: it failed; the text is the git plugin's.
        """
        if not quiet:
            self._log(f" > git {' '.join(arguments)} # timeout={_TIMEOUT_SECONDS // 60}")
        # The host's credential helpers must not answer for the job's credentials.
        command = ["git", "-c", "credential.helper=", "-c", "protocol.ext.allow=never", *arguments]
        shown = f'Command "git {" ".join(arguments)}"'
        with (
            self._ssh() as ssh,
            subprocess.Popen(
                command,
                cwd=self._folder,
                env=self._env | ssh,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            ) as process,
        ):
            self._running = process
            try:
                output, problem = process.communicate(timeout=_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise Abort(f"{shown} timed out after {_TIMEOUT_SECONDS} s") from error
        if process.returncode:
            text = problem.decode("utf-8", "replace").strip()
            raise Abort(f"{shown} returned status code {process.returncode}:\nstdout: \nstderr: {text}")
        return output.decode("utf-8", "replace").strip()

    def identify(self, name: str, email: str) -> None:
        """Commits are made under this name from now on."""
        self._env |= {"GIT_AUTHOR_NAME": name, "GIT_COMMITTER_NAME": name}
        self._env |= {"GIT_AUTHOR_EMAIL": email, "GIT_COMMITTER_EMAIL": email}

    def cancel(self) -> None:
        """End the command that runs now."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()

    def find(self, *arguments: str) -> str | None:
        """What the command prints, or None when it fails."""
        try:
            return self.run(*arguments, quiet=True)
        except Abort:
            return None

    def fetch(self, scm: GitScm, extra: Sequence[str] = (), doing: str = "fetching") -> None:
        """Bring branches and tags of the remote here; with ``--no-tags`` among the extra arguments no tags.

        Raises:
            Abort: it failed ``doing`` that; the first line is the git plugin's, then what git said.
        """
        if scm.url.startswith("-"):
            raise Abort(f"Not an address of a repository: {scm.url}")
        self._log(f"Fetching upstream changes from {scm.url}")
        refspec = scm.refspec.split() or [f"+refs/heads/*:refs/remotes/{scm.remote}/*"]
        try:
            tags = () if "--no-tags" in extra else ("--tags",)
            self.run("fetch", *tags, "--force", "--progress", *extra, "--", scm.url, *refspec)
        except Abort as error:
            raise Abort(f"Error {doing} remote repo '{scm.remote}'\n{error}") from error

    def resolve(self, scm: GitScm) -> Revision:
        """The newest commit that a branch specifier means, as the git plugin searches it.

        Raises:
            Abort: no specifier matches; the text is the plugin's.
        """
        for specifier in scm.branches:
            for ref in self._candidates(scm.remote, specifier or "**"):
                commit = self.find("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
                if commit:
                    message = self.run("log", "-1", "--format=%s", commit, quiet=True)
                    return Revision(commit, ref.removeprefix("refs/remotes/"), message)
        raise Abort("Couldn't find any revision to build. Verify the repository and branch configuration for this job.")

    def _candidates(self, remote: str, specifier: str) -> list[str]:
        name = specifier.removeprefix("refs/heads/").removeprefix("refs/remotes/").removeprefix("*/")
        name = name.removeprefix("remotes/").removeprefix(f"{remote}/")
        if "*" in name:
            pattern = f"refs/remotes/{remote}/" + name.replace("**", "*")
            listed = self.run("for-each-ref", "--sort=-committerdate", "--format=%(refname)", pattern, quiet=True)
            return listed.splitlines()
        if specifier.startswith("refs/tags/"):
            return [specifier]
        return [f"refs/remotes/{remote}/{name}", f"refs/tags/{name}", name]


def cached(home: Path, scm: GitScm, credential: Credential | None, log: Log) -> tuple[Git, threading.Lock]:
    """A bare copy of the repository for reading single files, and the lock to hold meanwhile."""
    folder = home / "caches" / f"git-{hashlib.sha256(scm.url.encode()).hexdigest()[:32]}"
    lock = _LOCKS[folder]
    with lock:
        if not (folder / "HEAD").exists():
            folder.mkdir(parents=True, exist_ok=True)
            Git(folder, home, credential, log).run("init", "--bare", str(folder), quiet=True)
    return Git(folder, home, credential, log), lock
