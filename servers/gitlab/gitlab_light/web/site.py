"""The pages as an ASGI application: finds the page, knows the visitor, guards the forms."""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import light_look
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from gitlab_light.authentication import SESSION_COOKIE, api_identity
from gitlab_light.errors import Gone, Refusal
from gitlab_light.git.commands import GitError, RepositoryGone
from gitlab_light.instance import Instance
from gitlab_light.model.users import User
from gitlab_light.params import flat_params
from gitlab_light.web import accounts, browse, commits, hooks, keys, merge_requests, releases, uploads
from gitlab_light.web.visit import Moved, SignInNeeded, Visit, redirect

_log = logging.getLogger(__name__)
_GUEST_COOKIE = "_gitlab_guest"  # what a sign-in form must bring back, before there is a session
_MOST_FORM = 64 * 1024
_ASSETS = "/assets/"
_OWN_STYLE = "application.css"
_BY_TOKEN = re.compile(r"/-/(archive|raw)/|/-/releases/.+/downloads/")
# Where pages were before they had "/-/" in their addresses; GitLab leads on from there (Routing.redirect_legacy_paths).
_OLD_PATH = re.compile(
    r"(?P<project>/[^/]+/.+?)/(tree|blob|raw|blame|commits?|tags|branches|compare|merge_requests|hooks|settings)(/.*)?",
    re.DOTALL,
)
_KEPT = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}

Page = Callable[[Visit], Response]

_PAGES: list[tuple[str, str, Page]] = [
    ("GET", r"/users/sign_in", accounts.sign_in_page),
    ("POST", r"/users/sign_in", accounts.sign_in),
    ("POST", r"/users/sign_out", accounts.sign_out),
    ("GET", r"/-/(user_settings|profile)/personal_access_tokens", accounts.tokens_page),
    ("POST", r"/-/user_settings/personal_access_tokens", accounts.create_token),
    ("POST", r"/-/user_settings/personal_access_tokens/(?P<token>\d+)/revoke", accounts.revoke_token),
    ("GET", r"/-/(user_settings|profile)/ssh_keys", keys.keys_page),
    ("POST", r"/-/user_settings/ssh_keys", keys.add),
    ("POST", r"/-/user_settings/ssh_keys/(?P<key>\d+)/delete", keys.remove),
    ("GET", r"/|/dashboard|/dashboard/projects|/explore|/explore/projects|/projects", browse.projects_page),
    ("GET", r"/-/project/(?P<number>\d+)/uploads/(?P<secret>[0-9a-f]{32})/(?P<filename>[^/]+)", uploads.by_number),
    ("GET", r"/(?P<project>[^-/].*?)/uploads/(?P<secret>[0-9a-f]{32})/(?P<filename>[^/]+)", uploads.by_path),
    ("GET", r"/groups/(?P<group>.+)", browse.group_page),
]
_PROJECT_PAGES: list[tuple[str, str, Page]] = [
    ("GET", r"tree/(?P<rest>.+)", browse.tree_page),
    ("GET", r"blob/(?P<rest>.+)", browse.blob_page),
    ("GET", r"blame/(?P<rest>.+)", browse.blame_page),
    ("GET", r"refs/switch", browse.switch),
    ("GET", r"raw/(?P<rest>.+)", browse.raw_file),
    ("GET", r"archive/(?P<rest>.+)", browse.archive_file),
    ("GET", r"commits/?(?P<rest>.*)", commits.commits_page),
    ("GET", r"commit/(?P<sha>.+)\.(?P<form>diff|patch)", commits.patch),
    ("GET", r"commit/(?P<sha>.+)", commits.commit_page),
    ("GET", r"branches(/all)?", commits.branches_page),
    ("GET", r"tags", commits.tags_page),
    ("GET", r"tags/(?P<sha>.+)", commits.commit_page),
    ("GET", r"releases", releases.list_page),
    ("GET", r"releases/permalink/latest(?P<rest>/.+)?", releases.latest),
    ("GET", r"releases/(?P<tag>.+?)/downloads/(?P<filepath>.+)", releases.download),
    ("GET", r"releases/(?P<tag>.+)", releases.release_page),
    ("GET", r"compare", commits.compare_form),
    ("GET", r"compare/(?P<rest>.+\.\.\.?.+)", commits.compare_page),
    ("GET", r"merge_requests", merge_requests.list_page),
    ("POST", r"merge_requests", merge_requests.create),
    ("GET", r"merge_requests/new", merge_requests.new_page),
    ("GET", r"merge_requests/(?P<iid>\d+)(/(diffs|commits))?", merge_requests.show_page),
    ("GET", r"merge_requests/(?P<iid>\d+)\.(?P<form>diff|patch)", merge_requests.patch),
    ("POST", r"merge_requests/(?P<iid>\d+)/merge", merge_requests.merge),
    ("POST", r"merge_requests/(?P<iid>\d+)/approve", merge_requests.approve),
    ("POST", r"merge_requests/(?P<iid>\d+)/state", merge_requests.change_state),
    ("POST", r"merge_requests/(?P<iid>\d+)/notes", merge_requests.comment),
    ("POST", r"merge_requests/(?P<iid>\d+)/resolve", merge_requests.resolve),
    ("GET", r"settings/integrations", hooks.integrations_page),
    ("GET", r"hooks", hooks.hooks_page),
    ("POST", r"hooks", hooks.create),
    ("GET", r"hooks/(?P<hook>\d+)/edit", hooks.edit_page),
    ("POST", r"hooks/(?P<hook>\d+)", hooks.change),
    ("POST", r"hooks/(?P<hook>\d+)/delete", hooks.delete),
    ("POST", r"hooks/(?P<hook>\d+)/test", hooks.test),
    ("GET", r"hooks/(?P<hook>\d+)/hook_logs/(?P<event>\d+)", hooks.log_page),
    ("POST", r"hooks/(?P<hook>\d+)/hook_logs/(?P<event>\d+)/retry", hooks.retry),
]


