"""A GitLab with the service's project: its refs and commits, and a hook that tells of pushes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PROJECT = "saas/uuid-service"


@dataclass(frozen=True)
class Commit:
    """A commit."""

    sha: str
    title: str
    when: str


class GitLab:
    """The GitLab.

    Args:
        url: where it answers.
        portal: the portal's address, for the hook.
        secret: what the hook carries.
    """

    def __init__(self, url: str, portal: str, secret: str) -> None:
        self._url, self._portal, self._secret = url, portal, secret
        self.refs: dict[str, Commit] = {}

    def commit(self, title: str, *refs: str) -> Commit:
        """Makes a commit, at which the refs then stand."""
        when = datetime.now(UTC).isoformat()
        made = Commit(sha1(f"{title} {when}".encode()).hexdigest(), title, when)
        self.refs |= dict.fromkeys(refs, made)
        return made

    async def push(self, title: str, ref: str) -> Commit:
        """A push of somebody: a commit, and the hook's request."""
        commit = self.commit(title, ref)
        kind = "tag_push" if ref.startswith("refs/tags/") else "push"
        address = f"{self._url}/{PROJECT}"
        body = {
            "object_kind": kind, "event_name": kind, "before": "0" * 40, "after": commit.sha, "ref": ref,
            "checkout_sha": commit.sha, "user_name": "Cao Yong", "user_username": "caoyong1", "project_id": 1,
            "project": {"id": 1, "name": "uuid-service", "path_with_namespace": PROJECT, "web_url": address,
                        "git_http_url": f"{address}.git", "default_branch": "master"},
            "commits": [{"id": commit.sha, "title": title, "message": title, "timestamp": commit.when,
                         "url": f"{address}/-/commit/{commit.sha}",
                         "author": {"name": "Cao Yong", "email": "caoyong1@example.org"}}],
            "total_commits_count": 1,
        }  # fmt: skip
        event = "Tag Push Hook" if kind == "tag_push" else "Push Hook"
        headers = {"X-Gitlab-Event": event, "X-Gitlab-Token": self._secret}
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            answer = await client.post(f"{self._portal}/hooks/gitlab", json=body, headers=headers)
            answer.raise_for_status()
        return commit

    def application(self) -> Starlette:
        """The REST API v4, as far as it is read."""
        base = "/api/v4/projects/saas%2Fuuid-service"
        routes = []
        for prefix in (base, "/api/v4/projects/saas/uuid-service"):
            routes += [
                Route(f"{prefix}/repository/branches", lambda request: self._refs("refs/heads/")),
                Route(f"{prefix}/repository/tags", lambda request: self._refs("refs/tags/")),
                Route(f"{prefix}/repository/commits/{{name:path}}", self._commit),
            ]
        routes.append(Route("/api/v4/user", lambda request: JSONResponse({"message": "401 Unauthorized"}, 401)))
        routes.append(Route(f"/{PROJECT}.git/info/refs", lambda request: Response(status_code=401)))
        routes.append(Route("/-/readiness", lambda request: JSONResponse({"status": "ok"})))
        return Starlette(routes=routes)

    def _refs(self, prefix: str) -> Response:
        named = {ref.removeprefix(prefix): each for ref, each in self.refs.items() if ref.startswith(prefix)}
        return JSONResponse([{"name": name, "commit": self._described(each)} for name, each in named.items()])

    async def _commit(self, request: Request) -> Response:
        name = request.path_params["name"]
        known = {each.sha: each for each in self.refs.values()}
        known |= {ref.split("/", 2)[2]: each for ref, each in self.refs.items()}
        if name not in known:
            return JSONResponse({"message": "404 Commit Not Found"}, 404)
        return JSONResponse(self._described(known[name]))

    def _described(self, commit: Commit) -> dict[str, Any]:
        link = f"{self._url}/{PROJECT}/-/commit/{commit.sha}"
        return {"id": commit.sha, "title": commit.title, "author_name": "Cao Yong", "committed_date": commit.when,
                "web_url": link}  # fmt: skip
