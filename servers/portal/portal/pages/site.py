"""Pages from Jinja2 templates, and the files that they link to."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import light_look
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from light_look import times
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portal.errors import PortalError
from portal.models import Session
from portal.pages import words

_FOLDER = Path(__file__).parent
_STATIC = _FOLDER / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript"}
_ASSET = re.compile(r"[a-z]+\.(?:css|js|svg)")
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
SAFETY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
                               "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}  # fmt: skip
#: The pages that the bar leads to: words, address, keyboard shortcut.
PLACES = [
    ("Overview", "/", "g o"),
    ("test", "/environments/test", "g t"),
    ("prod", "/environments/prod", "g p"),
    ("Versions", "/versions", "g v"),
    ("History", "/operations", "g i"),
    ("Rules", "/rules", "g r"),
    ("Audit", "/audit", "g a"),
    ("Health", "/health", "g h"),
    ("API", "/api", "g d"),
]


def page(
    template: str,
    visitor: Session | None,
    at: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page.

    Args:
        template: its name.
        visitor: who looks; None on pages for everybody.
        at: the address of the place in the bar that it belongs to.
        status: of HTTP.
        headers: of HTTP, besides those of every page.
        values: what the template shows.
    """
    text = render(template, visitor=visitor, at=at, places=PLACES, assets=assets_version(), **values)
    return HTMLResponse(text, status, SAFETY | dict(headers or {}))


def refusal(error: PortalError, visitor: Session | None) -> HTMLResponse:
    """A page that says what is not possible and why."""
    return page("refused.html", visitor, status=error.status, headers=error.headers, error=error)


def redirect(address: str) -> Response:
    """Leads to another page of the portal, after a form as well."""
    return RedirectResponse(address, 303, SAFETY)


def render(template: str, **values: Any) -> str:
    """A template's text."""
    return _templates().get_template(template).render(**values)


def brought_back(form: Mapping[str, Any], visitor: Session) -> bool:
    """Whether a form carries its session's token, and so comes from a page of ours."""
    return bool(visitor.csrf) and hmac.compare_digest(str(form.get("csrf", "")).encode(), visitor.csrf.encode())


def own_path(address: str) -> str:
    """The address where it is a path of this server; else the overview's, since nobody is to be led elsewhere."""
    return address if re.fullmatch(r"/(?![/\\])[^\\\s]*", address) else "/"


async def asset(request: Request) -> Response:
    """A style sheet, script or picture, under an address that changes when any of them does."""
    name = request.path_params["name"]
    found = light_look.asset(name)
    own = _STATIC / name
    if found is None and _ASSET.fullmatch(name) and own.is_file():
        found = own.read_bytes(), _KINDS[own.suffix]
    if found is None:
        return Response("Not found", 404, media_type="text/plain")
    return Response(found[0], headers=_KEPT, media_type=found[1])


@cache
def assets_version() -> str:
    """A word that changes with any asset."""
    parts = [path.read_bytes() for path in sorted(_STATIC.iterdir())]
    return sha256(b"".join(parts) + light_look.version().encode()).hexdigest()[:10]


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_FOLDER / "templates", light_look.TEMPLATES]), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "ago": lambda value: times.ago(value.isoformat()),
        "exact": lambda value: times.exact(value.isoformat()),
        "iso": datetime.isoformat,
        "lasted": times.lasted,
        "short_commit": words.short_commit,
        "short_digest": words.short_digest,
        "ref_name": words.ref_name,
        "travelling_id": words.travelling_id,
        "pod_name": words.pod_name,
        "slug": words.slug,
    }
    environment.globals |= {
        "state_words": words.STATES,
        "pod_words": words.PODS,
        "operation_words": words.OPERATIONS,
        "outcome_words": words.OUTCOMES,
    }
    return environment
