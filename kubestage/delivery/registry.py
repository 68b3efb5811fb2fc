"""The sandbox's registry as its clients see it (OCI distribution API v2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from kubestage.errors import InputError, PartError

REPOSITORY = "apps/uuid"

# What docker pushes: an image, or an index of images, in Docker's and in OCI's form.
_MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)


@dataclass(frozen=True)
class Registry:
    """A registry with basic authentication.

    Attributes:
        address: host and port as in image references.
        user: the account.
        password: its password.
    """

    address: str
    user: str
    password: str

    def tags(self, repository: str = REPOSITORY) -> list[str]:
        """The repository's tags, sorted; empty when there is no such repository.

        Raises:
            PartError: the registry does not answer or refuses.
        """
        response = self._get(f"{repository}/tags/list")
        if response.status_code == requests.codes.not_found:
            return []
        self._expect_ok(response)
        return sorted(response.json().get("tags") or [])

    def digest(self, tag: str, repository: str = REPOSITORY) -> str | None:
        """The digest ("sha256:…") that `tag` stands for, or None when there is no such tag.

        Args:
            tag: a tag, a digest, or `tag@digest` (then the digest counts, as it does for the kubelet).
            repository: its repository.

        Raises:
            PartError: the registry does not answer or refuses.
        """
        reference = tag.partition("@")[2] or tag
        response = self._get(f"{repository}/manifests/{reference}", method="HEAD", accept=True)
        if response.status_code == requests.codes.not_found:
            return None
        self._expect_ok(response)
        return str(response.headers["Docker-Content-Digest"])

    def holds_image(self, image_id: str, tag: str, repository: str) -> bool:
        """Whether `tag` is the engine's image `image_id` ("sha256:…").

        An image's id is the digest of its configuration, or of its manifest where the engine keeps images in
        containerd's store.
        """
        if self.digest(tag, repository) == image_id:
            return True
        response = self._get(f"{repository}/manifests/{tag}", accept=True)
        return response.ok and response.json().get("config", {}).get("digest") == image_id

    def config(self, tag: str, repository: str = REPOSITORY) -> dict[str, Any] | None:
        """An image's configuration (OCI image spec: created, config.Labels, …), or None when there is no such tag.

        Of an index of images it is the first one's that names a platform; what carries only attestations names none.

        Raises:
            PartError: the registry does not answer or refuses.
        """
        reference = tag.partition("@")[2] or tag
        manifest = self._document(f"{repository}/manifests/{reference}")
        for one in (manifest or {}).get("manifests") or []:
            if one.get("platform", {}).get("architecture", "unknown") != "unknown":
                manifest = self._document(f"{repository}/manifests/{one['digest']}")
                break
        if not manifest or "config" not in manifest:
            return None
        return self._document(f"{repository}/blobs/{manifest['config']['digest']}")

    def _document(self, path: str) -> dict[str, Any] | None:
        response = self._get(path, accept="/manifests/" in path)
        if response.status_code == requests.codes.not_found:
            return None
        self._expect_ok(response)
        found: dict[str, Any] = response.json()
        return found

    def require(self, tag: str, repository: str = REPOSITORY) -> str:
        """The digest of `tag`.

        Raises:
            InputError: there is no such tag; says which there are.
        """
        digest = self.digest(tag, repository)
        if digest is None:
            there = self.tags(repository)
            raise InputError(
                f"{repository}:{tag} is not in the registry",
                why=f"It holds {', '.join(there)}." if there else "It holds no version yet.",
                fix=f"./inv cd.deploy --env test --version {there[-1]}" if there else "./inv ci.build",
            )
        return digest

    def ask(self, method: str, path: str, *, accept: bool = False, **about: Any) -> requests.Response:
        """Asks the API for something that must succeed.

        Args:
            method: HTTP's.
            path: below /v2/, or an address that the registry gave.
            accept: ask for manifests.
            about: `seconds` that it may take; `params`, `headers` and `data` as requests has them.

        Raises:
            PartError: the registry does not answer or refuses.
        """
        response = self._get(path, method=method, accept=accept, **about)
        self._expect_ok(response)
        return response

    def _get(
        self, path: str, *, method: str = "GET", accept: bool = False, seconds: float = 5, **about: Any
    ) -> requests.Response:
        manifests = {"Accept": _MANIFESTS} if accept else {}
        try:
            return requests.request(
                method,
                path if path.startswith("http://") else f"http://{self.address}/v2/{path}",
                auth=(self.user, self.password),
                headers=manifests | about.pop("headers", {}),
                timeout=seconds,
                proxies={"http": "", "https": ""},
                **about,
            )
        except requests.RequestException as error:
            raise PartError(
                f"The registry at {self.address} does not answer", why=type(error).__name__, fix="./inv up"
            ) from error

    def _expect_ok(self, response: requests.Response) -> None:
        if response.status_code == requests.codes.unauthorized:
            raise PartError(
                f"The registry at {self.address} does not know this sandbox's account",
                why="It was made with other secrets: the sandbox's folder was lost or replaced since.",
                fix="./inv down   # then ./inv up --yes makes the sandbox anew",
            )
        if not response.ok:
            raise PartError(
                f"The registry at {self.address} refuses: HTTP {response.status_code}",
                why=response.text[:300],
                fix="./inv logs registry",
            )
