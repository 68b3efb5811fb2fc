"""The OpenAPI document: what FastAPI makes of the routes, with the errors and the ways of signing in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from portal.front.problems import MEDIA_TYPE
from portal.models.records import Problem

_ERRORS = {
    "400": "what was sent is broken",
    "401": "nobody is signed in",
    "403": "the role or the CSRF token is missing",
    "404": "there is no such thing",
    "409": "refused as things stand: an unmet rule, a running rollout, something to confirm",
    "413": "the body is too long",
    "415": "the body's type is none that is taken",
    "421": "the portal has another name",
    "422": "what was sent cannot be understood or is out of range",
    "424": "a part does not answer or refuses; the portal itself is in order",
    "429": "too many requests; Retry-After says when to come again",
}
_METHODS = ("get", "post", "put", "delete")


def install(app: FastAPI) -> None:
    """Has the app give this document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for left_over in ("HTTPValidationError", "ValidationError"):
        schemas.pop(left_over, None)
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "portal_session"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
    }
    answer = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                for code, why in _ERRORS.items():
                    item[method]["responses"][code] = {"description": why, **answer}
                if path.startswith("/api/") and not (path == "/api/v1/session" and method == "post"):
                    item[method]["security"] = [{"session": []}, {"bearer": []}, {"basic": []}]
    return document
