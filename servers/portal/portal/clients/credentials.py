"""The portal's own accounts at the parts, from files that may come later than the portal, and may change.

| file | what |
|---|---|
| `jenkins-user`, `jenkins-token` | an account of Jenkins that reads (Overall/Read, Job/Read), and its API token |
| `gitlab-token` | a token of GitLab, scope read_api, of a member of the project (Reporter) |
| `registry-user`, `registry-password` | an account of the registry that pulls |
| `hook-secret` | what GitLab sends as X-Gitlab-Token, and what triggers carry |
| `kubeconfig` | the cluster and the ServiceAccount's token |
"""

from __future__ import annotations

from pathlib import Path


class Credentials:
    """The files of one folder; each is read again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], str]] = {}

    def get(self, name: str) -> str:
        """A file's text without surrounding space; empty where there is none."""
        path = self._folder / name
        try:
            state = path.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            known = self._read.get(name)
            if known is None or known[0] != stamp:
                known = (stamp, path.read_text(encoding="utf-8").strip())
                self._read[name] = known
        except OSError:
            return ""
        return known[1]