class Site:
    """Answers what browsers ask for."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._style = (Path(__file__).parent / _OWN_STYLE).read_bytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        request = Request(scope, receive)
        if scope["path"].startswith(_ASSETS):
            await self._asset(scope["path"].removeprefix(_ASSETS))(scope, receive, send)
            return
        try:
            body = await _form(request)
        except ClientDisconnect:
            return
        response = await run_in_threadpool(self._respond, request, body)
        await response(scope, receive, send)

    def _asset(self, name: str) -> Response:
        """A style sheet, script or picture; pages link to it with a word that changes when it does."""
        found = (self._style, "text/css") if name == _OWN_STYLE else light_look.asset(name)
        if found is None:
            return Response("Not found", 404, media_type="text/plain")
        return Response(found[0], headers=_KEPT, media_type=found[1])

    def _respond(self, request: Request, body: bytes | None) -> Response:
        try:
            visit = self._visit(request, body or b"")
        except Refusal as refusal:
            return PlainTextResponse(str(refusal.body.get("message", "401 Unauthorized")), refusal.status)
        try:
            if body is None:
                raise Refusal(413, {"message": "The form is too long"})
            if request.method == "POST":
                self._guard(request, visit)
            # Not of `request.url`, which takes a # or ? of a file's name for its own.
            response = self._page(request.method, request.scope["path"], visit)(visit)
        except SignInNeeded:
            response = redirect(f"/users/sign_in?redirect={quote(visit.path, safe='/')}")
        except Moved as moved:
            response = redirect(moved.path)
        except Refusal as refusal:
            response = visit.refusal(refusal)
        except RepositoryGone:
            response = visit.refusal(Gone())
        except GitError as error:
            _log.warning("%s: git: %s", request.scope["path"], error)
            response = visit.refusal(Refusal(400, {"message": "git cannot tell"}))
        if visit.session is None and _GUEST_COOKIE not in request.cookies:
            response.set_cookie(_GUEST_COOKIE, visit.csrf, httponly=True, samesite="strict")
        return response

    def _visit(self, request: Request, body: bytes) -> Visit:
        cookie = request.cookies.get(SESSION_COOKIE, "")
        session = self._instance.sessions.find(cookie) if cookie else None
        user = self._instance.users.find(session.user_id) if session else self._by_token(request)
        guest = request.cookies.get(_GUEST_COOKIE) or secrets.token_urlsafe(24)
        query = request.scope["query_string"].decode("latin-1")
        way_back = quote(request.scope["path"]) + (f"?{query}" if query else "")
        return Visit(
            self._instance, user if user and user.active else None, session, cookie,
            session.csrf if session else guest, way_back,
            flat_params(body.decode("utf-8", "replace") if request.method == "POST" else query),
        )  # fmt: skip

    def _by_token(self, request: Request) -> User | None:
        """Who comes with a token: it opens downloads alone (GitLab's SessionlessAuthentication)."""
        if request.method not in ("GET", "HEAD") or not _BY_TOKEN.search(request.scope["path"]):
            return None
        parameter = request.query_params.get("private_token")
        identity = api_identity(self._instance, request.headers, {}, parameter, writes=False)
        return identity.user if identity.allows("api", "read_api", "read_repository") else None

    @staticmethod
    def _guard(request: Request, visit: Visit) -> None:
        """Refuses forms that another site has sent."""
        known = visit.session is not None or _GUEST_COOKIE in request.cookies
        brought = visit.form.optional_text("authenticity_token") or ""
        origin = request.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
        if not known or foreign or not hmac.compare_digest(brought.encode(), visit.csrf.encode()):
            raise Refusal(422, {"message": "The form's token is not right. Go back, load the page again and retry."})

    def _page(self, method: str, path: str, visit: Visit) -> Page:
        method = "GET" if method == "HEAD" else method
        path = path.rstrip("/") or "/"
        project, found, rest = path.partition("/-/")
        if found and project:
            visit.names["project"] = project.strip("/")
            return _match(_PROJECT_PAGES, method, rest, visit)
        if any(re.fullmatch(pattern, path) for _, pattern, _ in _PAGES):
            return _match(_PAGES, method, path, visit)
        if self._instance.namespaces.by_path(path.strip("/")):
            visit.names["group"] = path.strip("/")
            return browse.group_page
        visit.names["project"] = path.strip("/")
        if (old := _OLD_PATH.fullmatch(path)) and not self._instance.projects.by_path(visit.names["project"]):
            raise Moved(f"{old['project']}/-{visit.path.removeprefix(old['project'])}")
        return browse.clone_address if path.endswith(".git") else browse.project_page


def _match(pages: list[tuple[str, str, Page]], method: str, path: str, visit: Visit) -> Page:
    for wanted, pattern, page in pages:
        match = re.fullmatch(pattern, path, re.DOTALL) if wanted == method else None
        if match:
            visit.names |= match.groupdict()
            return page
    raise Refusal(404, {"message": "404 Page Not Found"})


async def _form(request: Request) -> bytes | None:
    """The body; None where it is too long."""
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= _MOST_FORM:
            parts.append(chunk)
    return b"".join(parts) if size <= _MOST_FORM else None
