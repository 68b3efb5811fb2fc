"""Files, and the trees and blobs they are in."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from gitlab_light.api import code_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.commits import commit_actions
from gitlab_light.api.pagination import asks_keyset, keyset, paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_parameter, not_found
from gitlab_light.files import disposition
from gitlab_light.git.repository import MAX_BLOB, Repository
from gitlab_light.git.writing import Action
from gitlab_light.params import Params

routes = Routes()
_FILE = "/projects/:id/repository/files/:file_path"
_READ = ["read_repository"]


def find_file(call: Call) -> tuple[Repository, str, str, str]:
    """The repository, the commit, the ref as it was asked for, and the blob's id of the file that the path names.

    Raises:
        Refusal: 404 where there is none, 413 where it is too long.
    """
    project, repository = call.repository()
    ref = call.params.optional_text("ref") or "HEAD"
    commit = repository.resolve(project.default_branch if ref == "HEAD" else ref)
    if commit is None:
        raise not_found("Commit")
    entry = repository.entry(commit, call.arguments["file_path"])
    if entry is None or entry.type != "blob":
        raise not_found("File")
    if (repository.blob_size(entry.id) or 0) > MAX_BLOB:
        raise Refusal(413, {"message": "413 The file is too large to be read through the API"})
    return repository, commit, project.default_branch if ref == "HEAD" else ref, entry.id


@routes.get(_FILE, anonymous=True, scopes=_READ)
def show_file(call: Call) -> Any:
    """A file with its content, base64."""
    require_ref(call)
    repository, commit, ref, blob = find_file(call)
    head = tell_file(call, repository, commit, ref, blob)
    return head | {"content": base64.b64encode(repository.blob(blob)).decode()}


def require_ref(call: Call) -> None:
    """Refuses a call that does not tell of which branch, tag or commit it asks, in the words of GitLab's checks."""
    if call.params.optional_text("ref") is None:
        raise bad_parameter("ref is missing, ref is empty")
    call.params.text("ref")


def tell_file(call: Call, repository: Repository, commit: str, ref: str, blob: str) -> dict[str, Any]:
    """What is known of a file, its content apart; told in the answer's headers too, for those who ask by HEAD."""
    head = entities.file_head(repository, call.arguments["file_path"], ref, commit, blob)
    for name, value in head.items():
        header = "X-Gitlab-" + "-".join(part.capitalize() for part in name.split("_"))
        call.headers[header] = quote(str(value).lower() if isinstance(value, bool) else str(value), safe="/ ")
    return head


@routes.get(_FILE + "/raw", anonymous=True, scopes=_READ)
def show_raw(call: Call) -> Any:
    """A file's content."""
    repository, commit, ref, blob = find_file(call)
    tell_file(call, repository, commit, ref, blob)
    return _raw(repository.blob(blob), disposition("inline", call.arguments["file_path"].rsplit("/", 1)[-1]))


def _raw(content: bytes, headers: dict[str, str]) -> Response:
    """Content as it is, and never as a page that a browser would run."""
    kind = "application/octet-stream" if b"\0" in content[:8000] else "text/plain; charset=utf-8"
    safety = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(content, headers=headers | safety, media_type=kind)


@routes.post(_FILE, scopes=["write_repository"])
def create_file(call: Call) -> Any:
    """Commits a new file."""
    call.params.require("branch", "commit_message", "content")
    _commit(call, Action("create", call.arguments["file_path"], content=content_of(call.params)))
    call.created()
    return _answer(call)


@routes.put(_FILE, scopes=["write_repository"])
def change_file(call: Call) -> Any:
    """Commits a file's new content."""
    call.params.require("branch", "commit_message", "content")
    last_commit = call.params.optional_text("last_commit_id") or ""
    _commit(
        call, Action("update", call.arguments["file_path"], content=content_of(call.params), last_commit=last_commit)
    )
    return _answer(call)


@routes.delete(_FILE, scopes=["write_repository"])
def delete_file(call: Call) -> Any:
    """Commits a file's removal."""
    call.params.require("branch", "commit_message")
    last_commit = call.params.optional_text("last_commit_id") or ""
    _commit(call, Action("delete", call.arguments["file_path"], last_commit=last_commit))


def _commit(call: Call, action: Action) -> None:
    commit_actions(call, [action], call.params.text("commit_message"))


def _answer(call: Call) -> dict[str, str]:
    return {"file_path": call.arguments["file_path"], "branch": call.params.text("branch")}


def content_of(params: Params) -> bytes:
    """A file's content as an action gives it, as text or base64."""
    content = params.optional_text("content")
    if content is None:
        raise bad_parameter("content is missing")
    if params.choice("encoding", ("text", "base64"), default="text") == "text":
        return content.encode()
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):
        raise bad_parameter("content is invalid") from None


@routes.get("/projects/:id/repository/tree", anonymous=True, scopes=_READ)
def list_tree(call: Call) -> Any:
    """The entries of a folder."""
    project, repository = call.repository()
    ref = call.params.optional_text("ref") or project.default_branch
    commit = repository.resolve(ref)
    if commit is None:
        raise not_found("Tree")
    path = (call.params.optional_text("path") or "").strip("/")
    entries = repository.tree(commit, path, recursive=call.params.boolean("recursive"))
    if entries is None:
        raise not_found("invalid revision or path")
    page = keyset(call, entries, lambda entry: entry.id) if asks_keyset(call) else paginate(call, entries)
    return [asdict(entry) for entry in page]


@routes.get("/projects/:id/repository/blobs/:sha", anonymous=True, scopes=_READ)
def show_blob(call: Call) -> Any:
    """A blob, base64."""
    repository, sha, size = _blob(call)
    content = base64.b64encode(repository.blob(sha)).decode()
    return {"size": size, "encoding": "base64", "content": content, "sha": sha}


@routes.get("/projects/:id/repository/blobs/:sha/raw", anonymous=True, scopes=_READ)
def show_raw_blob(call: Call) -> Any:
    """A blob's content."""
    repository, sha, _ = _blob(call)
    return _raw(repository.blob(sha), {})


def _blob(call: Call) -> tuple[Repository, str, int]:
    _, repository = call.repository()
    sha = call.arguments["sha"]
    size = repository.blob_size(sha)
    if size is None or size > MAX_BLOB:
        raise not_found("Blob")
    return repository, sha, size
