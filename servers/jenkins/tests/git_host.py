"""Git repositories over HTTP, with or without a password, from a thread of the tests."""

from __future__ import annotations

import base64
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class GitHost:
    """Serves bare repositories below a folder (git's "dumb" protocol); below ``private/`` only with the account."""

    USER, PASSWORD = "caoyong1", "hunter2 & more"

    def __init__(self, folder: Path, address: str = "127.0.0.1") -> None:
        self._folder = folder
        expected = "Basic " + base64.b64encode(f"{self.USER}:{self.PASSWORD}".encode()).decode()
        handler = partial(_Handler, expected, directory=str(folder))
        self._server = ThreadingHTTPServer((address, 0), handler)
        self.url = f"http://{address}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(self, name: str, files: dict[str, str], message: str = "first", tag: str = "") -> str:
        """Put a commit with these files on a repository's master, perhaps tagged; return the repository's address."""
        bare, work = self._folder / f"{name}.git", self._folder / f"{name}.work"
        if not work.exists():
            work.mkdir(parents=True)
            _git(work, "init", "-q", "-b", "master")
        for path, text in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text)
        _git(work, "add", "-A")
        _git(work, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", message)
        if tag:
            _git(work, "tag", tag)
        if not bare.exists():
            bare.parent.mkdir(parents=True, exist_ok=True)
            _git(work, "clone", "-q", "--bare", str(work), str(bare))
        _git(work, "push", "-q", "--tags", str(bare), "master")
        _git(bare, "update-server-info")
        return f"{self.url}/{name}.git"

    def remove(self, name: str) -> None:
        """Take a repository away."""
        shutil.rmtree(self._folder / f"{name}.git")

    def head(self, name: str) -> str:
        """The commit that master points to."""
        return _git(self._folder / f"{name}.work", "rev-parse", "HEAD").strip()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, expected: str, *arguments: object, directory: str) -> None:
        self._expected = expected
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        if self.path.startswith("/private/") and self.headers.get("Authorization") != self._expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *arguments: object) -> None:
        pass


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout
