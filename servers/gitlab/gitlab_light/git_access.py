"""git over HTTP: who may clone and push, and what follows from a push."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from gitlab_light.admission import Admission, Gate, NotAdmitted
from gitlab_light.authentication import Identity, git_identity
from gitlab_light.git.journal import Push
from gitlab_light.git.smart_http import Backend
from gitlab_light.instance import Instance
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User

_ADDRESS = re.compile(
    r"/(?P<project>.+?)(?P<suffix>\.git)?/(?P<path>info/refs|git-upload-pack|git-receive-pack|info/lfs/.+)", re.DOTALL
)
_SERVICES = ("git-upload-pack", "git-receive-pack")
# As variables of the environment, since SSH's pushes have git tidy up by itself.
_NO_HOUSEKEEPING = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "receive.autogc", "GIT_CONFIG_VALUE_0": "false"}
_DENIED = (
    "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect "
    "or you're required to use a token instead of a password. If a token was provided, it was either incorrect, "
    "expired, or improperly scoped."
)


# What GitLab answers git-lfs where LFS is turned off for the whole server (LfsRequest#require_lfs_enabled!).
_NO_LFS = "Git LFS is not enabled on this GitLab server, contact your admin."


class Once:
    """What follows from a push, done the first time it is asked for."""

    def __init__(self, work: Callable[[frozenset[str] | None], Awaitable[str]]) -> None:
        self._work = work
        self._done = False

    async def __call__(self, taken: frozenset[str] | None) -> str:
        """Does it and returns what comes of it, or does nothing."""
        if self._done:
            return ""
        self._done = True
        return await self._work(taken)


class GitAccess:
    """Answers git clients."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._gate = Gate(instance, instance.links.clone)
        self._backend = Backend()

    @staticmethod
    def concerns(path: str) -> bool:
        """Whether a path is one that git clients ask for."""
        return bool(_ADDRESS.fullmatch(path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        address = _ADDRESS.fullmatch(scope["path"])
        assert address is not None  # noqa: S101  see `concerns`
        answer = await run_in_threadpool(self._admit, request, address)
        if isinstance(answer, Response):
            await answer(scope, receive, send)
        elif address["path"] == "git-receive-pack":
            await self._push(answer, scope, receive, send)
        else:
            await self._serve(answer, address["path"], scope, receive, send, {}, ())

    async def _push(self, admission: Admission, scope: Scope, receive: Receive, send: Send) -> None:
        journal, user = self._instance.journal, admission.user
        assert user is not None  # noqa: S101  nobody pushes without signing in
        push = await run_in_threadpool(journal.begin, admission.project.id, user.id, admission.rules, admission.notice)
        # Settled before the client learns of the end, so that what it asks next finds the push told and counted.
        settle = Once(partial(self._finish, push, user, admission.project))
        try:
            variables = {"GITLAB_PUSH": str(push.folder), **_NO_HOUSEKEEPING}
            await self._serve(
                admission, "git-receive-pack", scope, receive, send, variables, (push.lock,), finished=settle
            )
        finally:
            await settle(None)
        # The pusher has gone by now: what GitLab calls housekeeping is done when nobody waits for it.
        await run_in_threadpool(self._instance.repositories.of(admission.project.id).tidy)

    async def _finish(self, push: Push, user: User, project: Project, taken: frozenset[str] | None) -> str:
        told = await run_in_threadpool(self._instance.journal.finish, push, taken)
        if told:
            self._gate.told(user, project)
        return told

    async def _serve(
        self, admission: Admission, path: str, scope: Scope, receive: Receive, send: Send,
        variables: dict[str, str], keep: tuple[int, ...], *, finished: Once | None = None,
    ) -> None:  # fmt: skip
        user = admission.user
        await self._backend.serve(
            scope, receive, send,
            repository=self._instance.repositories.of(admission.project.id).path,
            service_path=path,
            user=user.username if user else "",
            env=self._instance.git_environment | variables,
            keep=keep,
            finished=finished,
        )  # fmt: skip

    def _admit(self, request: Request, address: re.Match[str]) -> Admission | Response:
        if address["path"].startswith("info/lfs/"):
            return self._refuse_lfs(request)
        service = request.query_params.get("service") if address["path"] == "info/refs" else address["path"]
        if service not in _SERVICES:
            return PlainTextResponse("Dumb HTTP is not supported", 403)
        if request.method not in (("GET", "HEAD") if address["path"] == "info/refs" else ("POST",)):
            return PlainTextResponse("Method Not Allowed", 405)
        if not address["suffix"]:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/{address['project']}.git/{address['path']}{query}", 301)
        identity = git_identity(self._instance, request.headers.get("authorization", ""))
        if identity is None:
            return _challenge()
        return self._judge(address["project"], identity, writes=service == "git-receive-pack")

    def _refuse_lfs(self, request: Request) -> Response:
        identity = git_identity(self._instance, request.headers.get("authorization", ""))
        if identity is None or identity.user is None:
            return _challenge()
        return JSONResponse({"message": _NO_LFS, "documentation_url": f"{self._instance.links.root}/help"}, 501)

    def _judge(self, path: str, identity: Identity, *, writes: bool) -> Admission | Response:
        user, pushes = identity.user, identity.allows("api", "write_repository")
        try:
            if identity.deploy_token is not None:
                return self._gate.deploy_token(identity.deploy_token, path, writes=writes)
            admission = self._gate.user(user, path, writes=writes, may_make=pushes)
        except NotAdmitted as refused:
            unknown = user is None and identity.deploy_token is None
            return _challenge() if unknown else PlainTextResponse(str(refused), 404 if refused.hidden else 403)
        if not pushes and (writes or not identity.allows("read_repository")):
            return PlainTextResponse(f"Your token's scopes do not allow to {'push' if writes else 'read'} code.", 403)
        return admission


def _challenge() -> Response:
    return PlainTextResponse(_DENIED, 401, {"WWW-Authenticate": 'Basic realm="GitLab"'})
