"""What the API answers of webhooks and their logs, field by field as GitLab's entities have it."""

from __future__ import annotations

from typing import Any

from gitlab_light.model.hooks import EVENTS, Hook, HookEvent

# What the log calls the events.
_TRIGGERS = {
    "Push Hook": "push_hooks",
    "Tag Push Hook": "tag_push_hooks",
    "Merge Request Hook": "merge_request_hooks",
    "Note Hook": "note_hooks",
    "Release Hook": "release_hooks",
    "Emoji Hook": "emoji_hooks",
    "Milestone Hook": "milestone_hooks",
}


def hook(found: Hook) -> dict[str, Any]:
    """A webhook; its secrets are not shown."""
    place = {"project_id": found.source_id} if found.source == "project" else {"group_id": found.source_id}
    return {
        "id": found.id,
        "url": found.url,
        "name": found.name,
        "description": found.description,
        "created_at": found.created_at,
        **{event: bool(found.events.get(event)) for event in EVENTS},
        "enable_ssl_verification": found.enable_ssl_verification,
        "alert_status": found.alert_status,
        "disabled_until": found.disabled_until,
        "url_variables": [{"key": key} for key in found.url_variables],
        "custom_headers": [{"key": key} for key in found.custom_headers],
        "push_events_branch_filter": found.push_events_branch_filter or None,
        "branch_filter_strategy": found.branch_filter_strategy,
        "custom_webhook_template": found.custom_webhook_template,
        "token_present": bool(found.token),
        "signing_token_present": bool(found.signing_token),
        **place,
    }


def hook_event(found: HookEvent, *, request: dict[str, Any]) -> dict[str, Any]:
    """An entry of a hook's log."""
    return {
        "id": found.id,
        "url": found.url,
        "trigger": _TRIGGERS.get(found.event, found.event),
        "request_headers": found.request_headers,
        "request_data": request,
        "response_headers": found.response_headers,
        "response_body": found.response_body,
        "execution_duration": found.execution_duration,
        "response_status": found.response_status,
    }
