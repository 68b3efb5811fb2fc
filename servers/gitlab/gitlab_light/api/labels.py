"""Labels of projects and groups."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.places import Place, place_of
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, conflict, not_found
from gitlab_light.model.database import as_id
from gitlab_light.model.labels import Label
from gitlab_light.model.members import MAINTAINER, REPORTER

routes = Routes()
_PLACES = ("/projects/:id/labels", "/groups/:id/labels")
_ONE = tuple(f"{place}/:name" for place in _PLACES)
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
# Of the CSS names those that GitLab's own pages offer, and the plain ones.
_COLORS = {
    "black": "#000000", "blue": "#0000ff", "brown": "#a52a2a", "crimson": "#dc143c", "cyan": "#00ffff",
    "gray": "#808080", "green": "#008000", "grey": "#808080", "indigo": "#4b0082", "lime": "#00ff00",
    "magenta": "#ff00ff", "navy": "#000080", "orange": "#ffa500", "pink": "#ffc0cb", "purple": "#800080",
    "red": "#ff0000", "teal": "#008080", "violet": "#ee82ee", "white": "#ffffff", "yellow": "#ffff00",
}  # fmt: skip


@routes.get(*_PLACES)
def list_labels(call: Call) -> Any:
    """The labels of a project or group, those of the groups above too unless they are not wanted."""
    place, params = place_of(call), call.params
    wanted = place.all if params.boolean("include_ancestor_groups", default=True) else [place.own]
    search = (params.optional_text("search") or "").lower()
    found = [
        label for label in call.instance.labels.of(wanted)
        if search in label.name.lower() or search in (label.description or "").lower()
    ]  # fmt: skip
    return _entities(call, place, paginate(call, found), counts=params.boolean("with_counts"))


@routes.get(*_ONE)
def show_label(call: Call) -> Any:
    """One label, by id or name."""
    place = place_of(call)
    return _entity(call, place, _find(call, place.all, call.arguments["name"]))


@routes.post(*_PLACES)
def add_label(call: Call) -> Any:
    """Makes a label."""
    place, params = place_of(call, REPORTER), call.params
    name, color = _name(params.text("name")), _color(params.text("color"))
    with call.instance.database.transaction():
        if any(label.name == name for label in call.instance.labels.of(place.all)):
            raise conflict("Label already exists")
        label = call.instance.labels.add(
            *place.own, name, color, description=params.optional_text("description"),
            priority=params.optional_integer("priority") if place.kind == "project" else None,
        )  # fmt: skip
    call.created()
    return _entity(call, place, label)


@routes.put(*_PLACES, *_ONE)
def change_label(call: Call) -> Any:
    """Changes a label; the older form of the call names it by a parameter."""
    place, params = place_of(call, REPORTER), call.params
    label = _find(call, [place.own], _wanted(call))
    columns: dict[str, Any] = {}
    if "new_name" in params:
        columns["name"] = _name(params.text("new_name"))
    if "color" in params:
        columns["color"] = _color(params.text("color"))
    if "description" in params:
        columns["description"] = params.optional_text("description")
    if "priority" in params and place.kind == "project":
        columns["priority"] = params.optional_integer("priority")
    if not columns:
        raise bad_parameter(
            "new_name, color, description, priority are missing, at least one parameter must be provided"
        )
    taken = columns.get("name", label.name) != label.name and any(
        other.name == columns["name"] for other in call.instance.labels.of(place.all)
    )
    if taken:
        raise bad_request({"title": ["has already been taken"]})
    return _entity(call, place, call.instance.labels.update(label, **columns))


@routes.delete(*_PLACES, *_ONE)
def remove_label(call: Call) -> Any:
    """Removes a label."""
    place = place_of(call, REPORTER)
    call.instance.labels.remove(_find(call, [place.own], _wanted(call)))


@routes.put("/projects/:id/labels/:name/promote")
def promote_label(call: Call) -> Any:
    """Makes a project's label one of its group."""
    place = place_of(call, MAINTAINER)
    label = _find(call, [place.own], call.arguments["name"])
    if not place.above:
        raise bad_request("Failed to promote project label to group label")
    call.instance.database.update("labels", label.id, source="group", source_id=place.above[0], priority=None)
    group = Place("group", place.above[0], place.above[1:])
    return _entity(call, group, _find(call, [group.own], str(label.id)))


@routes.post(*(f"{one}/subscribe" for one in _ONE))
def subscribe(call: Call) -> Any:
    """Subscribes the caller to a label; 304 where they are subscribed."""
    return _subscribe(call, subscribed=True)


@routes.post(*(f"{one}/unsubscribe" for one in _ONE))
def unsubscribe(call: Call) -> Any:
    """Ends the caller's subscription; 304 where there is none."""
    return _subscribe(call, subscribed=False)


def _subscribe(call: Call, *, subscribed: bool) -> Any:
    place, labels = place_of(call), call.instance.labels
    label = _find(call, place.all, call.arguments["name"])
    project_id = _project_id(place)
    if labels.subscribed(label, call.me.id, project_id) == subscribed:
        return Response(status_code=304)
    labels.subscribe(label, call.me.id, project_id, subscribed=subscribed)
    call.created()
    return _entity(call, place, label)


def _wanted(call: Call) -> str:
    name = call.arguments.get("name") or call.params.optional_text("label_id") or call.params.optional_text("name")
    if not name:
        raise bad_parameter("label_id, name are missing, exactly one parameter must be provided")
    return name


def _find(call: Call, places: list[tuple[str, int]], wanted: str) -> Label:
    labels, number = call.instance.labels.of(places), as_id(wanted)
    for label in labels:
        if label.id == number:
            return label
    for label in labels:
        if label.name == wanted:
            return label
    raise not_found("Label")


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 255 or "," in name:
        raise bad_request({"title": ["is invalid"]})
    return name


def _color(color: str) -> str:
    color = _COLORS.get(color.lower(), color)
    if not _COLOR.fullmatch(color):
        raise bad_request({"color": ["must be a valid color code"]})
    return color if len(color) == 7 else "#" + "".join(digit * 2 for digit in color[1:])


def _entity(call: Call, place: Place, label: Label) -> dict[str, Any]:
    return _entities(call, place, [label])[0]


def _entities(call: Call, place: Place, labels: list[Label], *, counts: bool = False) -> list[dict[str, Any]]:
    # In a project a subscription to the group's label counts as well.
    subscribed = call.instance.labels.subscriptions(call.me.id, _project_id(place))
    return [_shown(call, place, label, subscribed=label.id in subscribed, counts=counts) for label in labels]


def _shown(call: Call, place: Place, label: Label, *, subscribed: bool, counts: bool) -> dict[str, Any]:
    shown = basic(label) | {"subscribed": subscribed}
    if place.kind == "project":
        shown |= {"priority": label.priority, "is_project_label": label.source == "project"}
    if counts:
        opened = call.instance.merge_requests.opened_with_label(place.own, label.name)
        shown |= {"open_issues_count": 0, "closed_issues_count": 0, "open_merge_requests_count": opened}
    return shown


def _project_id(place: Place) -> int | None:
    return place.id if place.kind == "project" else None


def basic(label: Label) -> dict[str, Any]:
    """A label, as merge requests show it in detail."""
    return {
        "id": label.id,
        "name": label.name,
        "description": label.description,
        "description_html": label.description or "",
        "text_color": label.text_color,
        "color": label.color,
    }
