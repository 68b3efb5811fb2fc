"""Releases, and the lasting addresses of what belongs to them."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from gitlab_light.errors import not_found
from gitlab_light.git.repository import ARCHIVE_FORMATS
from gitlab_light.model.projects import Project
from gitlab_light.model.releases import Release
from gitlab_light.web.visit import SAFETY, Visit, redirect


def list_page(visit: Visit) -> Response:
    """A project's releases, latest first."""
    project = visit.project()
    visit.repository(project)
    return _page(visit, project, visit.instance.releases.of(project.id), "Releases")


def release_page(visit: Visit) -> Response:
    """The release of a tag."""
    project, release = _release(visit, visit.names["tag"])
    return _page(visit, project, [release], release.name)


def download(visit: Visit) -> Response:
    """Leads to what a link's path under the release stands for (GitLab's `direct_asset_path`)."""
    _, release = _release(visit, visit.names["tag"])
    path = f"/{visit.names['filepath']}"
    link = next((one for one in visit.instance.releases.links(release.id) if one.filepath == path), None)
    if link is None:
        raise not_found("Page")
    return RedirectResponse(link.url, 302, SAFETY)


def latest(visit: Visit) -> Response:
    """Leads to the latest release, or to what has the same path under it."""
    project = visit.project()
    visit.repository(project)
    found = visit.instance.releases.latest(project.id)
    if found is None:
        raise not_found("Page")
    return redirect(f"/{project.full_path}/-/releases/{found.tag}{visit.names['rest'] or ''}")


def _release(visit: Visit, tag: str) -> tuple[Project, Release]:
    project = visit.project()
    visit.repository(project)
    release = visit.instance.releases.by_tag(project.id, tag)
    if release is None:
        raise not_found("Page")
    return project, release


def _page(visit: Visit, project: Project, shown: list[Release], title: str) -> Response:
    return visit.page(
        "releases.html", project=project, at="releases", title=title, releases=shown, archives=ARCHIVE_FORMATS,
        assets={one.id: visit.instance.releases.links(one.id) for one in shown},
        authors={one.id: visit.instance.users.find(one.author_id) if one.author_id else None for one in shown},
    )  # fmt: skip
