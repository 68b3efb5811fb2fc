"""Links of releases to what belongs to them."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.releases import find_release, link_columns, link_entity
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, no_record, not_found
from gitlab_light.model.members import DEVELOPER
from gitlab_light.model.releases import Release, ReleaseLink
from gitlab_light.params import Params

routes = Routes()
_LINKS = "/projects/:id/releases/:tag_name/assets/links"


@routes.get(_LINKS, anonymous=True)
def list_links(call: Call) -> Any:
    """A release's links."""
    project, release = find_release(call)
    links = paginate(call, call.instance.releases.links(release.id))
    return [link_entity(call, project, release, link) for link in links]


@routes.get(_LINKS + "/:link_id", anonymous=True)
def show_link(call: Call) -> Any:
    """One link."""
    project, release = find_release(call)
    return link_entity(call, project, release, _find_link(call, release))


@routes.post(_LINKS)
def add_link(call: Call) -> Any:
    """Adds a link."""
    call.project(DEVELOPER)
    project, release = find_release(call)
    columns = link_columns(call.params)
    _check_unique(call, release, columns, None)
    call.created()
    return link_entity(call, project, release, call.instance.releases.add_link(release.id, **columns))


@routes.put(_LINKS + "/:link_id")
def change_link(call: Call) -> Any:
    """Changes a link."""
    call.project(DEVELOPER)
    project, release = find_release(call)
    link = _find_link(call, release)
    if "name" not in call.params and "url" not in call.params:
        raise bad_parameter("name, url are missing, at least one parameter must be provided")
    now_so = {"name": link.name, "url": link.url, "filepath": link.filepath, "link_type": link.link_type}
    given = {name: call.params.raw(name) for name in (*now_so, "direct_asset_path") if name in call.params}
    columns = link_columns(Params(now_so | given))
    _check_unique(call, release, columns, link)
    return link_entity(call, project, release, call.instance.releases.update_link(link, **columns))


@routes.delete(_LINKS + "/:link_id")
def remove_link(call: Call) -> Any:
    """Removes a link, and shows it a last time."""
    call.project(DEVELOPER)
    project, release = find_release(call)
    link = _find_link(call, release)
    call.instance.releases.remove_link(link)
    return link_entity(call, project, release, link)


def _find_link(call: Call, release: Release) -> ReleaseLink:
    link = call.instance.releases.link(call.number("link_id"))
    if link is None or link.release_id != release.id:
        raise no_record()
    return link


def _check_unique(call: Call, release: Release, columns: dict[str, Any], current: ReleaseLink | None) -> None:
    for other in call.instance.releases.links(release.id):
        taken = [name for name in ("name", "url") if getattr(other, name) == columns[name]]
        if taken and (current is None or other.id != current.id):
            raise bad_request({name: ["has already been taken"] for name in taken})


@routes.get("/projects/:id/releases/:tag_name/downloads/*filepath", anonymous=True)
def download(call: Call) -> Response:
    """Leads to what a link's `direct_asset_path` stands for."""
    _, release = find_release(call)
    path = f"/{call.arguments['filepath']}"
    link = next((one for one in call.instance.releases.links(release.id) if one.filepath == path), None)
    if link is None:
        raise not_found()
    return RedirectResponse(link.url, 302)
