"""A project's webhooks and their deliveries."""

from __future__ import annotations

import json

from starlette.responses import Response

from gitlab_light.errors import Refusal, not_found
from gitlab_light.model.database import as_id
from gitlab_light.model.hooks import Hook
from gitlab_light.model.members import MAINTAINER
from gitlab_light.model.projects import Project
from gitlab_light.params import Params
from gitlab_light.web.visit import Visit, flat, redirect
from gitlab_light.webhooks.events import PUSH, TAG_PUSH
from gitlab_light.webhooks.settings import hook_columns, hook_url, new_hook

_EVENTS = ("push_events", "tag_push_events")


def integrations_page(visit: Visit) -> Response:
    """What can be integrated: webhooks."""
    project = visit.project(MAINTAINER)
    return visit.page(
        "integrations.html",
        project=project,
        at="integrations",
        count=len(visit.instance.hooks.all_of("project", project.id)),
    )


def hooks_page(visit: Visit, error: str = "", status: int = 200) -> Response:
    """The webhooks, and the form for a new one."""
    project = visit.project(MAINTAINER)
    hooks = visit.instance.hooks.all_of("project", project.id)
    last = {hook.id: next(iter(visit.instance.hooks.events(hook.id)), None) for hook in hooks}
    return visit.page("hooks.html", status, project=project, at="hooks", hooks=hooks, last=last, error=error)


def create(visit: Visit) -> Response:
    """Makes a webhook."""
    project = visit.project(MAINTAINER)
    try:
        visit.instance.hooks.add("project", project.id, **new_hook(_settings(visit.form)))
    except Refusal as refusal:
        return hooks_page(visit, _words(refusal), 422)
    return redirect(_address(project))


def _settings(form: Params) -> Params:
    """The form's fields as the API's parameters; a box that is not ticked sends nothing, which here means no."""
    names = ("url", "token", "name", "push_events_branch_filter")
    given = {name: form.optional_text(name) for name in names if form.optional_text(name)}
    switches = {name: form.boolean(name) for name in (*_EVENTS, "enable_ssl_verification")}
    return Params(given | switches)


def _words(refusal: Refusal) -> str:
    return flat(refusal.body.get("message") or refusal.body.get("error") or "")


def edit_page(visit: Visit, error: str = "", status: int = 200) -> Response:
    """A webhook with its latest deliveries."""
    project, hook = _hook(visit)
    return visit.page(
        "hook.html", status, project=project, at="hooks", hook=hook, error=error,
        events=visit.instance.hooks.events(hook.id)[:50], waiting=visit.instance.hooks.waiting_for(hook.id),
    )  # fmt: skip


def change(visit: Visit) -> Response:
    """Changes a webhook."""
    project, hook = _hook(visit)
    settings = _settings(visit.form)
    try:
        columns = {"push_events_branch_filter": "", "name": None} | hook_columns(settings)
        events = hook.events | {name: settings.boolean(name) for name in _EVENTS}
        visit.instance.hooks.update(hook, url=hook_url(settings.text("url")), events=events, **columns)
    except Refusal as refusal:
        return edit_page(visit, _words(refusal), 422)
    return redirect(_address(project))


def delete(visit: Visit) -> Response:
    """Removes a webhook."""
    project, hook = _hook(visit)
    visit.instance.hooks.remove(hook)
    return redirect(_address(project))


def test(visit: Visit) -> Response:
    """Sends what the latest push would have sent, and shows what came of it."""
    project, hook = _hook(visit)
    event = TAG_PUSH if visit.form.optional_text("trigger") == "tag_push_events" else PUSH
    sent = visit.instance.test_hook(hook, project, visit.me, event)
    if sent is None:
        return edit_page(visit, "The project has nothing that could have been pushed.", 422)
    return redirect(f"{_address(project)}/{hook.id}/hook_logs/{sent.id}")


def log_page(visit: Visit) -> Response:
    """One delivery: request, response, time."""
    project, hook = _hook(visit)
    event = visit.instance.hooks.event(as_id(visit.names["event"]) or 0)
    if event is None or event.hook_id != hook.id:
        raise not_found("Page")
    request = json.dumps(json.loads(event.request_data), indent=2, ensure_ascii=False)
    return visit.page("hook_log.html", project=project, at="hooks", hook=hook, event=event, request=request)


def retry(visit: Visit) -> Response:
    """Sends a delivery again."""
    project, hook = _hook(visit)
    event = visit.instance.hooks.event(as_id(visit.names["event"]) or 0)
    if event is None or event.hook_id != hook.id:
        raise not_found("Page")
    again = visit.instance.resend(hook, event)
    return redirect(f"{_address(project)}/{hook.id}/hook_logs/{again.id}")


def _hook(visit: Visit) -> tuple[Project, Hook]:
    project = visit.project(MAINTAINER)
    hook = visit.instance.hooks.find(as_id(visit.names["hook"]) or 0)
    if hook is None or (hook.source, hook.source_id) != ("project", project.id):
        raise not_found("Page")
    return project, hook


def _address(project: Project) -> str:
    return f"/{project.full_path}/-/hooks"
