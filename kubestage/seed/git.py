"""git as seeding needs it: commits that come out the same every time, pushed with an account that no list shows."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path

from kubestage.run import Result, run_command

BRANCH = "master"

_TIMEOUT_SECONDS = 60.0
# A commit's name is the digest of its content, author and dates: with all of them fixed, every sandbox has the same.
_AUTHOR_NAME = "caoyong1"
_AUTHOR_EMAIL = "caoyong1@example.com"


@dataclass(frozen=True)
class Account:
    """A git account on one server.

    Attributes:
        server: the server's address, without a slash at the end.
        user: the user's name; GitLab takes any with a token.
        secret: password or token.
    """

    server: str
    user: str
    secret: str = field(repr=False)

    @property
    def config(self) -> dict[str, str]:
        """Git settings that sign every request to the server in, and send it past any proxy."""
        basic = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        return {f"http.{self.server}/.extraHeader": f"Authorization: Basic {basic}", "http.proxy": ""}


class WorkTree:
    """A git work tree of ours, apart from the user's own git settings.

    Args:
        folder: where it is or shall be.
        account: what it signs in with; it goes to git in its environment, never in an address or an argument.
    """

    def __init__(self, folder: Path, account: Account) -> None:
        self.folder = folder
        self._account = account

    def init(self) -> None:
        """Makes an empty one with the branch master."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._git("init", "--quiet", "--template=", f"--initial-branch={BRANCH}")

    def clone(self, url: str) -> None:
        """Clones the branch master.

        Raises:
            CommandFailed: the server refuses, or there is no such branch.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._git("clone", "--quiet", "--template=", f"--branch={BRANCH}", url, ".")

    def apply(self, patch: Path) -> Result:
        """Applies a patch, or changes nothing; the result tells which."""
        return self._git("apply", "--index", "--whitespace=nowarn", str(patch), check=False)

    def commit(self, message: str, when: str) -> str:
        """Commits everything there is.

        Args:
            message: the commit's message.
            when: author's and committer's date, as in "2024-01-01T00:00:00Z".

        Returns:
            The commit's name.
        """
        self._git("add", "--all")
        self._git("commit", "--quiet", "--no-verify", f"--message={message}", when=when)
        return self._git("rev-parse", "HEAD").stdout.strip()

    def tag(self, name: str, when: str, message: str = "") -> None:
        """Puts an annotated tag on the commit that is checked out; its message is its name if none is given."""
        self._git("tag", "--annotate", f"--message={message or name}", name, when=when)

    def push(self, url: str, *refs: str) -> None:
        """Pushes refs, all of them or none; never over what is there.

        Raises:
            CommandFailed: the server refuses.
        """
        self._git("push", "--quiet", "--atomic", url, *refs)

    def has_remote_tag(self, url: str, name: str) -> bool:
        """Whether the server has a tag of that name."""
        return bool(self._git("ls-remote", "--tags", url, f"refs/tags/{name}").stdout.strip())

    def _git(self, *arguments: str, check: bool = True, when: str | None = None) -> Result:
        return run_command(
            ["git", *arguments], cwd=self.folder, env=self._environment(when), check=check, timeout=_TIMEOUT_SECONDS
        )

    def _environment(self, when: str | None) -> dict[str, str]:
        config = {"core.autocrlf": "false", "commit.gpgSign": "false", "tag.gpgSign": "false", **self._account.config}
        environment = {
            "GIT_DIR": str(self.folder / ".git"),  # whatever repository a hook that runs us may name
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": str(len(config)),
        }
        for index, (key, value) in enumerate(config.items()):
            environment |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": _AUTHOR_NAME, f"GIT_{role}_EMAIL": _AUTHOR_EMAIL}
            if when:
                environment[f"GIT_{role}_DATE"] = when
        return environment
