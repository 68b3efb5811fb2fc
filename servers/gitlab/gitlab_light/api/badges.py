"""Badges of projects and groups."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.places import managed_place, place_of
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_request, forbidden, no_record
from gitlab_light.model.badges import Badge
from gitlab_light.model.projects import Project

routes = Routes()
_PLACES = ("/projects/:id/badges", "/groups/:id/badges")
_ONE = tuple(f"{place}/:badge_id" for place in _PLACES)
_PLACEHOLDER = re.compile(r"%(?:\{|%7B)([a-z_]+)(?:\}|%7D)", re.IGNORECASE)
_LONGEST = 255


@routes.get(*_PLACES, anonymous=True)
def list_badges(call: Call) -> Any:
    """The badges of a project, those of the groups above too, or of a group."""
    name = call.params.optional_text("name")
    found = [badge for badge in _all(call) if name in (None, "", badge.name)]
    return [_entity(call, badge) for badge in paginate(call, found)]


@routes.get(*(f"{place}/render" for place in _PLACES))
def preview(call: Call) -> Any:
    """How the addresses of a badge would be."""
    managed_place(call)
    call.params.require("link_url", "image_url")
    return _addresses(call, _address(call, "link_url"), _address(call, "image_url"))


@routes.get(*_ONE, anonymous=True)
def show_badge(call: Call) -> Any:
    """One badge."""
    return _entity(call, _find(call))


@routes.post(*_PLACES)
def add_badge(call: Call) -> Any:
    """Makes a badge."""
    place = managed_place(call)
    call.params.require("link_url", "image_url")
    link, image = _address(call, "link_url"), _address(call, "image_url")
    badge = call.instance.badges.add(*place, _name(call), link, image)
    call.created()
    return _entity(call, badge)


@routes.put(*_ONE)
def change_badge(call: Call) -> Any:
    """Changes a badge."""
    badge = _find(call)
    if (badge.source, badge.source_id) != managed_place(call):
        raise forbidden()
    columns = {name: _address(call, name) for name in ("link_url", "image_url") if name in call.params}
    if "name" in call.params:
        columns["name"] = _name(call) or ""
    return _entity(call, call.instance.badges.update(badge, **columns))


@routes.delete(*_ONE)
def remove_badge(call: Call) -> Any:
    """Removes a badge; a group's is not removed from its projects."""
    place, badge = managed_place(call), _find(call)
    if (badge.source, badge.source_id) != place:
        raise Refusal(403, {"error": "To delete a Group badge please use the Group endpoint"})
    call.instance.badges.remove(badge)


def _all(call: Call) -> list[Badge]:
    place = place_of(call)
    return call.instance.badges.of(place.all if place.kind == "project" else [place.own])


def _find(call: Call) -> Badge:
    wanted = call.number("badge_id")
    for badge in _all(call):
        if badge.id == wanted:
            return badge
    raise no_record()


def _address(call: Call, name: str) -> str:
    address = call.params.text(name)
    try:
        parts = urlsplit(address)
    except ValueError:
        raise bad_request({name: ["is blocked: URI is invalid"]}) from None
    if parts.scheme not in ("http", "https"):
        raise bad_request({name: ["is blocked: Only allowed schemes are http, https"]})
    if not parts.netloc or "%" in parts.netloc:
        raise bad_request({name: ["is blocked: URI is invalid"]})
    if len(address) > _LONGEST:
        raise bad_request({name: [f"is too long (maximum is {_LONGEST} characters)"]})
    return address


def _name(call: Call) -> str | None:
    name = call.params.optional_text("name")
    if name and len(name) > _LONGEST:
        raise bad_request({"name": [f"is too long (maximum is {_LONGEST} characters)"]})
    return name


def _entity(call: Call, badge: Badge) -> dict[str, Any]:
    about = {"name": badge.name, "id": badge.id, "kind": badge.source}
    return about | _addresses(call, badge.link_url, badge.image_url)


def _addresses(call: Call, link: str, image: str) -> dict[str, str]:
    project = _example(call)
    given = {"link_url": link, "image_url": image}
    return given | {f"rendered_{name}": _rendered(call, project, address) for name, address in given.items()}


def _example(call: Call) -> Project | None:
    """The project that words in addresses stand for: of a group's badges its first one."""
    if call.path.startswith("/projects/"):
        return call.project()
    projects, members = call.instance.projects.in_namespace(call.group().id), call.instance.members
    seen = [project for project in projects if members.can_see_project(call.user, project)]
    return min(seen, key=lambda project: project.id, default=None)


def _rendered(call: Call, project: Project | None, address: str) -> str:
    """An address with what the project has for the words in it (https://docs.gitlab.com/user/project/badges/)."""
    words = {match[1] for match in _PLACEHOLDER.finditer(address)}
    if project is None or not words:
        return address
    namespace, _, _ = project.full_path.rpartition("/")
    known: dict[str, str | None] = {
        "project_path": project.full_path, "project_title": project.name, "project_name": project.path,
        "project_id": str(project.id), "project_namespace": namespace, "group_name": namespace.split("/")[0],
        "gitlab_server": urlsplit(call.instance.links.root).hostname, "default_branch": project.default_branch,
    }  # fmt: skip
    repository = call.instance.repositories.of(project.id)
    if "commit_sha" in words:
        known["commit_sha"] = repository.resolve(project.default_branch)
    if "latest_tag" in words:
        known["latest_tag"] = next((tag.name for tag in repository.tags()), None)
    return _PLACEHOLDER.sub(lambda match: known.get(match[1]) or match[0], address)
