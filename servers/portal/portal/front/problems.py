"""Errors as problem JSON (RFC 9457), each with what, why and what next."""

from __future__ import annotations

import logging
import re
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.access.guards import visitor
from portal.errors import PortalError, Refusal, invalid
from portal.models.records import Problem
from portal.pages.site import refusal

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


def problem_of(error: PortalError) -> Problem:
    """An error as it is told."""
    return Problem(
        type=error.kind, title=error.what, status=error.status, detail=error.why, next=error.fix, field=error.field
    )


def problem_response(error: PortalError, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error as an answer."""
    problem = problem_of(error)
    more = error.headers | (headers or {})
    if error.status == 401:
        # No Basic here: a browser would ask with a window of its own.
        more["WWW-Authenticate"] = 'Bearer realm="portal"'
    return JSONResponse(_printable(problem.model_dump()), error.status, headers=more, media_type=MEDIA_TYPE)


def told(request: Request, error: PortalError, headers: dict[str, str] | None = None) -> Response:
    """An error as who asked reads it: people who follow a link get a page."""
    if "text/html" not in request.headers.get("Accept", "") or request.url.path.startswith("/api/"):
        return problem_response(error, headers)
    return refusal(error, visitor(request))


def install(app: FastAPI) -> None:
    """Has all errors told this way."""

    @app.exception_handler(PortalError)
    async def portal_error(request: Request, error: PortalError) -> Response:
        return told(request, error)

    @app.exception_handler(RequestValidationError)
    async def not_understood(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        return problem_response(invalid(f"{where}: {why}", fix="/api/v1/openapi.json says what is taken"))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        kind = {404: "not-found", 405: "method", 413: "too-long"}.get(error.status_code, "http")
        headers = dict(error.headers or {})
        if error.status_code == 405 and (allowed := _methods(request)):
            headers["Allow"] = allowed
        fix = "/api/v1/openapi.json lists the routes"
        return told(request, Refusal(kind, str(error.detail), fix=fix, status=error.status_code), headers)

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> JSONResponse:
        _log.error("%s %s", request.method, request.url.path, exc_info=error)
        return problem_response(
            PortalError(
                "fault", "The portal has a fault", why="Its log says more.", fix="./inv logs portal", status=500
            )
        )


def _methods(request: Request) -> str:
    """All methods of an address of the API (RFC 9110, 15.5.6): Starlette tells those of the first route that has it."""
    told = [
        method.upper()
        for path, item in request.app.openapi()["paths"].items()
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), request.url.path)
        for method in item
    ]
    return ", ".join(sorted(told))


def _printable(value: dict[str, Any]) -> dict[str, Any]:
    """Without half surrogates, which requests may carry and UTF-8 cannot."""
    return {key: one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for key, one in value.items()}
