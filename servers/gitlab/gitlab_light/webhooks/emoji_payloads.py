"""What receivers are sent of emoji, as Gitlab::DataBuilder::Emoji builds it."""

from __future__ import annotations

from typing import Any

from gitlab_light.model.awards import Award
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.notes import Note
from gitlab_light.model.users import User
from gitlab_light.webhooks.merge_payloads import MergePayloads, user_attributes


def emoji_payload(
    payloads: MergePayloads, award: Award, user: User, action: str, found: MergeRequest, note: Note | None
) -> dict[str, Any]:
    """The payload of an emoji event.

    Args:
        payloads: builds what is told of merge requests and notes.
        award: the emoji.
        user: who has put it there, or taken it off.
        action: "award" or "revoke".
        found: the merge request that it is on.
        note: the note of it that it is on; None where it is on the request itself.
    """
    about = payloads.merge_request(found, user, "update", {}, None)
    said = payloads.merge_request_note(found, note, user, "create")["object_attributes"] if note else None
    time = f"{award.created_at[:10]} {award.created_at[11:19]} UTC"
    return {
        "object_kind": "emoji",
        "event_type": action,
        "user": user_attributes(user),
        "project_id": found.project_id,
        "project": about["project"],
        "object_attributes": {
            "user_id": award.user_id,
            "created_at": time,
            "id": award.id,
            "name": award.name,
            "awardable_type": award.target_type,
            "awardable_id": award.target_id,
            "updated_at": time,
            "action": action,
            "awarded_on_url": said["url"] if said else about["object_attributes"]["url"],
        },
        "merge_request": about["object_attributes"],
        **({"note": said} if said else {}),
    }
