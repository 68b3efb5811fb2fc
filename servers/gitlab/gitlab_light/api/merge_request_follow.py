"""How merge requests are followed: subscriptions, time, and what became of their labels."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_request, forbidden, no_record
from gitlab_light.model.members import REPORTER
from gitlab_light.model.merge_requests import MergeRequest

routes = Routes()
# GitLab's units of time: a day of eight hours, a week of five days, a month of four weeks.
_UNITS = {"mo": 4 * 5 * 8 * 3600, "w": 5 * 8 * 3600, "d": 8 * 3600, "h": 3600, "m": 60, "s": 1}
_MOST_SECONDS = 2**31 - 1
_SPAN = re.compile(r"(\d{1,6})\s*(mo|w|d|h|m|s)")


@routes.post(PATH + "/subscribe")
def subscribe(call: Call) -> Any:
    """Subscribes the caller; 304 where they are subscribed."""
    return _subscribe(call, subscribed=True)


@routes.post(PATH + "/unsubscribe")
def unsubscribe(call: Call) -> Any:
    """Ends the caller's subscription; 304 where there is none."""
    return _subscribe(call, subscribed=False)


def _subscribe(call: Call, *, subscribed: bool) -> Any:
    found, requests = find(call), call.instance.merge_requests
    if requests.subscribed(found, call.me.id) == subscribed:
        return Response(status_code=304)
    requests.subscribe(found, call.me.id, subscribed=subscribed)
    call.created()
    return entities.full(call.instance, found, call.user)


@routes.get(PATH + "/resource_label_events", anonymous=True)
def list_label_events(call: Call) -> Any:
    """When labels were put on a merge request or taken off."""
    found = find(call)
    return paginate(call, _label_events(call, found))


@routes.get(PATH + "/resource_label_events/:event_id", anonymous=True)
def show_label_event(call: Call) -> Any:
    """One of these."""
    wanted = call.number("event_id")
    for event in _label_events(call, find(call)):
        if event["id"] == wanted:
            return event
    raise no_record()


def _label_events(call: Call, found: MergeRequest) -> list[dict[str, Any]]:
    rows = call.instance.database.rows(
        "SELECT e.*, l.name, l.color, l.description FROM label_events e LEFT JOIN labels l ON l.id = e.label_id "
        "WHERE e.merge_request_id = ? ORDER BY e.id", found.id,
    )  # fmt: skip
    return [
        {
            "id": row["id"],
            "user": entities.user(call.instance, row["user_id"]),
            "created_at": row["created_at"],
            "resource_type": "MergeRequest",
            "resource_id": found.id,
            "label": None if row["label_id"] is None else {
                "id": row["label_id"], "name": row["name"], "color": row["color"], "description": row["description"]
            },
            "action": row["action"],
        }
        for row in rows
    ]  # fmt: skip


@routes.get(PATH + "/resource_milestone_events", anonymous=True)
def list_milestone_events(call: Call) -> Any:
    """What has become of a merge request's milestone."""
    events = call.instance.activities.milestones(find(call).id)
    return [entities.milestone_event(call.instance, event) for event in paginate(call, events)]


@routes.get(PATH + "/resource_milestone_events/:event_id", anonymous=True)
def show_milestone_event(call: Call) -> Any:
    """One of these."""
    wanted = call.number("event_id")
    for event in call.instance.activities.milestones(find(call).id):
        if event.id == wanted:
            return entities.milestone_event(call.instance, event)
    raise no_record()


@routes.get(PATH + "/time_stats", anonymous=True)
def show_time(call: Call) -> Any:
    """How long it is thought to take, and has taken."""
    return entities.time_stats(find(call))


@routes.post(PATH + "/time_estimate")
def estimate(call: Call) -> Any:
    """Says how long it will take."""
    return _set_time(call, time_estimate=_seconds(call))


@routes.post(PATH + "/reset_time_estimate")
def reset_estimate(call: Call) -> Any:
    """Nobody says any more how long it will take."""
    return _set_time(call, time_estimate=0)


@routes.post(PATH + "/add_spent_time")
def spend(call: Call) -> Any:
    """Adds time that was spent; with a minus takes some back."""
    spent = find(call).time_spent + _seconds(call)
    if spent > _MOST_SECONDS:
        raise bad_request({"time_spent": ["is too long"]})
    if spent < 0:
        raise bad_request({"time_spent": ["Time to subtract exceeds the total time spent"]})
    answer = _set_time(call, time_spent=spent)
    call.created()
    return answer


@routes.post(PATH + "/reset_spent_time")
def reset_spent(call: Call) -> Any:
    """Forgets the time that was spent."""
    return _set_time(call, time_spent=0)


def _set_time(call: Call, **columns: int) -> dict[str, Any]:
    found = find(call)
    if call.instance.members.project_level(call.user, call.project()) < REPORTER:
        raise forbidden()
    return entities.time_stats(call.instance.merge_requests.update(found, **columns))


def _seconds(call: Call) -> int:
    text = call.params.text("duration").strip()
    sign, plain = (-1, text[1:]) if text.startswith("-") else (1, text)
    spans = _SPAN.findall(plain)
    if not spans or _SPAN.sub("", plain).strip():
        raise bad_request({"time_estimate": ["must have a valid format and be greater than or equal to zero."]})
    seconds = sum(int(number) * _UNITS[unit] for number, unit in spans)
    if seconds > _MOST_SECONDS:
        raise bad_request({"time_estimate": ["is too long"]})
    return sign * seconds
