"""GitLab over its REST API v4: branches, tags, commits; and whether an account is one of GitLab's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from portal.clients.credentials import Credentials
from portal.clients.http import Caller
from portal.settings import Settings

_REFS = 50
_DEPLOY_TOKEN = "gldt-"  # noqa: S105  a prefix


@dataclass(frozen=True)
class Commit:
    """A commit.

    Attributes:
        sha: its whole SHA-1.
        title: its first line.
        author: the author's name.
        when: the committer's date, ISO 8601.
        link: its page.
    """

    sha: str
    title: str
    author: str
    when: str
    link: str

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Commit:
        """Reads it from the API."""
        return cls(
            sha=str(given["id"]),
            title=str(given.get("title") or ""),
            author=str(given.get("author_name") or ""),
            when=str(given.get("committed_date") or given.get("created_at") or ""),
            link=str(given.get("web_url") or ""),
        )


class GitLab:
    """A GitLab, real or light."""

    def __init__(
        self, settings: Settings, credentials: Credentials, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._caller = Caller("GitLab", settings.gitlab.url, settings.fix_for("gitlab"), transport=transport)
        self._link = settings.gitlab.link
        self._credentials = credentials
        self._project_path = settings.project
        self._project = f"/api/v4/projects/{quote(settings.project, safe='')}"

    async def close(self) -> None:
        """Closes its connections."""
        await self._caller.close()

    @property
    def page(self) -> str:
        """The project's page."""
        return f"{self._link}/{self._project_path}"

    async def refs(self) -> dict[str, Commit]:
        """The heads of branches and tags, by whole name; the latest of each.

        Raises:
            PartDown: GitLab does not answer.
            PartRefused: the account may not read the project.
        """
        found: dict[str, Commit] = {}
        kinds = {"branches": "refs/heads/", "tags": "refs/tags/"}
        asked = (self._get(f"/repository/{kind}", params={"per_page": _REFS}) for kind in kinds)
        for prefix, answer in zip(kinds.values(), await asyncio.gather(*asked), strict=True):
            for one in answer.json():
                if one.get("commit"):
                    found[prefix + str(one["name"])] = Commit.of(one["commit"])
        return found

    async def commit(self, sha: str) -> Commit | None:
        """A commit; None where the project has none of that name."""
        response = await self._get(f"/repository/commits/{quote(sha, safe='')}", allow=(404,))
        return None if response.status_code == httpx.codes.NOT_FOUND else Commit.of(response.json())

    async def who(self, user: str, password: str) -> str:
        """The account that these open; empty where they open none.

        A password is no means to GitLab's API, so git's own door is asked for the project. There any name goes with a
        token: what is a token is therefore asked first for whose it is.

        Raises:
            PartDown: GitLab does not answer.
        """
        own = await self._caller.send(
            "GET", "/api/v4/user", allow=(401, 403), headers={"PRIVATE-TOKEN": password.encode()}
        )
        if own.is_success:
            return user if own.json().get("username") == user else ""
        if own.status_code == httpx.codes.FORBIDDEN or password.startswith(_DEPLOY_TOKEN):
            return ""
        path = f"/{self._project_path}.git/info/refs"
        response = await self._caller.send(
            "GET", path, allow=(401, 403, 404), params={"service": "git-upload-pack"}, auth=(user, password)
        )
        return user if response.is_success else ""

    async def _get(self, path: str, *, allow: tuple[int, ...] = (), **options: Any) -> httpx.Response:
        headers = {"PRIVATE-TOKEN": token} if (token := self._credentials.get("gitlab-token")) else {}
        return await self._caller.send("GET", self._project + path, allow=allow, headers=headers, **options)
