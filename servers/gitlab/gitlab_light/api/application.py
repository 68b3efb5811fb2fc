"""The API as an ASGI application: reads the request, finds who asks, calls the operation, answers in JSON."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from gitlab_light.api.call import Call
from gitlab_light.api.routing import Route, Router, Routes
from gitlab_light.api.throttle import Throttle
from gitlab_light.authentication import Identity, api_identity, insufficient_scope
from gitlab_light.errors import Gone, Refusal, unauthorized
from gitlab_light.git.commands import GitError, RepositoryGone
from gitlab_light.instance import Instance
from gitlab_light.model.database import as_id
from gitlab_light.model.users import User
from gitlab_light.params import File, Params, read_params

_log = logging.getLogger(__name__)
PREFIX = "/api/v4"
_READING = ("GET", "HEAD")
# How often something is read anew before it is told to be gone.
_READINGS = 3


class Api:
    """Answers all requests under /api/v4."""

    def __init__(self, instance: Instance, parts: Sequence[Routes]) -> None:
        self._instance = instance
        self._router = Router(parts)
        self._throttle = Throttle(instance.settings.api_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except Refusal as refusal:
            response = as_json(refusal.body, refusal.status, refusal.headers)
        except ClientDisconnect:
            return
        except GitError as error:
            # What git refuses here was not foreseen by the operation, but it is about the request, not the server.
            _log.warning("%s %s: git: %s", request.method, request.url.path, error)
            response = as_json({"message": "400 Bad request"}, 400)
        except Exception:
            _log.exception("%s %s failed", request.method, request.url.path)
            response = as_json({"message": "500 Internal Server Error"}, 500)
        _mark(response)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        raw_path = request.scope.get("raw_path", b"").decode("latin-1").split("?", 1)[0].removeprefix(PREFIX)
        found = self._router.find(request.method, raw_path)
        if found is None:
            allowed = self._router.methods(raw_path)
            if not allowed:
                return as_json({"error": "404 Not Found"}, 404)
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={"Allow": ", ".join(["OPTIONS", "HEAD", *allowed])})
            return as_json({"error": "405 Not Allowed"}, 405, {"Allow": ", ".join(["OPTIONS", "HEAD", *allowed])})
        route, arguments = found
        params = await self._params(request)
        return await run_in_threadpool(self._operate, request, route, raw_path, arguments, params)

    async def _params(self, request: Request) -> Params:
        limit = self._instance.settings.max_body
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        declared = request.headers.get("content-length", "0")
        if not declared.isdigit() or int(declared[:20]) > limit:
            raise Refusal(413, {"error": "Request Entity Too Large"})
        body, fields = b"", []
        if kind == "multipart/form-data":
            fields = await self._multipart(request, limit)
        else:
            body = await self._body(request, limit)
        return await run_in_threadpool(read_params, request.url.query, kind, body, fields)

    @staticmethod
    async def _body(request: Request, limit: int) -> bytes:
        parts, size = [], 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise Refusal(413, {"error": "Request Entity Too Large"})
            parts.append(chunk)
        return b"".join(parts)

    async def _multipart(self, request: Request, limit: int) -> list[tuple[str, Any]]:
        if "content-length" not in request.headers:  # it comes in chunks: how long it is shows when it is there
            request = _again(request, await self._body(request, limit))
        try:
            async with request.form(max_files=10, max_fields=1000, max_part_size=limit) as form:
                fields: list[tuple[str, Any]] = []
                for name, value in form.multi_items():
                    if isinstance(value, str):
                        fields.append((name, value))
                    else:
                        fields.append((name, File(value.filename or "", await value.read())))
                return fields
        except HTTPException as error:
            raise Refusal(400, {"error": str(error.detail)}) from error

    def _operate(
        self, request: Request, route: Route, raw_path: str, arguments: dict[str, str], params: Params
    ) -> Response:
        identity = self._identity(request, route, params)
        limits = self._count(request, identity)
        user = self._sudo(request, params, identity) or identity.user
        reads = request.method in _READING
        call = Call(
            self._instance, user, identity.token, raw_path, request.url.query, arguments, params, reads,
            _unmodified_since(request),
        )  # fmt: skip
        call.headers |= limits
        answer = _handled(route, call)
        if isinstance(answer, Response):
            answer.headers.update(call.headers)
            return answer
        if answer is None:
            return Response(status_code=204, headers=call.headers)
        told = as_json(answer, call.status, call.headers)
        return _unless_known(request, told) if reads and told.status_code == 200 else told

    def _count(self, request: Request, identity: Identity) -> dict[str, str]:
        user, client = identity.user, request.client
        caller = f"user {user.id}" if user else f"address {client.host if client else ''}"
        return self._throttle.count(caller, signed_in=user is not None)

    def _identity(self, request: Request, route: Route, params: Params) -> Identity:
        reads = request.method in _READING
        identity = api_identity(
            self._instance, request.headers, request.cookies, _token_parameter(params), writes=not reads
        )
        if identity.user is None and not route.anonymous:
            raise unauthorized()
        scopes = ("api", *(("read_api",) if reads else ()), *route.scopes)
        if not identity.allows(*scopes):
            raise insufficient_scope(*scopes)
        return identity

    def _sudo(self, request: Request, params: Params, identity: Identity) -> User | None:
        """The user that an administrator acts as (https://docs.gitlab.com/api/rest/authentication/#sudo)."""
        name = request.headers.get("sudo") or params.optional_text("sudo")
        if not name:
            return None
        if identity.user is None or not identity.user.admin:
            raise Refusal(403, {"message": "403 Forbidden - Must be admin to use sudo"})
        if identity.token is None or "sudo" not in identity.token.scopes:
            raise insufficient_scope("sudo")
        users = self._instance.users
        user_id = as_id(name)
        user = users.by_login(name) if user_id is None else users.find(user_id)
        if user is None:
            raise Refusal(404, {"message": f"404 User with ID or username '{name}' Not Found"})
        return user


def _handled(route: Route, call: Call) -> Any:
    """What an operation answers.

    What is read while somebody removes a part of it is read anew: a list is then without that part, and what was
    removed as a whole is told to be absent in its own words.

    Raises:
        Gone: what is asked for or changed has been removed meanwhile, be it a row or a repository.
    """
    for _ in range(_READINGS if call.reads else 1):
        try:
            return route.handler(call)
        except (Refusal, GitError) as error:
            if not any(isinstance(one, (Gone, RepositoryGone)) for one in (error, error.__cause__)):
                raise
    raise Gone


def _again(request: Request, body: bytes) -> Request:
    """A request whose body has been read, to be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)


def _unmodified_since(request: Request) -> datetime | None:
    try:
        told = parsedate_to_datetime(request.headers.get("if-unmodified-since", ""))
    except ValueError:
        return None
    return told.replace(tzinfo=told.tzinfo or UTC)


def _token_parameter(params: Params) -> str | None:
    """The token among the parameters, under GitLab's own name for it or OAuth's."""
    return params.optional_text("private_token") or params.optional_text("access_token")


def _mark(response: Response) -> None:
    """Gives an answer the headers that all of GitLab's answers have."""
    request_id = uuid.uuid4().hex
    response.headers["X-Request-Id"] = request_id
    response.headers["X-Gitlab-Meta"] = json.dumps({"correlation_id": request_id, "version": "1"})
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"


def _unless_known(request: Request, response: Response) -> Response:
    """An answer with a mark of its content; 304 for a caller who has it already (Rack's ETag and ConditionalGet)."""
    tag = f'W/"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "max-age=0, private, must-revalidate"
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag not in known:
        return response
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    return Response(status_code=304, headers=kept)


def as_json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(content, status, headers, media_type="application/json")
