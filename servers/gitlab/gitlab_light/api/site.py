"""The server as a whole: its settings and numbers, Markdown, and what it reminds people of."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.call import Call
from gitlab_light.api.routing import Routes
from gitlab_light.errors import not_found
from gitlab_light.web.highlight import markdown

routes = Routes()
_LEVELS = ("disabled", "participating", "watch", "global", "mention", "custom")


@routes.get("/application/settings")
def show_settings(call: Call) -> Any:
    """The settings of the server that mean something here; they are given at its start and not by calls."""
    call.require_admin()
    settings = call.instance.settings
    return {
        "id": 1,
        "default_projects_limit": 100000,
        "signup_enabled": False,
        "password_authentication_enabled_for_web": True,
        "password_authentication_enabled_for_git": True,
        "gravatar_enabled": False,
        "default_branch_protection": 2,
        "default_branch_name": None,
        "default_project_visibility": "private",
        "default_group_visibility": "private",
        "default_snippet_visibility": "private",
        "restricted_visibility_levels": [],
        "max_attachment_size": settings.max_body // (1024 * 1024),
        "receive_max_input_size": settings.max_pack // (1024 * 1024),
        "session_expire_delay": 10080,
        "user_oauth_applications": False,
        "import_sources": [],
        "allow_local_requests_from_hooks_and_services": True,
        "allow_local_requests_from_web_hooks_and_services": True,
        "throttle_authenticated_api_enabled": settings.api_limit > 0,
        "throttle_authenticated_api_requests_per_period": settings.api_limit,
        "throttle_authenticated_api_period_in_seconds": 60,
        "push_event_hooks_limit": 3,
        "push_event_activities_limit": 3,
        "require_two_factor_authentication": False,
        "home_page_url": None,
    }


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
