"""What people have done: the activity of projects and users, and the states that merge requests went through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.model.database import Database, now

# The activities that are about notes, as SQL.
OF_NOTES = "target_type IN ('Note', 'DiffNote', 'DiscussionNote')"


@dataclass(frozen=True)
class Activity:
    """Something that somebody has done.

    Attributes:
        action: what, by the names of GitLab's filter: "created", "pushed", "commented", "merged" and so on.
        target_type: "MergeRequest", "Note" or whatever it was done to; None for the project and for a push.
        target_id: the target's id.
        target_iid: its number in the project.
        push: for a push what GitLab calls push_data.
    """

    id: int
    project_id: int
    author_id: int
    action: str
    target_type: str | None
    target_id: int | None
    target_iid: int | None
    target_title: str | None
    push: dict[str, Any]
    created_at: str


@dataclass(frozen=True)
class StateEvent:
    """A merge request was closed, reopened or merged."""

    id: int
    merge_request_id: int
    user_id: int
    state: str
    created_at: str


@dataclass(frozen=True)
class MilestoneEvent:
    """A merge request was given a milestone ("add") or was left without one ("remove"), in the state it was then in."""

    id: int
    merge_request_id: int
    user_id: int
    milestone_id: int | None
    action: str
    state: str
    created_at: str


class Activities:
    """Keeps what people have done."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(
        self, project_id: int, author_id: int, action: str, *, target_type: str | None = None,
        target_id: int | None = None, target_iid: int | None = None, target_title: str | None = None,
        push: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Notes something."""
        self._db.insert(
            "activities", project_id=project_id, author_id=author_id, action=action, target_type=target_type,
            target_id=target_id, target_iid=target_iid, target_title=target_title, push=push or {}, created_at=now(),
        )  # fmt: skip

    def set_push(self, activity_id: int, push: dict[str, Any]) -> None:
        """Keeps a push's push_data."""
        self._db.update("activities", activity_id, push=push)

    def select(self, conditions: list[str], values: list[Any], sort: str) -> list[Activity]:
        """What fits SQL conditions of our own words; `sort` is "asc" or "desc"."""
        return self._db.all(
            Activity,
            f"SELECT * FROM activities WHERE {' AND '.join(conditions) or '1'} ORDER BY id {sort}",  # noqa: S608  our words
            *values,
        )

    def add_state(self, merge_request_id: int, user_id: int, state: str) -> None:
        """Notes that a merge request has come into a state."""
        self._db.insert(
            "state_events", merge_request_id=merge_request_id, user_id=user_id, state=state, created_at=now()
        )

    def add_label_event(self, merge_request_id: int, user_id: int, label_id: int | None, action: str) -> None:
        """Notes that a label was put on a merge request ("add") or taken off ("remove")."""
        self._db.insert(
            "label_events", merge_request_id=merge_request_id, user_id=user_id, label_id=label_id, action=action,
            created_at=now(),
        )  # fmt: skip

    def states(self, merge_request_id: int) -> list[StateEvent]:
        """The states that a merge request has come into, oldest first."""
        return self._db.all(
            StateEvent, "SELECT * FROM state_events WHERE merge_request_id = ? ORDER BY id", merge_request_id
        )

    def add_milestone_event(
        self, merge_request_id: int, user_id: int, milestone_id: int | None, action: str, state: str
    ) -> None:
        """Notes that a merge request was given a milestone ("add") or lost it ("remove")."""
        self._db.insert(
            "milestone_events", merge_request_id=merge_request_id, user_id=user_id, milestone_id=milestone_id,
            action=action, state=state, created_at=now(),
        )  # fmt: skip

    def milestones(self, merge_request_id: int) -> list[MilestoneEvent]:
        """What has become of a merge request's milestone, oldest first."""
        return self._db.all(
            MilestoneEvent, "SELECT * FROM milestone_events WHERE merge_request_id = ? ORDER BY id", merge_request_id
        )
