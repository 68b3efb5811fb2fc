"""Webhooks of projects and groups: kept, tested, their log, deliveries sent again."""

from __future__ import annotations

import json
from typing import Any

from gitlab_light.api import hook_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.places import managed_place
from gitlab_light.api.project_lists import visible_below
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_parameter, bad_request, no_record, not_found
from gitlab_light.model.hooks import EVENTS, Hook, HookEvent
from gitlab_light.model.members import MAINTAINER
from gitlab_light.model.projects import Project
from gitlab_light.webhooks.events import EMOJI, MERGE_REQUEST, MILESTONE, NOTE, PUSH, RELEASE, TAG_PUSH
from gitlab_light.webhooks.settings import hook_columns, hook_headers, hook_url, new_hook, url_variables

routes = Routes()
_PROJECT, _GROUP = "/projects/:id/hooks", "/groups/:id/hooks"
_MOST_HOOKS = 100  # GitLab's plan limit for a project
_TRIGGERS = {
    "push_events": PUSH, "tag_push_events": TAG_PUSH, "merge_requests_events": MERGE_REQUEST, "note_events": NOTE,
    "releases_events": RELEASE, "emoji_events": EMOJI, "milestone_events": MILESTONE,
}  # fmt: skip
# What is missing where there is nothing to send, in the words of GitLab's Integrations::ProjectTestData.
_MISSING = {
    "merge_requests_events": "Ensure the project has merge requests.",
    "note_events": "Ensure the project has notes.",
    "emoji_events": "Ensure the project has notes.",
    "releases_events": "Ensure the project has releases.",
    "milestone_events": "Ensure the project has milestones.",
    "issues_events": "Ensure the project has issues.",
    "confidential_issues_events": "Ensure the project has issues.",
    "confidential_note_events": "Ensure the project has notes.",
    "pipeline_events": "Ensure the project has CI pipelines.",
    "job_events": "Ensure the project has CI jobs.",
    "wiki_page_events": "Ensure the wiki is enabled and has pages.",
    "deployment_events": "Ensure the project has deployments.",
}


def _hook(call: Call) -> Hook:
    source, source_id = managed_place(call)
    hook = call.instance.hooks.find(call.number("hook_id"))
    if hook is None or (hook.source, hook.source_id) != (source, source_id):
        raise no_record()
    return hook


@routes.get(_PROJECT, _GROUP)
def list_hooks(call: Call) -> Any:
    """The hooks of a project or group."""
    return [entities.hook(hook) for hook in paginate(call, call.instance.hooks.all_of(*managed_place(call)))]


@routes.get(_PROJECT + "/:hook_id", _GROUP + "/:hook_id")
def show_hook(call: Call) -> Any:
    """One hook."""
    return entities.hook(_hook(call))


@routes.post(_PROJECT, _GROUP)
def add_hook(call: Call) -> Any:
    """Makes a hook; it is told of pushes unless `push_events` says no."""
    source, source_id = managed_place(call)
    if len(call.instance.hooks.all_of(source, source_id)) >= _MOST_HOOKS:
        raise bad_request({"base": [f"Maximum number of {source} hooks ({_MOST_HOOKS}) exceeded"]})
    hook = call.instance.hooks.add(source, source_id, **new_hook(call.params))
    call.created()
    return entities.hook(hook)


@routes.put(_PROJECT + "/:hook_id", _GROUP + "/:hook_id")
def change_hook(call: Call) -> Any:
    """Changes a hook."""
    hook, params = _hook(call), call.params
    columns = hook_columns(params, hook.branch_filter_strategy)
    if "url" in params or "url_variables" in params:
        url = params.text("url") if "url" in params else hook.url
        columns["url"] = hook_url(url, columns.get("url_variables", hook.url_variables))
    given = {event: params.boolean(event) for event in EVENTS if event in params}
    return entities.hook(call.instance.hooks.update(hook, events=hook.events | given, **columns))


@routes.delete(_PROJECT + "/:hook_id", _GROUP + "/:hook_id")
def remove_hook(call: Call) -> Any:
    """Removes a hook."""
    call.instance.hooks.remove(_hook(call))


@routes.get(_PROJECT + "/:hook_id/events", _GROUP + "/:hook_id/events")
def list_events(call: Call) -> Any:
    """A hook's log, latest first."""
    events = call.instance.hooks.events(_hook(call).id)
    if wanted := call.params.texts("status"):
        events = [event for event in events if _has_status(event, wanted)]
    return [_event(event) for event in paginate(call, events)]


