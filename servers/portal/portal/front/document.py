"""The OpenAPI document: what FastAPI makes of the routes, with errors, examples and the ways of signing in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from portal.front.examples import EXAMPLES
from portal.front.problems import MEDIA_TYPE
from portal.models.records import Problem

_ERRORS = {
    400: ("bad-request", "what was sent is broken"),
    401: ("not-signed-in", "nobody is signed in, or the session has ended"),
    403: ("role", "the role or the CSRF token is missing, or the request comes from another page"),
    404: ("not-found", "there is no such thing"),
    409: ("rollout-running", "refused as things stand: an unmet rule, a running rollout, something to confirm"),
    413: ("too-long", "the body is too long"),
    421: ("host", "the portal has another name"),
    422: ("invalid", "what was sent cannot be understood or is out of range"),
    424: ("part-down", "a part does not answer or refuses; the portal itself is in order"),
    429: ("too-many", "too many requests or streams; Retry-After says when to come again"),
}
_METHODS = ("get", "post", "put", "delete")
_SAFE = ("get",)
_OPEN = (("post", "/api/v1/session"), ("get", "/healthz"), ("get", "/watch/{secret}"), ("post", "/hooks/gitlab"))
# What may be refused as things stand.
_CONFLICTS = re.compile(r"post .*/actions/.*|post .*/approvals/.*|get .*/environments/.*|put .*/rules")


def install(app: FastAPI, cookie: str) -> None:
    """Has the app give this document; `cookie` is the name of the session's."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, cookie)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _document(app: FastAPI, cookie: str) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for left_over in ("HTTPValidationError", "ValidationError"):
        schemas.pop(left_over, None)
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                _complete(method, path, item[method])
    return document


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    """Adds an operation's errors, examples and who may ask for it."""
    answers = operation["responses"]
    answers.pop("422", None)  # FastAPI's own, which has another shape
    for code in _errors(method, path, operation):
        answers[str(code)] = _error(code)
    operation["responses"] = answers = dict(sorted(answers.items()))
    if (method, path) not in _OPEN:
        operation["security"] = [{"session": []}, {"bearer": []}, {"basic": []}]
    example = EXAMPLES.get((method, path))
    if example is None:
        return
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example.sent
    for code, answer in answers.items():
        if code.startswith("2"):
            for content in answer.get("content", {}).values():
                content["example"] = example.answered


def _errors(method: str, path: str, operation: dict[str, Any]) -> Iterator[int]:
    known = (method, path) not in _OPEN
    named = [each["in"] for each in operation.get("parameters", [])]
    yield from (421, 429)
    if "requestBody" in operation:
        yield from (400, 413, 422)
    if named:
        yield 422
    if "path" in named:
        yield 404
    if method not in _SAFE or path.endswith("/links"):
        yield 403
    if known or path in ("/api/v1/session", "/hooks/gitlab"):
        yield 401
    if known or path == "/api/v1/session":  # whoever comes with a password is asked for at Jenkins and GitLab
        yield 424
    if _CONFLICTS.fullmatch(f"{method} {path}"):
        yield 409


def _error(code: int) -> dict[str, Any]:
    kind, words = _ERRORS[code]
    example = {"type": kind, "title": words.capitalize(), "status": code, "detail": "", "next": "", "field": ""}
    schema = {"$ref": "#/components/schemas/Problem"}
    answer: dict[str, Any] = {
        "description": words, "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }  # fmt: skip
    if code == httpx.codes.TOO_MANY_REQUESTS:
        seconds = {"type": "integer", "minimum": 1}
        answer["headers"] = {"Retry-After": {"description": "in so many seconds", "required": True, "schema": seconds}}
    return answer
