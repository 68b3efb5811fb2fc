"""Releases: tags with words and links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.model.database import Database, kept, now


@dataclass(frozen=True)
class Release:
    """A release of a project.

    Attributes:
        tag: the tag's name.
        sha: the commit that the tag stood at when the release was made.
        milestone_ids: the milestones that it belongs to.
        released_at: when it is or was out (ISO 8601).
    """

    id: int
    project_id: int
    tag: str
    sha: str
    name: str
    description: str | None
    author_id: int | None
    milestone_ids: list[int]
    released_at: str
    created_at: str

    @property
    def upcoming(self) -> bool:
        """Whether it is still to come."""
        return self.released_at > now()


@dataclass(frozen=True)
class ReleaseLink:
    """A link to something that belongs to a release.

    Attributes:
        filepath: the path under the release's own address that leads to it; None for none.
        link_type: "other", "runbook", "image" or "package".
    """

    id: int
    release_id: int
    name: str
    url: str
    filepath: str | None
    link_type: str


class Releases:
    """The releases and their links."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, project_id: int) -> list[Release]:
        """A project's releases, latest first."""
        return self._db.all(
            Release, "SELECT * FROM releases WHERE project_id = ? ORDER BY released_at DESC, id DESC", project_id
        )

    def latest(self, project_id: int) -> Release | None:
        """The project's latest release that is out; None where none is."""
        return next((one for one in self.of(project_id) if not one.upcoming), None)

    def by_tag(self, project_id: int, tag: str) -> Release | None:
        """The release of a tag."""
        return self._db.one(Release, "SELECT * FROM releases WHERE project_id = ? AND tag = ?", project_id, tag)

    def add(self, project_id: int, **columns: Any) -> Release:
        """Makes a release."""
        release_id = self._db.insert("releases", project_id=project_id, created_at=now(), **columns)
        return self._existing(release_id)

    def update(self, release: Release, **columns: Any) -> Release:
        """Changes a release."""
        self._db.update("releases", release.id, **columns)
        return self._existing(release.id)

    def remove(self, release: Release) -> None:
        """Removes a release; its tag stays."""
        self._db.execute("DELETE FROM releases WHERE id = ?", release.id)

    def tag_removed(self, project_id: int, tag: str) -> None:
        """A tag is gone, and its release with it."""
        self._db.execute("DELETE FROM releases WHERE project_id = ? AND tag = ?", project_id, tag)

    def links(self, release_id: int) -> list[ReleaseLink]:
        """A release's links, latest first."""
        return self._db.all(
            ReleaseLink, "SELECT * FROM release_links WHERE release_id = ? ORDER BY id DESC", release_id
        )

    def link(self, link_id: int) -> ReleaseLink | None:
        """The link with this id."""
        return self._db.one(ReleaseLink, "SELECT * FROM release_links WHERE id = ?", link_id)

    def add_link(self, release_id: int, **columns: Any) -> ReleaseLink:
        """Adds a link."""
        return self._existing_link(self._db.insert("release_links", release_id=release_id, **columns))

    def update_link(self, link: ReleaseLink, **columns: Any) -> ReleaseLink:
        """Changes a link."""
        self._db.update("release_links", link.id, **columns)
        return self._existing_link(link.id)

    def remove_link(self, link: ReleaseLink) -> None:
        """Removes a link."""
        self._db.execute("DELETE FROM release_links WHERE id = ?", link.id)

    def _existing(self, release_id: int) -> Release:
        return kept(self._db.one(Release, "SELECT * FROM releases WHERE id = ?", release_id))

    def _existing_link(self, link_id: int) -> ReleaseLink:
        return kept(self.link(link_id))
