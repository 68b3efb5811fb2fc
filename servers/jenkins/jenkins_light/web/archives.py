"""Files for downloading: artifacts and workspaces, one by one or as a zip that is made while it is sent."""

import mimetypes
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from starlette.responses import FileResponse, Response, StreamingResponse

from jenkins_light.errors import NotFoundError
from jenkins_light.model.builds import Build
from jenkins_light.model.items import Job
from jenkins_light.steps import globs
from jenkins_light.web import templates
from jenkins_light.web.exchange import if_changed, redirect
from jenkins_light.web.routing import Request, action

_CHUNK = 1 << 20
#: A page lists no more of a folder; its zip has all.
_MOST_LISTED = 10_000
# What a build made must not run as a page of Jenkins: Jenkins sends such a policy too.
_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"


@action(Build, "artifact/")
def artifact(request: Request, build: Build) -> Response:
    """An archived file or a list of a folder's, or with ``*zip*/<name>.zip`` at its end a whole folder."""
    return _serve(request, build.folder / "archive")


@action(Build, "parameters/parameter/")
def file_parameter(request: Request, build: Build) -> Response:
    """The file that a parameter was given: ``parameters/parameter/<name>/<file>``."""
    name, _, file = request.rest.partition("/")
    path = build.file_parameter(name)
    if not path.is_file() or build.record.parameters.get(name) != file:
        raise NotFoundError(f"No file {request.rest}")
    answer = FileResponse(path, media_type="application/octet-stream", filename=file, stat_result=path.stat())
    return if_changed(request.exchange, answer)


@action(Job, "ws", "ws/")
def workspace_file(request: Request, job: Job) -> Response:
    """A file or folder of the workspace."""
    return _serve(request, request.controller.workspaces.of(job.full_name))


def _serve(request: Request, base: Path) -> Response:
    """As DirectoryBrowserSupport: a file, ``*view*`` of one as text, a folder's list, ``*zip*`` of a folder."""
    relative = request.rest.removesuffix("/*view*")
    folder, starred, _ = f"/{relative}".partition("/*zip*/")
    path = _below(base.resolve(), folder.strip("/") if starred else relative)
    if starred and path.is_dir():
        return StreamingResponse(
            _zipped(path), media_type="application/zip", headers={"Content-Security-Policy": _POLICY}
        )
    if not starred and path.is_dir() and relative == request.rest:
        return _list(request, path)
    if starred or not path.is_file():
        raise NotFoundError(f"No file {relative}")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if relative != request.rest:
        kind = "text/plain"
    policy = {"Content-Security-Policy": _POLICY}
    return if_changed(request.exchange, FileResponse(path, media_type=kind, headers=policy, stat_result=path.stat()))


def _list(request: Request, folder: Path) -> Response:
    """A folder's page; links are relative, so its address ends with a slash."""
    if not request.exchange.raw_path.endswith("/"):
        return redirect(request.exchange.raw_path + "/")
    entries = sorted(islice(folder.iterdir(), _MOST_LISTED), key=lambda path: (path.is_file(), path.name))
    names = [path.name + ("/" if path.is_dir() else "") for path in entries]
    return templates.page(request, "files.html", title=folder.name, names=names)


def _below(base: Path, relative: str) -> Path:
    """The path, if it is inside.

    Raises:
        NotFoundError: it leads out, through ``..`` or a link.
    """
    try:
        path = (base / relative).resolve()
        if path.is_relative_to(base):
            return path
    except (OSError, ValueError):
        pass
    raise NotFoundError(f"No file {relative}")


class _Sink:
    """What a zip is written to; it can be drained at any time and is never read back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        pass

    def drain(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def _zipped(folder: Path) -> Iterator[bytes]:
    """The folder as a zip whose names begin with the folder's own, as in Jenkins."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:  # type: ignore[call-overload]
        for path in globs.find(folder, "**", default_excludes=False):
            name = path.relative_to(folder.parent).as_posix()
            info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            info.compress_type = zipfile.ZIP_DEFLATED
            with (
                path.open("rb") as source,
                archive.open(info, "w", force_zip64=info.file_size >= 1 << 31) as target,
            ):
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    yield sink.drain()
            yield sink.drain()
    yield sink.drain()
