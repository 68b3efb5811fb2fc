"""Milestones of projects and groups."""

from __future__ import annotations

from typing import Any

from gitlab_light.api import merge_request_entities as mr_entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.places import Place, place_of
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, no_record
from gitlab_light.model.members import MAINTAINER, REPORTER
from gitlab_light.model.milestones import Milestone
from gitlab_light.params import Params

routes = Routes()
_PLACES = ("/projects/:id/milestones", "/groups/:id/milestones")
_ONE = tuple(f"{place}/:milestone_id" for place in _PLACES)
_STATES = {"close": "closed", "activate": "active"}


@routes.get(*_PLACES)
def list_milestones(call: Call) -> Any:
    """The milestones of a project or group."""
    place, params = place_of(call), call.params
    above = params.boolean("include_ancestors") or params.boolean("include_parent_milestones")
    found = call.instance.milestones.of(place.all if above else [place.own])
    state = params.choice("state", ("active", "closed", "all"), default="all")
    search, title = (params.optional_text("search") or "").lower(), params.optional_text("title")
    iids = params.texts("iids")
    found = [
        one for one in found
        if state in (one.state, "all") and (title is None or one.title == title)
        and (iids is None or str(one.iid) in iids)
        and (search in one.title.lower() or search in one.description.lower())
    ]  # fmt: skip
    return [mr_entities.milestone(call.instance, one) for one in paginate(call, found)]


@routes.get(*_ONE)
def show_milestone(call: Call) -> Any:
    """One milestone."""
    return mr_entities.milestone(call.instance, _find(call, place_of(call)))


@routes.post(*_PLACES)
def add_milestone(call: Call) -> Any:
    """Makes a milestone."""
    place, params = place_of(call, REPORTER), call.params
    title = _title(call, place, params.text("title"))
    description = params.optional_text("description") or ""
    made = call.instance.milestones.add(*place.own, title=title, description=description, **_days(params))
    _tell(call, made, "create")
    call.created()
    return mr_entities.milestone(call.instance, made)


@routes.put(*_ONE)
def change_milestone(call: Call) -> Any:
    """Changes a milestone; `state_event` closes it or opens it again."""
    place, params = place_of(call, REPORTER), call.params
    found = _find(call, place)
    columns: dict[str, Any] = _days(params)
    if params.optional_text("title") not in (None, found.title):
        columns["title"] = _title(call, place, params.text("title"))
    if "description" in params:
        columns["description"] = params.optional_text("description") or ""
    if event := params.choice("state_event", ("", *_STATES), default=""):
        columns["state"] = _STATES[event]
    if not any(name in params for name in ("title", "description", "start_date", "due_date", "state_event")):
        raise bad_parameter(
            "title, description, start_date, due_date, state_event are missing, at least one parameter must be provided"
        )
    changed = call.instance.milestones.update(found, **columns)
    if changed.state != found.state:
        _tell(call, changed, "close" if changed.state == "closed" else "reopen")
    return mr_entities.milestone(call.instance, changed)


@routes.delete(*_ONE)
def remove_milestone(call: Call) -> Any:
    """Removes a milestone."""
    found = _find(call, place_of(call, REPORTER))
    call.instance.milestones.remove(found)
    _tell(call, found, "delete")


@routes.get(*(f"{one}/merge_requests" for one in _ONE))
def list_merge_requests(call: Call) -> Any:
    """The merge requests that belong to a milestone, of projects that the caller may see."""
    found, instance = _find(call, place_of(call)), call.instance
    requests = [
        request for request in instance.merge_requests.select("milestone_id = ?", found.id)
        if (project := instance.projects.find(request.project_id))
        and instance.members.can_read_code(call.user, project)
    ]  # fmt: skip
    return [mr_entities.basic(instance, request) for request in paginate(call, requests)]


@routes.get(*(f"{one}/issues" for one in _ONE))
def list_issues(call: Call) -> Any:
    """There are no issues in this server."""
    _find(call, place_of(call))
    return paginate(call, [])


@routes.post("/projects/:id/milestones/:milestone_id/promote")
def promote_milestone(call: Call) -> Any:
    """Makes a project's milestone one of its group."""
    place = place_of(call, MAINTAINER)
    found = _find(call, place)
    if not place.above:
        raise bad_request("Project does not belong to a group.")
    call.instance.milestones.update(found, source="group", source_id=place.above[0])
    return mr_entities.milestone(call.instance, call.instance.milestones.find(found.id) or found)


def _tell(call: Call, milestone: Milestone, action: str) -> None:
    call.instance.events.milestone(milestone, action)


def _find(call: Call, place: Place) -> Milestone:
    found = call.instance.milestones.find(call.number("milestone_id"))
    if found is None or (found.source, found.source_id) != place.own:
        raise no_record()
    return found


def _title(call: Call, place: Place, title: str) -> str:
    if len(title) > 255:
        raise bad_request('Failed to create milestone {:title=>["is too long (maximum is 255 characters)"]}')
    if any(one.title == title for one in call.instance.milestones.of(place.all)):
        raise bad_request('Failed to create milestone {:title=>["already being used for another group or project '
                          'milestone."]}')  # fmt: skip
    return title


def _days(params: Params) -> dict[str, Any]:
    days = {name: params.day(name) for name in ("start_date", "due_date") if name in params}
    start, due = days.get("start_date"), days.get("due_date")
    if start and due and due < start:
        raise bad_request('Failed to create milestone {:due_date=>["must be greater than start date"]}')
    return {name: day.isoformat() if day else None for name, day in days.items()}
