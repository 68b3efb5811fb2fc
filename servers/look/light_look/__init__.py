"""The look that the pages of all servers share: one style sheet, one script, a few macros. No server is known here."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent
TEMPLATES = _FOLDER / "templates"
STYLE = _FOLDER / "look.css"
SCRIPT = _FOLDER / "look.js"
ICON = _FOLDER / "icon.svg"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def asset(name: str) -> tuple[bytes, str] | None:
    """A file that pages link to, with its media type; None for any other name."""
    path = next((path for path in (STYLE, SCRIPT, ICON) if path.name == name), None)
    return None if path is None else (path.read_bytes(), _KINDS[path.suffix])


@cache
def version() -> str:
    """A word that changes with the assets, so that browsers may keep them under addresses that carry it."""
    return sha256(STYLE.read_bytes() + SCRIPT.read_bytes()).hexdigest()[:10]
