"""Files that people have attached, as they are sent back."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.responses import Response

# The files that introduce a project, by their names in lower case.
READMES = ("readme.md", "readme.markdown", "readme", "readme.txt")
# What a browser may show in place: pictures that run nothing (GitLab's SAFE_INLINE_CONTENT_TYPES without video).
_IN_PLACE = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def disposition(way: str, filename: str) -> dict[str, str]:
    """The header that names a file, plainly for clients like curl -J and as RFC 6266 has it, as Rails writes both."""
    plain = re.sub(r"[^ A-Za-z0-9!#$+.^_`|~-]", lambda found: quote(found[0], safe=""), _ascii(filename))
    return {"Content-Disposition": f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"}


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def attachment(content: bytes, filename: str) -> Response:
    """A file's bytes, to be saved under its name; pictures are shown in place."""
    kind = _IN_PLACE.get(filename.rpartition(".")[2].lower())
    way = "inline" if kind else "attachment"
    headers = disposition(way, filename) | {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    return Response(content, headers=headers, media_type=kind or "application/octet-stream")
