"""Files attached to projects (https://docs.gitlab.com/api/project_markdown_uploads/)."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import not_found
from gitlab_light.files import attachment
from gitlab_light.model.members import MAINTAINER
from gitlab_light.model.uploads import Upload

routes = Routes()
_ALL = "/projects/:id/uploads"
_BY_ID, _BY_SECRET = _ALL + "/:upload_id", _ALL + "/:secret/:filename"
# What Markdown shows in place (GitLab's FileTypeDetection); such a file's words leave its ending out.
_PICTURES = ("png", "jpg", "jpeg", "gif", "bmp", "tiff", "ico", "webp")
_VIDEO = ("mp4", "m4v", "mov", "webm", "ogv")
_SOUND = ("mp3", "oga", "ogg", "spx", "wav", "flac", "aac")


@routes.post(_ALL)
def add_upload(call: Call) -> Any:
    """Keeps a file; whoever sees the project may attach one."""
    project, file = call.project(), call.params.file("file")
    upload = call.instance.uploads.add(project.id, file.filename, file.content, call.me.id)
    path = f"/uploads/{upload.secret}/{upload.filename}"
    stem, _, ending = upload.filename.rpartition(".")
    shown = ending.lower() in (*_PICTURES, *_VIDEO, *_SOUND) and bool(stem)
    alt = (stem if shown else upload.filename).replace("]", "\\]")
    call.created()
    return {
        "id": upload.id,
        "alt": alt,
        "url": path,
        "full_path": f"/-/project/{project.id}{path}",
        "markdown": f"{'!' if shown else ''}[{alt}]({path})",
    }


@routes.get(_ALL)
def list_uploads(call: Call) -> Any:
    """A project's files, latest first."""
    project = call.project(MAINTAINER)
    return [_entity(call, one) for one in paginate(call, call.instance.uploads.of(project.id))]


def _entity(call: Call, upload: Upload) -> dict[str, Any]:
    user = call.instance.users.find(upload.uploaded_by_id) if upload.uploaded_by_id else None
    return {
        "id": upload.id,
        "size": upload.size,
        "filename": upload.filename,
        "created_at": upload.created_at,
        "uploaded_by": {"id": user.id, "name": user.name, "username": user.username} if user else None,
    }


@routes.get(_BY_ID)
def download(call: Call) -> Response:
    """A file's bytes, by its id."""
    return _send(call, _find(call, call.project(MAINTAINER).id))


@routes.get(_BY_SECRET)
def download_by_secret(call: Call) -> Response:
    """A file's bytes, by its address; for all who see the project."""
    return _send(call, _find(call, call.project().id))


@routes.delete(_BY_ID)
@routes.delete(_BY_SECRET)
def remove_upload(call: Call) -> Any:
    """Removes a file."""
    call.instance.uploads.remove(_find(call, call.project(MAINTAINER).id))


def _find(call: Call, project_id: int) -> Upload:
    uploads, arguments = call.instance.uploads, call.arguments
    if "upload_id" in arguments:
        found = uploads.find(project_id, call.number("upload_id", "Upload"))
    else:
        found = uploads.at(project_id, arguments["secret"], arguments["filename"])
    if found is None:
        raise not_found("Upload")
    return found


def _send(call: Call, upload: Upload) -> Response:
    return attachment(call.instance.uploads.content(upload), upload.filename)
