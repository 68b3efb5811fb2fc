"""One request as handlers see it, and the answers they give."""

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from jenkins_light.errors import BadRequestError

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 10_000
_CONDITIONS = StaticFiles()


@dataclass
class Exchange:
    """A request, read wholly.

    Attributes:
        path: decoded path segments.
        query: parameters of the address, in order.
        form: parameters of the body, for form posts (urlencoded or multipart).
        files: uploaded files of multipart posts; file_names: their names at home.
        user: who asks, "" for nobody.
        by_token: whether an API token said so (then no crumb is needed).
        session: the browser session's id, "" without one.
        admitted: whether it is known who asks. held: bytes of the body in memory.
    """

    method: str
    path: list[str]
    raw_path: str
    query: list[tuple[str, str]]
    headers: Headers
    body: bytes = b""
    form: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    file_names: dict[str, str] = field(default_factory=dict)
    user: str = ""
    by_token: bool = False
    session: str = ""
    client: str = ""
    new_session: str | None = None
    admitted: bool = False
    held: int = 0

    def parameter(self, name: str, default: str = "") -> str:
        """A parameter of the address or the form, as the servlet API mixes them."""
        return next((value for key, value in [*self.query, *self.form] if key == name), default)

    def parameters(self) -> dict[str, list[str]]:
        """Every parameter with its values."""
        found: dict[str, list[str]] = {}
        for key, value in [*self.query, *self.form]:
            found.setdefault(key, []).append(value)
        return found

    @property
    def content_type(self) -> str:
        """What the first Content-Type header says."""
        return self.headers.get("content-type", "")


def urlencoded(body: bytes) -> list[tuple[str, str]]:
    """The parameters of a form's body.

    Raises:
        BadRequestError: there are too many.
    """
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise BadRequestError(f"A form has at most {_MOST_FIELDS} fields") from error


def submitted_form(text: str) -> dict[str, Any]:
    """The object of a form's ``json`` field; json-lib, which Jenkins uses, also takes single quotes.

    Raises:
        BadRequestError: it is none.
    """
    for read in (json.loads, ast.literal_eval):
        try:
            form = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            continue
        if isinstance(form, dict):
            return form
    raise BadRequestError("Malformed form: not a JSON object")


def json_answer(value: Any, status: int = 200) -> Response:
    """JSON as Jenkins writes it."""
    return Response(json.dumps(value, ensure_ascii=False), status, media_type="application/json;charset=utf-8")


def text_answer(text: str | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Plain text."""
    return Response(text, status, dict(headers or {}), media_type="text/plain;charset=utf-8")


def xml_answer(document: bytes) -> Response:
    """An XML document."""
    return Response(document, media_type="application/xml;charset=utf-8")


def if_changed(exchange: Exchange, answer: Response) -> Response:
    """The answer (with an ETag), or 304 when the copy that the client has is as new as it."""
    if _CONDITIONS.is_not_modified(answer.headers, exchange.headers):
        return NotModifiedResponse(answer.headers)
    return answer


def redirect(address: str, status: int = 302) -> Response:
    """Go elsewhere."""
    return RedirectResponse(address, status)


def created(exchange: Exchange, path: str) -> Response:
    """201 with a Location at the address that the client used, as ``build`` answers."""
    scheme = exchange.headers.get("x-forwarded-proto", "http")
    return Response(status_code=201, headers={"Location": f"{scheme}://{exchange.headers.get('host', '')}/{path}"})


def scheduled(exchange: Exchange, item: int) -> Response:
    """201 with the queue item's address; for forms with ``statusCode=303`` the page that ``redirectTo`` names.

    Source: ParametersDefinitionProperty._doBuild, whose own form sends both.
    """
    target = exchange.parameter("redirectTo")
    if exchange.parameter("statusCode") == "303" and is_own_path(target):
        return redirect(target, 303)
    return created(exchange, f"queue/item/{item}/")


def is_own_path(wanted: str) -> bool:
    """Whether that is a path of this server, and never an address elsewhere."""
    parts = urlsplit(wanted)
    return wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme


def done() -> Response:
    """200 without a body."""
    return Response(status_code=200)
