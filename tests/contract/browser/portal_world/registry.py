"""A registry with the repository apps/uuid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(frozen=True)
class Image:
    """An image: what it was built from, and when."""

    commit: str
    created: str

    @property
    def digest(self) -> str:
        """Its digest."""
        return f"sha256:{sha256(f'{self.commit} {self.created}'.encode()).hexdigest()}"


class Registry:
    """The registry."""

    def __init__(self) -> None:
        self.images: dict[str, Image] = {}

    def push(self, version: str, commit: str) -> None:
        """Keeps an image under a version."""
        self.images[version] = Image(commit, datetime.now(UTC).isoformat())

    def digest(self, version: str) -> str:
        """A version's digest; empty where there is none."""
        return self.images[version].digest if version in self.images else ""

    def application(self) -> Starlette:
        """The OCI distribution API, as far as it is read."""
        base = "/v2/apps/uuid"
        routes = [
            Route("/v2/", lambda request: JSONResponse({})),
            Route(f"{base}/tags/list", self._tags),
            Route(f"{base}/manifests/{{reference}}", self._manifest),
            Route(f"{base}/blobs/{{digest}}", self._config),
        ]
        return Starlette(routes=routes)

    async def _tags(self, request: Request) -> Response:
        return JSONResponse({"name": "apps/uuid", "tags": sorted(self.images)})

    async def _manifest(self, request: Request) -> Response:
        reference = request.path_params["reference"]
        digest = self.digest(reference) or reference
        if self._image(digest) is None:
            return _unknown("MANIFEST_UNKNOWN")
        manifest = {"schemaVersion": 2, "config": {"digest": digest}, "layers": []}
        return JSONResponse(manifest, headers={"Docker-Content-Digest": digest})

    async def _config(self, request: Request) -> Response:
        image = self._image(request.path_params["digest"])
        if image is None:
            return _unknown("BLOB_UNKNOWN")
        labels = {"org.opencontainers.image.revision": image.commit}
        return JSONResponse({"created": image.created, "config": {"Labels": labels}})

    def _image(self, digest: str) -> Image | None:
        return next((image for image in self.images.values() if image.digest == digest), None)


def _unknown(code: str) -> Response:
    return JSONResponse({"errors": [{"code": code}]}, 404)
