"""The registry over the OCI distribution API v2, with an account that only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from portal.clients.credentials import Credentials
from portal.clients.http import Caller
from portal.settings import Settings

_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_REVISION = "org.opencontainers.image.revision"


@dataclass(frozen=True)
class ImageFacts:
    """What an image's configuration tells: the commit that it was built from, and when (ISO 8601); empty if untold."""

    commit: str
    created: str


class Registry:
    """A registry with basic authentication."""

    def __init__(
        self, settings: Settings, credentials: Credentials, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._caller = Caller("The registry", settings.registry.url, settings.fix_for("registry"), transport=transport)
        self._credentials = credentials
        self._repository = settings.repository

    async def close(self) -> None:
        """Closes its connections."""
        await self._caller.close()

    async def tags(self) -> list[str]:
        """The repository's tags, sorted; none where there is no such repository.

        Raises:
            PartDown: the registry does not answer.
            PartRefused: it refuses the account.
        """
        response = await self._send("GET", "/tags/list", allow=(404,))
        return sorted(response.json().get("tags") or []) if response.is_success else []

    async def digest(self, version: str) -> str:
        """The digest ("sha256:…") of a tag, or of what comes after `@`; empty where there is none."""
        reference = version.partition("@")[2] or version
        response = await self._send("HEAD", f"/manifests/{reference}", allow=(404,))
        return str(response.headers.get("Docker-Content-Digest", "")) if response.is_success else ""

    async def facts(self, digest: str) -> ImageFacts:
        """What an image tells of itself; of an index, the first image for a platform."""
        manifest = await self._document(f"/manifests/{digest}")
        for one in manifest.get("manifests") or []:
            if one.get("platform", {}).get("architecture", "unknown") != "unknown":
                manifest = await self._document(f"/manifests/{one['digest']}")
                break
        if "config" not in manifest:
            return ImageFacts("", "")
        config = await self._document(f"/blobs/{manifest['config']['digest']}")
        labels = (config.get("config") or {}).get("Labels") or {}
        return ImageFacts(str(labels.get(_REVISION) or ""), str(config.get("created") or ""))

    async def _document(self, path: str) -> dict[str, Any]:
        response = await self._send("GET", path, allow=(404,))
        found: dict[str, Any] = response.json() if response.is_success else {}
        return found

    async def _send(self, method: str, path: str, *, allow: tuple[int, ...] = ()) -> httpx.Response:
        auth = (self._credentials.get("registry-user"), self._credentials.get("registry-password"))
        return await self._caller.send(
            method, f"/v2/{self._repository}{path}", allow=allow, auth=auth if all(auth) else None,
            headers={"Accept": _MANIFESTS} if "/manifests/" in path else {}, follow_redirects=True,
        )  # fmt: skip
