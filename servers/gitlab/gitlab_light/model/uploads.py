"""Files that people attach to projects; the bytes lie in a folder of their own, beside the database."""

from __future__ import annotations

import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from gitlab_light.model.database import Database, kept, now

# CarrierWave's rule, by which GitLab makes a file's name harmless.
_UNSAFE = re.compile(r"[^\w.+-]")
_MOST_NAME = 255


@dataclass(frozen=True)
class Upload:
    """A file of a project.

    Attributes:
        secret: 32 hexadecimal digits in its address, by which only those find it who were told.
        size: in bytes.
    """

    id: int
    project_id: int
    secret: str
    filename: str
    size: int
    uploaded_by_id: int | None
    created_at: str


class Uploads:
    """The files of all projects.

    Args:
        database: holds what is known of them.
        folder: holds their bytes, under the project's number and the secret, so that no name from outside is a path.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._db = database
        self._folder = folder

    def of(self, project_id: int) -> list[Upload]:
        """A project's files, latest first."""
        return self._db.all(Upload, "SELECT * FROM uploads WHERE project_id = ? ORDER BY id DESC", project_id)

    def find(self, project_id: int, upload_id: int) -> Upload | None:
        """The file with this id."""
        return self._db.one(Upload, "SELECT * FROM uploads WHERE project_id = ? AND id = ?", project_id, upload_id)

    def at(self, project_id: int, secret: str, filename: str) -> Upload | None:
        """The file at an address."""
        return self._db.one(
            Upload, "SELECT * FROM uploads WHERE project_id = ? AND secret = ? AND filename = ?",
            project_id, secret, filename,
        )  # fmt: skip

    def add(self, project_id: int, filename: str, content: bytes, user_id: int) -> Upload:
        """Keeps a file."""
        secret = secrets.token_hex(16)
        path = self._path(project_id, secret)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        upload_id = self._db.insert(
            "uploads", project_id=project_id, secret=secret, filename=_harmless(filename), size=len(content),
            uploaded_by_id=user_id, created_at=now(),
        )  # fmt: skip
        return kept(self.find(project_id, upload_id))

    def content(self, upload: Upload) -> bytes:
        """A file's bytes."""
        return self._path(upload.project_id, upload.secret).read_bytes()

    def remove(self, upload: Upload) -> None:
        """Removes a file."""
        self._db.execute("DELETE FROM uploads WHERE id = ?", upload.id)
        self._path(upload.project_id, upload.secret).unlink(missing_ok=True)

    def project_removed(self, project_id: int) -> None:
        """A project is gone, and its files with it."""
        shutil.rmtree(self._folder / str(project_id), ignore_errors=True)

    def _path(self, project_id: int, secret: str) -> Path:
        return self._folder / str(project_id) / secret


def _harmless(filename: str) -> str:
    """A file's name without folders and odd characters."""
    name = _UNSAFE.sub("_", filename.replace("\\", "/").rpartition("/")[2])[-_MOST_NAME:]
    return f"_{name}" if not name.strip(".") else name
