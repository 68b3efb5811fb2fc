"""What receivers are sent of releases, as Gitlab::HookData::ReleaseBuilder builds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gitlab_light.git import history
from gitlab_light.git.repository import ARCHIVE_FORMATS
from gitlab_light.links import Links
from gitlab_light.model.projects import Project
from gitlab_light.model.releases import Release, ReleaseLink
from gitlab_light.webhooks.payloads import commit_head


def release_payload(
    links: Links, project: Project, attributes: dict[str, Any], release: Release, assets: Sequence[ReleaseLink],
    commit: history.Commit | None, action: str,
) -> dict[str, Any]:  # fmt: skip
    """The payload of a release event.

    Args:
        links: makes addresses.
        project: whose release it is.
        attributes: the project, as payloads have it.
        release: the release.
        assets: its links.
        commit: what its tag stood at; None where that is gone.
        action: "create", "update" or "delete".
    """
    sources = [
        {"format": form, "url": links.page(project, "archive", release.tag, f"{project.path}-{release.tag}.{form}")}
        for form in ARCHIVE_FORMATS
    ]
    linked = [{"id": link.id, "link_type": link.link_type, "name": link.name, "url": link.url} for link in assets]
    return {
        "id": release.id,
        "created_at": _words(release.created_at),
        "description": release.description,
        "name": release.name,
        "released_at": _words(release.released_at),
        "tag": release.tag,
        "object_kind": "release",
        "project": attributes,
        "url": links.page(project, "releases", release.tag),
        "action": action,
        "assets": {"count": len(sources) + len(linked), "links": linked, "sources": sources},
        "commit": commit_head(links, project, commit) if commit else None,
    }


def _words(time: str) -> str:
    return f"{time[:10]} {time[11:19]} UTC"
