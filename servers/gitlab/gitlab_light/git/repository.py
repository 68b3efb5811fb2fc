"""A bare repository: its life, its refs and its trees."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gitlab_light.git.commands import GitError, RepositoryGone, read_git, run_git
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.stored_refs import shows_a_branch, stored_target

# What archives of a commit can be had as, in the order in which GitLab lists them.
ARCHIVE_FORMATS = ("zip", "tar.gz", "tar.bz2", "tar")
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_SHA = re.compile(r"[0-9a-f]{40}")
# Blobs are read whole, so they have a limit here.
MAX_BLOB = 32 * 1024 * 1024


@dataclass(frozen=True)
class Ref:
    """A branch or tag.

    Attributes:
        target: the object it names: a commit, or an annotated tag.
        commit: the commit behind it.
        message: an annotated tag's message, else empty.
        tagged_at: when an annotated tag was made (ISO 8601), else empty.
    """

    name: str
    target: str
    commit: str
    message: str
    tagged_at: str


@dataclass(frozen=True)
class TreeEntry:
    """A file, folder or submodule in a tree."""

    id: str
    name: str
    type: str
    path: str
    mode: str


class Repository:
    """One project's repository."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        self._home = home

    def run(self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """Runs git in it; see `run_git`."""
        return run_git(self.path, self._home, *arguments, stdin=stdin, env=env)

    def read(self, limit: int, *arguments: str) -> bytes:
        """Runs git in it and returns the beginning of what it said; see `read_git`."""
        return read_git(self.path, self._home, limit, *arguments)

    def text(self, *arguments: str) -> str:
        """Runs git in it and returns what it said as text."""
        return self.run(*arguments).decode("utf-8", "replace")

    def create(self, default_branch: str) -> None:
        """Makes it, empty; a half-made one is never seen under its name."""
        making = self._beside()
        making.parent.mkdir(parents=True, exist_ok=True)
        run_git(making, self._home, "init", "--quiet", "--bare", "--template=", f"--initial-branch={default_branch}")
        making.rename(self.path)

    def remove(self) -> None:
        """Removes it with all it holds; at no time a part of it is to be seen under its name."""
        removing = self._beside()
        with suppress(FileNotFoundError):
            self.path.rename(removing)
        shutil.rmtree(removing, ignore_errors=True)

    def copy_from(self, other: Repository) -> None:
        """Takes over another repository's branches and tags."""
        self.run("fetch", "--quiet", str(other.path), "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")

    def set_head(self, branch: str) -> None:
        """Makes a branch the one that a clone checks out."""
        self.run("symbolic-ref", "HEAD", f"refs/heads/{branch}")

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch, tag or (short) commit id means, looked for in that order."""
        if not revision or revision.startswith("-") or "\0" in revision or ".." in revision or "@{" in revision:
            return None
        for candidate in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            try:
                found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{candidate}^{{commit}}")
            except GitError:
                continue
            return found.decode().strip()
        return None

    def ref_target(self, ref: str) -> str | None:
        """The object that a full ref name stands at."""
        known = ref.startswith("refs/") and is_ref_name(ref.removeprefix("refs/"))
        if known and (found := stored_target(self.path, ref)):
            return found
        try:
            return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", ref).decode().strip()
        except GitError:
            return None

    def tidy(self) -> None:
        """Packs what has come in many small pieces, if there is much of it; a repository that was removed is none."""
        with suppress(GitError):
            self.run("gc", "--auto", "--quiet")

    def is_empty(self) -> bool:
        """Whether it has no branch, or is not there: its project is just being made or removed."""
        try:
            return not (shows_a_branch(self.path) or self.run("for-each-ref", "--count=1", "refs/heads/"))
        except RepositoryGone:
            return True

    def branches(self, name: str | None = None) -> list[Ref]:
        """The branches by name, or the one of this name."""
        return self._refs("refs/heads/", name)

    def tags(self, name: str | None = None) -> list[Ref]:
        """The tags, latest first, or the one of this name."""
        return self._refs("refs/tags/", name, "--sort=-creatordate")

    def branch(self, name: str) -> Ref | None:
        """The branch of this name."""
        return next(iter(self.branches(name)), None) if is_ref_name(name) else None

    def tag(self, name: str) -> Ref | None:
        """The tag of this name."""
        return next(iter(self.tags(name)), None) if is_ref_name(name) else None

    def _beside(self) -> Path:
        """A new name in the same folder, which nothing looks for."""
        return self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")

    def _refs(self, prefix: str, name: str | None, *options: str) -> list[Ref]:
        parts = ("refname", "objectname", "*objectname", "contents", "taggerdate:iso-strict", "objecttype")
        form = "%00".join(f"%({part})" for part in parts) + "%00%01"
        pattern = prefix + name if name else prefix
        found = []
        for line in self.text("for-each-ref", *options, f"--format={form}", "--", pattern).split("\0\x01\n"):
            if not line:
                continue
            ref, target, peeled, contents, tagged_at, kind = line.split("\0")
            if name and ref != pattern:
                continue  # a folder of refs of that name
            message = contents.rstrip("\n") if kind == "tag" else ""
            found.append(Ref(ref.removeprefix(prefix), target, peeled or target, message, tagged_at))
        return found

    def move_refs(self, changes: Sequence[RefChange]) -> None:
        """Moves refs, all or none, if each still stands at its `old`.

        Raises:
            GitError: one was moved by somebody else, or has a name or target that git refuses.
        """
        lines = "".join(
            f"delete {change.ref}\0{change.old}\0" if change.new == ZERO
            else f"update {change.ref}\0{change.new}\0{change.old}\0"
            for change in changes
        )  # fmt: skip
        self.run("update-ref", "-z", "--stdin", stdin=lines.encode())

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """What is at a path in a commit."""
        if not is_file_path(path):
            return None
        return next((entry for entry in self._ls_tree(commit, "--", path)), None)

    def tree(self, commit: str, path: str = "", *, recursive: bool = False) -> list[TreeEntry] | None:
        """The entries of a folder, folders first as GitLab lists them; None where there is no such folder."""
        folder = commit
        if path:
            entry = self.entry(commit, path)
            if entry is None or entry.type != "tree":
                return None
            folder = entry.id
        options = ("-r", "-t") if recursive else ()
        entries = [
            TreeEntry(entry.id, entry.name, entry.type, f"{path}/{entry.path}" if path else entry.path, entry.mode)
            for entry in self._ls_tree(folder, *options)
        ]
        order = {"tree": 0, "blob": 1, "commit": 2}
        return entries if recursive else sorted(entries, key=lambda entry: order[entry.type])

    def _ls_tree(self, treeish: str, *options: str) -> list[TreeEntry]:
        flags = [option for option in options if option in ("-r", "-t")]
        rest = [option for option in options if option not in ("-r", "-t")]
        entries = []
        # --literal-pathspecs, since a file may be called "*".
        output = self.text("--literal-pathspecs", "ls-tree", "-z", *flags, treeish, *rest)
        for line in filter(None, output.split("\0")):
            about, path = line.split("\t", 1)
            mode, kind, sha = about.split(" ")
            entries.append(TreeEntry(sha, PurePosixPath(path).name, kind, path, mode))
        return entries

    def blob_size(self, sha: str) -> int | None:
        """A blob's length in bytes; None where there is no such blob."""
        if not _SHA.fullmatch(sha):
            return None
        try:
            kind = self.text("cat-file", "-t", sha).strip()
            return int(self.text("cat-file", "-s", sha)) if kind == "blob" else None
        except GitError:
            return None

    def blob(self, sha: str) -> bytes:
        """A blob's content.

        Raises:
            GitError: it is no blob, or too long to be read whole.
        """
        size = self.blob_size(sha)
        if size is None or size > MAX_BLOB:
            raise GitError("no blob, or too large")
        return self.run("cat-file", "blob", sha)


class Repositories:
    """All repositories, in folders named by the hash of the project's id, so that no name from outside is a path."""

    def __init__(self, data: Path) -> None:
        self._root = data / "repositories" / "@hashed"
        self.home = data / "git"

    def of(self, project_id: int) -> Repository:
        """A project's repository."""
        name = hashlib.sha256(str(project_id).encode()).hexdigest()
        return Repository(self._root / name[:2] / name[2:4] / f"{name}.git", self.home)


def is_ref_name(name: str) -> bool:
    """Whether this can be a branch's or tag's name, by git-check-ref-format's rules and GitLab's GitRefValidator."""
    return (
        0 < len(name) <= 244
        and name != "HEAD"
        and not name.startswith(("refs/heads/", "refs/remotes/", "refs/tags/"))
        and not re.search(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)", name)
        and not name.startswith(("-", "/", "."))
        and not name.endswith(("/", "."))
        and name != "@"
        and not re.search(r"[\ud800-\udfff]", name)
    )


def is_file_path(path: str) -> bool:
    """Whether this can be a file's path in a tree: relative, no empty part, no `.`, `..` or `.git`."""
    parts = path.split("/")
    return (
        "\0" not in path
        and not re.search(r"[\ud800-\udfff]", path)
        and all(part not in ("", ".", "..") and part.lower() != ".git" for part in parts)
        and all(len(part.encode()) <= 255 for part in parts)
        and len(path) <= 4096
    )
