"""A user's clone, worked in with the real git."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


def run_git(*words: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs git as somebody without any configuration of their own."""
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(cwd),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Ann Author", "GIT_AUTHOR_EMAIL": "ann@example.org",
        "GIT_COMMITTER_NAME": "Carl Committer", "GIT_COMMITTER_EMAIL": "carl@example.org",
        "NO_PROXY": "127.0.0.1,localhost",
    }  # fmt: skip
    done = subprocess.run(["git", *words], cwd=cwd, env=variables, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"git {words}: {done.stderr}"
    return done


def with_login(url: str, user: str, password: str) -> str:
    """An address that carries user name and password."""
    scheme, rest = url.split("://", 1)
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


@dataclass
class Worktree:
    """A clone."""

    path: Path

    @classmethod
    def clone(cls, url: str, path: Path, *options: str) -> Worktree:
        """Clones; the address carries what it takes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        run_git("clone", "--quiet", *options, url, str(path), cwd=path.parent)
        return cls(path)

    def git(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs git in it."""
        return run_git(*words, cwd=self.path, check=check)

    def commit(self, message: str, **files: str | None) -> str:
        """Writes files and commits them; returns the commit's id.

        Args:
            message: the commit's message.
            files: content by name, in which `__` is a slash and `_` a dot; None removes the file.
        """
        for name, content in files.items():
            file = self.path / name.replace("__", "/").replace("_", ".")
            if content is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.head()

    def head(self) -> str:
        """The id of the commit that is checked out."""
        return self.git("rev-parse", "HEAD").stdout.strip()
