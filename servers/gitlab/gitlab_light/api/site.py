"""The server as a whole: its settings and numbers, Markdown, and what it reminds people of."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.call import Call
from gitlab_light.api.routing import Routes
from gitlab_light.errors import not_found
from gitlab_light.model.application_settings import given_application_settings
from gitlab_light.web.highlight import markdown

routes = Routes()
_LEVELS = ("disabled", "participating", "watch", "global", "mention", "custom")


@routes.get("/application/settings")
def show_settings(call: Call) -> Any:
    """The settings of the server that mean something here."""
    call.require_admin()
    settings = call.instance.settings
    return {
        "id": 1,
        **call.instance.application_settings.all(),
        # These are given at its start and not by calls.
        "password_authentication_enabled_for_web": True,
        "password_authentication_enabled_for_git": True,
        "max_attachment_size": settings.max_body // (1024 * 1024),
        "receive_max_input_size": settings.max_pack // (1024 * 1024),
        "session_expire_delay": 10080,
        "throttle_authenticated_api_enabled": settings.api_limit > 0,
        "throttle_authenticated_api_requests_per_period": settings.api_limit,
        "throttle_authenticated_api_period_in_seconds": 60,
        "require_two_factor_authentication": False,
    }


@routes.put("/application/settings")
def change_settings(call: Call) -> Any:
    """Changes those settings that calls can change."""
    call.require_admin()
    call.instance.application_settings.change(given_application_settings(call.params))
    return show_settings(call)


@routes.get("/application/statistics")
def show_statistics(call: Call) -> Any:
    """How much there is of everything, each as a text as GitLab has it."""
    call.require_admin()
    count = call.instance.database.value
    return {
        "forks": str(count("SELECT count(*) FROM projects WHERE forked_from_id IS NOT NULL")),
        "issues": "0",
        "merge_requests": str(count("SELECT count(*) FROM merge_requests")),
        "notes": str(count("SELECT (SELECT count(*) FROM notes) + (SELECT count(*) FROM comments)")),
        "snippets": "0",
        "ssh_keys": str(count("SELECT count(*) FROM keys WHERE kind = 'user'")),
        "milestones": str(count("SELECT count(*) FROM milestones")),
        "users": str(count("SELECT count(*) FROM users")),
        "groups": str(count("SELECT count(*) FROM namespaces WHERE kind = 'group'")),
        "projects": str(count("SELECT count(*) FROM projects")),
        "active_users": str(count("SELECT count(*) FROM users WHERE state = 'active' AND NOT bot")),
    }


@routes.post("/markdown", anonymous=True)
def render(call: Call) -> Any:
    """Markdown as HTML."""
    if (path := call.params.optional_text("project")) is not None:
        project = call.instance.projects.by_path(path)
        if project is None or not call.instance.members.can_see_project(call.user, project):
            raise not_found("Project")
    call.created()
    return {"html": str(markdown(call.params.text("text")))}


@routes.get("/notification_settings", "/projects/:id/notification_settings", "/groups/:id/notification_settings")
def show_notifications(call: Call) -> Any:
    """What the caller is sent mail of; nothing is, but the level is kept."""
    return _notifications(call, _place(call))


@routes.put("/notification_settings", "/projects/:id/notification_settings", "/groups/:id/notification_settings")
def set_notifications(call: Call) -> Any:
    """Sets the level."""
    place = _place(call)
    default = "participating" if place == "global" else "global"
    level = call.params.choice("level", _LEVELS, default=default)
    kept = call.me.profile.get("notifications", {}) | {place: level}
    call.instance.users.update(call.me, profile=call.me.profile | {"notifications": kept})
    return {"level": level} | ({"notification_email": call.me.email} if place == "global" else {})


def _notifications(call: Call, place: str) -> dict[str, Any]:
    default = "participating" if place == "global" else "global"
    level = call.me.profile.get("notifications", {}).get(place, default)
    return {"level": level} | ({"notification_email": call.me.email} if place == "global" else {})


def _place(call: Call) -> str:
    if "id" not in call.arguments:
        return "global"
    if call.path.startswith("/projects/"):
        return f"project {call.project().id}"
    return f"group {call.group().id}"
