"""What others say of a commit: the states of builds, and comments."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gitlab_light.errors import bad_request
from gitlab_light.model.database import Database, kept, now

STATES = ("pending", "running", "success", "failed", "canceled", "skipped")
# What GitLab's state machine of a build refuses, with the name of the event.
_REFUSED = {
    ("pending", "pending"): "enqueue", ("running", "pending"): "enqueue", ("running", "running"): "run",
}  # fmt: skip
_FINISHED = ("success", "failed", "canceled", "skipped")
# GitLab's order: one failure makes the whole a failure, and so on.
_WEIGHT = ("failed", "canceled", "running", "pending", "success", "skipped")

# GitLab makes of a commit's states one external pipeline; ours is numbered by the first of them.
_STATUSES = (
    "SELECT *, (SELECT min(id) FROM statuses AS first WHERE first.project_id = statuses.project_id "
    "AND first.sha = statuses.sha) AS pipeline_id FROM statuses"
)


@dataclass(frozen=True)
class Status:
    """The state of one build ("name") of a commit."""

    id: int
    project_id: int
    sha: str
    ref: str | None
    name: str
    status: str
    description: str | None
    target_url: str | None
    coverage: float | None
    author_id: int
    pipeline_id: int
    created_at: str
    started_at: str | None
    finished_at: str | None


@dataclass(frozen=True)
class Comment:
    """A comment on a commit, or on a line of what it changes; replies to it have its discussion's id."""

    id: int
    project_id: int
    sha: str
    note: str
    path: str | None
    line: int | None
    line_type: str | None
    author_id: int
    discussion_id: str
    created_at: str


class CommitNotes:
    """The states and comments of commits."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def statuses(self, project_id: int, sha: str, *, every: bool = False) -> list[Status]:
        """A commit's states: the latest of each name and ref, or all there ever were."""
        found = self._db.all(Status, f"{_STATUSES} WHERE project_id = ? AND sha = ? ORDER BY id", project_id, sha)
        if every:
            return found
        return sorted({(one.name, one.ref): one for one in found}.values(), key=lambda one: one.id)

    def overall(self, project_id: int, sha: str) -> str | None:
        """The state of the commit as a whole; None where nobody has said anything."""
        states = {status.status for status in self.statuses(project_id, sha)}
        return next((state for state in _WEIGHT if state in states), None)

    def set_status(
        self, project_id: int, sha: str, *, name: str, status: str, ref: str | None, author_id: int,
        description: str | None, target_url: str | None, coverage: float | None,
    ) -> Status:  # fmt: skip
        """Tells a build's state. One that is under way changes; one that is over gets a successor.

        Raises:
            Refusal: 400, the build is in this state already, or was further.
        """
        with self._db.transaction():
            same = [one for one in self.statuses(project_id, sha) if (one.name, one.ref) == (name, ref)]
            columns = {
                "status": status, "description": description, "target_url": target_url, "coverage": coverage,
                "finished_at": now() if status in _FINISHED else None,
            }  # fmt: skip
            if status != "pending":
                columns["started_at"] = same[-1].started_at if same and same[-1].started_at else now()
            if same and (event := _REFUSED.get((same[-1].status, status))):
                raise bad_request(
                    f"Cannot transition status via :{event} from :{same[-1].status} "
                    f'(Reason(s): Status cannot transition via "{event}")'
                )
            if same and same[-1].status not in _FINISHED:
                status_id = same[-1].id
                self._db.update("statuses", status_id, **columns)
            else:
                status_id = self._db.insert(
                    "statuses", project_id=project_id, sha=sha, ref=ref, name=name, author_id=author_id,
                    created_at=now(), **columns,
                )  # fmt: skip
        return kept(self._db.one(Status, f"{_STATUSES} WHERE id = ?", status_id))

    def comments(self, project_id: int, sha: str) -> list[Comment]:
        """A commit's comments."""
        return self._db.all(
            Comment, "SELECT * FROM comments WHERE project_id = ? AND sha = ? ORDER BY id", project_id, sha
        )

    def comment(
        self, project_id: int, sha: str, note: str, author_id: int,
        *, path: str | None, line: int | None, line_type: str | None, discussion_id: str | None = None,
    ) -> Comment:  # fmt: skip
        """Comments on a commit, in a discussion of its own unless one is named."""
        comment_id = self._db.insert(
            "comments", project_id=project_id, sha=sha, note=note, path=path, line=line, line_type=line_type,
            author_id=author_id, discussion_id=discussion_id or secrets.token_hex(20), created_at=now(),
        )  # fmt: skip
        return kept(self._db.one(Comment, "SELECT * FROM comments WHERE id = ?", comment_id))
