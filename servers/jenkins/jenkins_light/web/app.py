"""The ASGI application: reads a request, finds out who asks for what, calls the handler, dresses the answer."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from jenkins_light import JENKINS_VERSION
from jenkins_light.engine.controller import Controller
from jenkins_light.errors import BadRequestError, JenkinsError, TooLargeError
from jenkins_light.web import api, handlers, pages, routing, security
from jenkins_light.web.exchange import FORM, Exchange, urlencoded
from jenkins_light.web.routing import Request

_log = logging.getLogger(__name__)
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
_MAX_BODY = 32 * 1024 * 1024
_THREADS = 100


def create_app(controller: Controller) -> Starlette:
    """The application around a controller, which starts and ends with it."""
    handlers.load()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        await run_in_threadpool(controller.start)
        yield
        await run_in_threadpool(controller.close)

    async def serve(request: HttpRequest) -> Response:
        try:
            exchange = await _read(request)
        except JenkinsError as error:
            return _dress(Response(str(error), error.status), None)
        return await run_in_threadpool(_answer, controller, exchange)

    return Starlette(routes=[Route("/{path:path}", serve, methods=_METHODS)], lifespan=lifespan)


async def _read(request: HttpRequest) -> Exchange:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise TooLargeError(f"The body is longer than {_MAX_BODY} bytes")
    raw_path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1").split("?")[0]
    exchange = Exchange(
        method=request.method,
        path=[unquote(part) for part in raw_path.split("/") if part],
        raw_path=raw_path,
        query=request.query_params.multi_items(),
        headers=request.headers,
        body=bytes(body),
        client=request.client.host if request.client else "",
    )
    # Clients that post parameters as plain bytes name no type at all; servlet containers let them through, so do we.
    if FORM in exchange.content_type or not exchange.content_type:
        exchange.form = urlencoded(exchange.body)
    elif exchange.content_type.startswith("multipart/form-data"):
        request._body = exchange.body
        await _read_multipart(request, exchange)
    return exchange


async def _read_multipart(request: HttpRequest, exchange: Exchange) -> None:
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                exchange.files[name] = await value.read()
                exchange.form.append((name, exchange.files[name].decode("utf-8", "replace")))
            else:
                exchange.form.append((name, value))


def _answer(controller: Controller, exchange: Exchange) -> Response:
    try:
        response = _handle(controller, exchange)
    except JenkinsError as error:
        response = pages.error(controller, exchange, error)
    except Exception:
        _log.exception("%s %s failed", exchange.method, exchange.raw_path)
        response = pages.error(
            controller, exchange, JenkinsError("Oops! A problem occurred while processing the request.")
        )
    return _dress(response, exchange)


def _handle(controller: Controller, exchange: Exchange) -> Response:
    if ".." in exchange.path or any("\0" in part for part in exchange.path):
        raise BadRequestError("Not a path")
    security.authenticate(controller, exchange)
    if not exchange.user and not security.is_open(exchange):
        return pages.login_needed(exchange)
    security.check_crumb(controller, exchange)
    target, rest = routing.resolve(controller, exchange.path, exchange.user)
    if rest[:1] == ["api"] and len(rest) == 2:
        return api.export_target(Request(controller, exchange), target, rest[1])
    handler, below = routing.find_action(target, rest, exchange.method)
    return handler(Request(controller, exchange, below), target)


def _dress(response: Response, exchange: Exchange | None) -> Response:
    headers = response.headers
    headers["X-Jenkins"] = JENKINS_VERSION
    headers["X-Hudson"] = "1.395"
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("X-Frame-Options", "sameorigin")
    if exchange is not None and exchange.new_session:
        response.set_cookie(security.COOKIE, exchange.new_session, httponly=True, samesite="lax", path="/")
    return response
