"""A commit's files as an archive."""

from __future__ import annotations

import bz2
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import Response, StreamingResponse

from gitlab_light.api.call import Call
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_parameter, not_found
from gitlab_light.files import disposition
from gitlab_light.git.repository import Repository, is_file_path
from gitlab_light.instance import Instance
from gitlab_light.model.projects import Project

routes = Routes()
_FORMATS = {
    "tar.gz": "application/gzip",
    "tgz": "application/gzip",
    "tar": "application/x-tar",
    "zip": "application/zip",
    "tar.bz2": "application/x-bzip2",
}
# The other names of formats, as GitLab takes them.
_ALIASES = {"tb2": "tar.bz2", "tbz": "tar.bz2", "tbz2": "tar.bz2", "bz2": "tar.bz2"}
_BZIP2 = "tar.bz2"  # which git itself does not make
_CHUNK = 128 * 1024


@routes.get("/projects/:id/repository/:archive", anonymous=True, scopes=["read_repository"])
def show_archive(call: Call) -> Any:
    """The files of a commit, branch or tag: archive, archive.tar.gz, archive.zip and so on."""
    name, _, extension = call.arguments["archive"].partition(".")
    if name != "archive":
        raise Refusal(404, {"error": "404 Not Found"})  # no address of the API
    project, repository = call.repository()
    revision, path = call.params.optional_text("sha"), call.params.optional_text("path")
    return archive(
        call.instance, project, repository, revision or project.default_branch, path or "", extension,
        without=[one.strip("/") for one in call.params.texts("exclude_paths") or []],
    )  # fmt: skip


def archive(
    instance: Instance, project: Project, repository: Repository, revision: str, path: str, extension: str,
    *, without: Sequence[str] = (),
) -> Response:  # fmt: skip
    """An archive of a commit's files.

    Args:
        instance: the server's parts.
        project: whose they are.
        repository: its repository.
        revision: a branch, tag or commit.
        path: the folder that it is to hold; "" for all.
        extension: "zip", "tar.gz" and so on; "" for tar.gz.
        without: files and folders that it is not to hold.

    Raises:
        Refusal: 404 for what is no format or no commit, 400 for a path that is not there.
    """
    extension = extension or "tar.gz"
    kind = _ALIASES.get(extension, extension)
    if kind not in _FORMATS:
        raise not_found()
    sha = repository.resolve(revision)
    if sha is None:
        raise not_found("File")
    path = path.strip("/")
    if path and (not is_file_path(path) or repository.entry(sha, path) is None):
        raise bad_parameter("path does not have a valid value")
    folder = f"{project.path}-{revision.replace('/', '-')}-{sha}"
    command = [
        "git",
        "--git-dir",
        str(repository.path),
        "archive",
        f"--format={'tar' if kind == _BZIP2 else kind}",
        f"--prefix={folder}/",
        sha,
    ]
    left_out = [f":(exclude,literal){one}" for one in without if is_file_path(one)]
    process = subprocess.Popen(
        [*command, "--", *([path or "."] if path or left_out else []), *left_out],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=instance.git_environment,
    )  # fmt: skip
    chunks = _squeezed(_chunks(process)) if kind == _BZIP2 else _chunks(process)
    return StreamingResponse(
        chunks, headers=disposition("attachment", f"{folder}.{extension}"), media_type=_FORMATS[kind]
    )


def _squeezed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same compressed by bzip2."""
    compressor = bz2.BZ2Compressor()
    for chunk in chunks:
        if squeezed := compressor.compress(chunk):
            yield squeezed
    yield compressor.flush()


def _chunks(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """What git writes; git ends with its reader."""
    with process:
        assert process.stdout is not None  # noqa: S101  it is a pipe
        try:
            while chunk := process.stdout.read(_CHUNK):
                yield chunk
        finally:
            process.kill()
