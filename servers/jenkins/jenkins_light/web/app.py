"""The ASGI application: reads a request, finds out who asks for what, calls the handler, dresses the answer."""

import errno
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

import anyio
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from jenkins_light import JENKINS_VERSION
from jenkins_light.engine.controller import Controller
from jenkins_light.errors import BadRequestError, JenkinsError, NotFoundError
from jenkins_light.web import api, handlers, pages, routing, security
from jenkins_light.web.bodies import Bodies
from jenkins_light.web.exchange import Exchange
from jenkins_light.web.routing import Request

_log = logging.getLogger(__name__)
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
#: No name of anything is longer, and no number.
_LONGEST_PART = 1000
_THREADS = 100
#: Another one after each start, by which clients see a restart.
_SESSION = secrets.token_hex(4)


def create_app(controller: Controller) -> Starlette:
    """The application around a controller, which starts and ends with it."""
    handlers.load()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        await run_in_threadpool(controller.start)
        yield
        await run_in_threadpool(controller.close)

    bodies = Bodies()

    async def serve(request: HttpRequest) -> Response:
        exchange = _head(request)
        if "content-length" not in exchange.headers and "transfer-encoding" not in exchange.headers:
            return await run_in_threadpool(_answer, controller, exchange)
        # Who may not ask sends nothing into memory.
        refused = await run_in_threadpool(_admit, controller, exchange)
        if refused is not None:
            refused.headers["Connection"] = "close"
            return refused
        try:
            await bodies.read(request, exchange)
        except JenkinsError as error:
            closing = {"Connection": "close"}
            return _dress(Response(str(error), error.status, closing, "text/plain"), None)
        else:
            return await run_in_threadpool(_answer, controller, exchange)
        finally:
            bodies.release(exchange)

    return Starlette(routes=[Route("/{path:path}", serve, methods=_METHODS)], lifespan=lifespan)


def _head(request: HttpRequest) -> Exchange:
    """The request without its body."""
    raw_path = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1").split("?")[0]
    return Exchange(
        method=request.method,
        path=[unquote(part) for part in raw_path.split("/") if part],
        raw_path=raw_path,
        query=request.query_params.multi_items(),
        headers=request.headers,
        client=request.client.host if request.client else "",
    )


def _admit(controller: Controller, exchange: Exchange) -> Response | None:
    """Find out who asks; the answer to who may not ask at all."""
    try:
        if ".." in exchange.path or any("\0" in part or len(part) > _LONGEST_PART for part in exchange.path):
            raise BadRequestError("Not a path")
        security.authenticate(controller, exchange)
    except JenkinsError as error:
        return _dress(pages.error(controller, exchange, error), exchange)
    exchange.admitted = True
    if not exchange.user and not security.is_open(exchange):
        return _dress(pages.login_needed(exchange), exchange)
    return None


def _answer(controller: Controller, exchange: Exchange) -> Response:
    if not exchange.admitted and (refused := _admit(controller, exchange)) is not None:
        return refused
    try:
        response = _handle(controller, exchange)
    except JenkinsError as error:
        response = pages.error(controller, exchange, error)
    except Exception as error:
        response = pages.error(controller, exchange, _fault(exchange, error))
    return _dress(response, exchange)


def _fault(exchange: Exchange, error: Exception) -> JenkinsError:
    """What the client is told of an error that no handler expected."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return NotFoundError("No file has a name as long as this")
    _log.error("%s %s failed", exchange.method, exchange.raw_path, exc_info=error)
    return JenkinsError("Oops! A problem occurred while processing the request.")


def _handle(controller: Controller, exchange: Exchange) -> Response:
    security.check_crumb(controller, exchange)
    target, rest = routing.resolve(controller, exchange.path, exchange.user)
    if rest[:1] == ["api"]:
        # Stapler hands what follows to the method, which does not look at it; gojenkins asks for "api/json/api/json".
        return api.export_target(Request(controller, exchange), target, "".join(rest[1:2]))
    handler, below = routing.find_action(target, rest, exchange.method)
    return handler(Request(controller, exchange, below), target)


def _dress(response: Response, exchange: Exchange | None) -> Response:
    headers = response.headers
    headers["X-Jenkins"] = JENKINS_VERSION
    headers["X-Jenkins-Session"] = _SESSION
    headers["X-Hudson"] = "1.395"
    headers["Server"] = "light-jenkins"
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("X-Frame-Options", "sameorigin")
    if exchange is not None and exchange.new_session:
        response.set_cookie(security.COOKIE, exchange.new_session, httponly=True, samesite="lax", path="/")
    return response
