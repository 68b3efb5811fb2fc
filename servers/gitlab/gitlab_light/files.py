"""Files that people have attached, as they are sent back."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

# What a browser may show in place: pictures that run nothing (GitLab's SAFE_INLINE_CONTENT_TYPES without video).
_IN_PLACE = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def attachment(content: bytes, filename: str) -> Response:
    """A file's bytes, to be saved under its name; pictures are shown in place."""
    kind = _IN_PLACE.get(filename.rpartition(".")[2].lower())
    way = "inline" if kind else "attachment"
    headers = {
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(filename)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    return Response(content, headers=headers, media_type=kind or "application/octet-stream")