def _has_status(event: HookEvent, wanted: list[str]) -> bool:
    """Whether an event has one of some statuses: a number, or GitLab's words for groups of them."""
    status = event.response_status
    words = {"2": "successful", "4": "client_failure", "5": "server_failure"}
    return status in wanted or words.get(status[:1], "server_failure") in wanted


def _event(event: HookEvent) -> dict[str, Any]:
    return entities.hook_event(event, request=json.loads(event.request_data))


@routes.post(_PROJECT + "/:hook_id/events/:event_id/resend", _GROUP + "/:hook_id/events/:event_id/resend")
def resend(call: Call) -> Any:
    """Sends what a log entry holds again, and tells what came of it."""
    hook = _hook(call)
    event = call.instance.hooks.event(call.number("event_id"))
    if event is None or event.hook_id != hook.id:
        raise no_record()
    again = call.instance.resend(hook, event)
    call.created()
    return {"response_status": _number(again.response_status)}


@routes.post(_PROJECT + "/:hook_id/test/:trigger", _GROUP + "/:hook_id/test/:trigger")
def test_hook(call: Call) -> Any:
    """Sends the hook what the latest event of a kind would have sent, and tells whether it was taken."""
    hook = _hook(call)
    trigger = call.arguments["trigger"]
    if trigger not in EVENTS:
        raise bad_parameter("trigger does not have a valid value")
    project, event = _tested_project(call, hook), _TRIGGERS.get(trigger)
    if project is None:
        raise Refusal(422, {"message": "Ensure the group has a project with commits."})
    sent = call.instance.test_hook(hook, project, call.me, event) if event else None
    if sent is None:
        raise Refusal(422, {"message": _MISSING.get(trigger, "Ensure the project has at least one commit.")})
    if not sent.response_status.startswith("2"):
        raise Refusal(422, {"message": f"Hook execution failed: {sent.response_body or sent.response_status}"})
    call.created()
    return {"message": "201 Created"}


def _tested_project(call: Call, hook: Hook) -> Project | None:
    """The project that a test tells of: the hook's own, or the first of its group's that holds something."""
    if hook.source == "project":
        return call.project(MAINTAINER)
    projects = visible_below(call, call.group())
    return next((one for one in projects if not call.instance.repositories.of(one.id).is_empty()), None)


@routes.put(_PROJECT + "/:hook_id/url_variables/:key", _GROUP + "/:hook_id/url_variables/:key")
def set_variable(call: Call) -> Any:
    """Gives a variable of the hook's address a value."""
    hook = _hook(call)
    variables = url_variables(hook.url_variables | {call.arguments["key"]: call.params.text("value")})
    hook_url(hook.url, variables)
    call.instance.hooks.update(hook, url_variables=variables)


@routes.delete(_PROJECT + "/:hook_id/url_variables/:key", _GROUP + "/:hook_id/url_variables/:key")
def remove_variable(call: Call) -> Any:
    """Removes such a variable."""
    hook = _hook(call)
    if call.arguments["key"] not in hook.url_variables:
        raise not_found()
    kept = {key: value for key, value in hook.url_variables.items() if key != call.arguments["key"]}
    hook_url(hook.url, kept)
    call.instance.hooks.update(hook, url_variables=kept)


@routes.put(_PROJECT + "/:hook_id/custom_headers/:key", _GROUP + "/:hook_id/custom_headers/:key")
def set_header(call: Call) -> Any:
    """Adds a header to what the hook sends."""
    hook = _hook(call)
    headers = hook.custom_headers | {call.arguments["key"]: call.params.text("value")}
    call.instance.hooks.update(hook, custom_headers=hook_headers(headers))


@routes.delete(_PROJECT + "/:hook_id/custom_headers/:key", _GROUP + "/:hook_id/custom_headers/:key")
def remove_header(call: Call) -> Any:
    """Removes such a header."""
    hook = _hook(call)
    if call.arguments["key"] not in hook.custom_headers:
        raise not_found()
    kept = {key: value for key, value in hook.custom_headers.items() if key != call.arguments["key"]}
    call.instance.hooks.update(hook, custom_headers=kept)


def _number(status: str) -> int | str:
    return int(status) if status.isdigit() else status
