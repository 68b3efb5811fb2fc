"""What receivers are sent of milestones, as Gitlab::DataBuilder::Milestone builds it (since GitLab 18.2)."""

from __future__ import annotations

from typing import Any

from gitlab_light.model.milestones import Milestone


def milestone_payload(project: dict[str, Any], milestone: Milestone, action: str) -> dict[str, Any]:
    """The payload of a milestone event.

    Args:
        project: the project, as payloads have it.
        milestone: the milestone.
        action: "create", "close", "reopen" or "delete".
    """
    return {
        "object_kind": "milestone",
        "event_type": "milestone",
        "project": project,
        "object_attributes": {
            "id": milestone.id,
            "iid": milestone.iid,
            "title": milestone.title,
            "description": milestone.description,
            "state": milestone.state,
            "created_at": _words(milestone.created_at),
            "updated_at": _words(milestone.updated_at),
            "due_date": milestone.due_date,
            "start_date": milestone.start_date,
            "project_id": milestone.source_id,
        },
        "action": action,
    }


def _words(time: str) -> str:
    return f"{time[:10]} {time[11:19]} UTC"
