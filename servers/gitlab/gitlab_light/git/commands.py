"""The one way in which git is run for short commands."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Timer

_TIMEOUT_SECONDS = 120.0
_KEPT_VARIABLES = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "TZ")

# What every repository has in common. fsckObjects, its exceptions and the refs that nobody may push are those of
# GitLab's Gitaly.
_CONFIG = """\
[core]
	hooksPath = {hooks}
	bigFileThreshold = 50m
	logAllRefUpdates = false
[user]
	name = GitLab
	email = gitlab@localhost
[safe]
	directory = *
[http]
	receivepack = true
[receive]
	fsckObjects = true
	advertisePushOptions = true
	hideRefs = refs/merge-requests
	hideRefs = refs/pipelines
	hideRefs = refs/environments
	hideRefs = refs/remotes
	hideRefs = refs/tmp
	maxInputSize = {max_pack}
[receive "fsck"]
	badTimezone = ignore
	missingSpaceBeforeDate = ignore
	zeroPaddedFilemode = ignore
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[transfer]
	hideRefs = refs/keep-around
[gc]
	writeCommitGraph = false
"""


class GitError(Exception):
    """A git command failed; the message is what it said."""


class RepositoryGone(GitError):
    """A git command failed because its repository is not there: its project is being removed or made."""


def write_config(home: Path, hooks: Path, max_pack: int) -> None:
    """Writes the configuration that all git commands of this server read."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "gitconfig").write_text(_CONFIG.format(hooks=hooks, max_pack=max_pack))


def git_environment(home: Path) -> dict[str, str]:
    """The environment of every git command: nothing of this host's or user's configuration."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(home / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
    }


def run_git(
    repository: Path,
    home: Path,
    *arguments: str,
    stdin: bytes | None = None,
    env: Mapping[str, str] | None = None,
) -> bytes:
    """Runs git in a repository and returns its standard output.

    Arguments that come from outside stand after `--end-of-options` or `--`, or were resolved to an object's name.

    Raises:
        RepositoryGone: it failed, and there is no such repository.
        GitError: it failed otherwise, or took longer than two minutes.
    """
    command = _command(repository, arguments)
    try:
        done = subprocess.run(
            command,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            env=git_environment(home) | dict(env or {}),
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} took too long") from error
    except ValueError as error:
        raise GitError(str(error)) from error  # a NUL in an argument
    if done.returncode != 0:
        raise _failure(repository, done.stderr.decode("utf-8", "replace").strip() or f"git {arguments[0]} failed")
    return done.stdout


def read_git(repository: Path, home: Path, limit: int, *arguments: str) -> bytes:
    """Runs git in a repository and returns the beginning of its standard output, `limit` bytes at most.

    Raises:
        RepositoryGone: it failed, and there is no such repository.
        GitError: it failed otherwise, or was not done within two minutes.
    """
    with subprocess.Popen(
        _command(repository, arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=git_environment(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None  # noqa: S101  it is a pipe
        alarm = Timer(_TIMEOUT_SECONDS, process.kill)
        alarm.start()
        try:
            output: bytes = process.stdout.read(limit)
            cut = len(output) == limit
            if cut:
                process.kill()
        finally:
            alarm.cancel()
    if process.returncode != 0 and not cut:
        raise _failure(repository, f"git {arguments[0]} failed")
    return output


def _failure(repository: Path, said: str) -> GitError:
    # By what git said, because a repository that was only being made may be there by now.
    gone = said.startswith("fatal: not a git repository") or not repository.exists()
    return RepositoryGone(said) if gone else GitError(said)


def _command(repository: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", "--git-dir", str(repository), *arguments]
