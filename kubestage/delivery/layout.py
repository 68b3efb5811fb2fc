"""An image as a registry holds it, kept in a folder: its manifest and its compressed blobs.

Docker compresses an image's layers anew for each registry that it pushes them to. What one registry has been sent can
be given to the next one as it is; where docker has pushed these layers before, it knows their digests, finds them
there, and sends nothing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubestage.delivery.registry import Registry

_MANIFEST = "manifest.json"
_OCI = "application/vnd.oci.image.manifest.v1+json"  # a manifest of this kind need not name its kind
_SECONDS = 60.0  # for one layer


@dataclass(frozen=True)
class Layout:
    """One image in a folder.

    Attributes:
        folder: holds manifest.json and a file for each blob, named by its digest.
    """

    folder: Path

    @property
    def whole(self) -> bool:
        """Whether the image is kept, and every blob is what its digest says."""
        manifest = self.folder / _MANIFEST
        if not manifest.exists():
            return False
        return all(_digest(self._file(blob)) == blob["digest"] for blob in _blobs(json.loads(manifest.read_bytes())))

    def keep(self, registry: Registry, tag: str, repository: str) -> None:
        """Takes an image from a registry; an index of several images is not kept.

        Raises:
            PartError: the registry does not answer or refuses.
        """
        manifest = registry.ask("GET", f"{repository}/manifests/{tag}", accept=True)
        if "layers" not in manifest.json():
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        making = Layout(Path(tempfile.mkdtemp(prefix=".making-", dir=self.folder.parent)))
        try:
            for blob in _blobs(manifest.json()):
                answer = registry.ask("GET", f"{repository}/blobs/{blob['digest']}", seconds=_SECONDS)
                making._file(blob).write_bytes(answer.content)
            (making.folder / _MANIFEST).write_bytes(manifest.content)
            shutil.rmtree(self.folder, ignore_errors=True)
            making.folder.rename(self.folder)
        finally:
            shutil.rmtree(making.folder, ignore_errors=True)

    def give(self, registry: Registry, tag: str, repository: str, *others: str) -> None:
        """Puts the image into a registry, and its blobs into other repositories of it too.

        As the distribution specification has it: POST and PUT for each blob, a mount from the first repository for
        the others, and the manifest last.

        Raises:
            PartError: the registry does not answer or refuses.
        """
        content = (self.folder / _MANIFEST).read_bytes()
        manifest = json.loads(content)
        for blob in _blobs(manifest):
            digest = blob["digest"]
            place = registry.ask("POST", f"{repository}/blobs/uploads/").headers["Location"]
            with self._file(blob).open("rb") as data:
                registry.ask("PUT", place, data=data, params={"digest": digest}, seconds=_SECONDS)
            for other in others:
                registry.ask("POST", f"{other}/blobs/uploads/", params={"mount": digest, "from": repository})
        kind = {"Content-Type": manifest.get("mediaType", _OCI)}
        registry.ask("PUT", f"{repository}/manifests/{tag}", data=content, headers=kind)

    def _file(self, blob: dict[str, Any]) -> Path:
        return self.folder / str(blob["digest"]).replace(":", "-")


def _blobs(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [manifest["config"], *manifest["layers"]]


def _digest(file: Path) -> str:
    if not file.exists():
        return ""
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
