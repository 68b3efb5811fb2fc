"""Merge requests, their versions and approvals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gitlab_light.model.activity import OF_NOTES
from gitlab_light.model.database import Database, kept, now

STATES = ("opened", "closed", "locked", "merged")
# GitLab's Gitlab::Regex.merge_request_draft.
_DRAFT = re.compile(r"\A\s*(\[draft\]|\(draft\)|draft:)", re.IGNORECASE)


@dataclass(frozen=True)
class MergeRequest:
    """A merge request.

    Attributes:
        project_id: the project that is merged into.
        source_project_id: where the source branch is; None once that project is gone.
        head_sha: the source branch's tip, as last seen.
        base_sha: the common ancestor of both branches.
        start_sha: the target branch's tip when the version was made.
        time_estimate: seconds that it is thought to take; 0 where nobody has said.
        time_spent: seconds that it has taken.
        auto_merge: who has asked for it to be merged once its builds have succeeded ("user_id"), and how; empty where
            nobody has.
        pending: the merge that is about to be applied: what becomes of the target branch, and the commits' ids.
        remove_source_branch: whether the source branch goes when it is merged; None where nobody has said.
    """

    id: int
    iid: int
    project_id: int
    source_project_id: int | None
    source_branch: str
    target_branch: str
    title: str
    description: str | None
    state: str
    author_id: int | None
    assignee_ids: list[int]
    reviewer_ids: list[int]
    labels: list[str]
    milestone_id: int | None
    time_estimate: int
    time_spent: int
    auto_merge: dict[str, Any]
    squash: bool
    remove_source_branch: bool | None
    discussion_locked: bool | None
    head_sha: str
    base_sha: str
    start_sha: str
    pending: dict[str, Any]
    merge_commit_sha: str | None
    squash_commit_sha: str | None
    merge_error: str | None
    merged_by_id: int | None
    merged_at: str | None
    closed_by_id: int | None
    closed_at: str | None
    last_edited_by_id: int | None
    last_edited_at: str | None
    created_at: str
    updated_at: str

    @property
    def draft(self) -> bool:
        """Whether its title marks it as not ready."""
        return is_draft(self.title)

    @property
    def ref(self) -> str:
        """The ref at which the target's repository keeps its head."""
        return f"refs/merge-requests/{self.iid}/head"


@dataclass(frozen=True)
class Version:
    """What a merge request was after one push."""

    id: int
    merge_request_id: int
    head_sha: str
    base_sha: str
    start_sha: str
    created_at: str


@dataclass(frozen=True)
class Approval:
    """Somebody's consent."""

    id: int
    merge_request_id: int
    user_id: int
    created_at: str


def is_draft(title: str) -> bool:
    """Whether a title marks a merge request as not ready."""
    return bool(_DRAFT.match(title))


class MergeRequests:
    """The merge requests of all projects."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(self, project_id: int, iid: int) -> MergeRequest | None:
        """A project's merge request by its number there."""
        return self._db.one(
            MergeRequest, "SELECT * FROM merge_requests WHERE project_id = ? AND iid = ?", project_id, iid
        )

    def by_id(self, merge_request_id: int) -> MergeRequest | None:
        """The merge request with this id."""
        return self._db.one(MergeRequest, "SELECT * FROM merge_requests WHERE id = ?", merge_request_id)

    def select(self, condition: str, *values: Any, order: str = "id DESC") -> list[MergeRequest]:
        """The merge requests that fit an SQL condition of our own words."""
        return self._db.all(
            MergeRequest,
            f"SELECT * FROM merge_requests WHERE {condition} ORDER BY {order}",  # noqa: S608  words of our own
            *values,
        )

    def opened_from(self, project_id: int, branch: str) -> list[MergeRequest]:
        """The open ones whose source a branch is."""
        return self.select(
            "state = 'opened' AND source_project_id = ? AND source_branch = ?", project_id, branch, order="id"
        )

    def waiting_for(self, sha: str) -> list[MergeRequest]:
        """The open ones that are to be merged once the builds of this head have succeeded."""
        return self.select("state = 'opened' AND head_sha = ? AND auto_merge <> '{}'", sha, order="id")

    def opened_into(self, project_id: int, branch: str) -> list[MergeRequest]:
        """The open ones whose target a branch is."""
        return self.select("state = 'opened' AND project_id = ? AND target_branch = ?", project_id, branch, order="id")

    def opened_with_label(self, place: tuple[str, int], name: str) -> int:
        """How many open ones of a project, or of all projects below a group, carry a label."""
        kind, place_id = place
        below = (
            "project_id IN (SELECT p.id FROM projects p JOIN namespaces n ON n.id = ? "
            "WHERE substr(p.full_path, 1, length(n.full_path) + 1) = n.full_path || '/')"
        )
        condition = "project_id = ?" if kind == "project" else below
        carries = "EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?)"
        return len(self.select(f"state = 'opened' AND {condition} AND {carries}", place_id, name))

    def next_iid(self, project_id: int) -> int:
        """The number of a project's next merge request; to be asked in the transaction that uses it."""
        last = self._db.value("SELECT max(iid) FROM merge_requests WHERE project_id = ?", project_id)
        return int(last or 0) + 1

    def add(self, **columns: Any) -> MergeRequest:
        """Makes a merge request and its first version."""
        with self._db.transaction():
            merge_request_id = self._db.insert("merge_requests", created_at=now(), updated_at=now(), **columns)
            self._add_version(merge_request_id, columns["head_sha"], columns["base_sha"], columns["start_sha"])
        return self._existing(merge_request_id)

    def update(self, found: MergeRequest, **columns: Any) -> MergeRequest:
        """Changes a merge request."""
        self._db.update("merge_requests", found.id, updated_at=now(), **columns)
        return self._existing(found.id)

    def change_open(self, found: MergeRequest, **columns: Any) -> bool:
        """Changes a merge request if it is open and its head is the one that was seen; tells whether it was."""
        with self._db.transaction():
            current = self.by_id(found.id)
            if current is None or current.state != "opened" or current.head_sha != found.head_sha:
                return False
            self._db.update("merge_requests", found.id, updated_at=now(), **columns)
            if "head_sha" in columns:
                self._add_version(found.id, columns["head_sha"], columns["base_sha"], columns["start_sha"])
        return True

    def remove(self, found: MergeRequest) -> None:
        """Removes a merge request, and from people's activity what they have done to it."""
        notes = f"{OF_NOTES} AND target_id IN (SELECT id FROM notes WHERE merge_request_id = ?)"  # noqa: S608
        with self._db.transaction():
            self._db.execute(
                f"DELETE FROM activities WHERE ({notes}) OR (target_type = 'MergeRequest' AND target_id = ?)",  # noqa: S608
                found.id, found.id,
            )  # fmt: skip
            self._db.execute("DELETE FROM merge_requests WHERE id = ?", found.id)

    def versions(self, found: MergeRequest) -> list[Version]:
        """A merge request's versions, latest first."""
        return self._db.all(
            Version, "SELECT * FROM merge_request_versions WHERE merge_request_id = ? ORDER BY id DESC", found.id
        )

    def approvals(self, found: MergeRequest) -> list[Approval]:
        """Who has approved a merge request."""
        return self._db.all(Approval, "SELECT * FROM approvals WHERE merge_request_id = ? ORDER BY id", found.id)

    def approve(self, found: MergeRequest, user_id: int) -> bool:
        """Notes somebody's consent; tells whether it is new."""
        return bool(
            self._db.execute(
                "INSERT OR IGNORE INTO approvals (merge_request_id, user_id, created_at) VALUES (?, ?, ?)",
                found.id, user_id, now(),
            )
        )  # fmt: skip

    def unapprove(self, found: MergeRequest, user_id: int) -> bool:
        """Takes somebody's consent back; tells whether there was one."""
        return bool(
            self._db.execute("DELETE FROM approvals WHERE merge_request_id = ? AND user_id = ?", found.id, user_id)
        )

    def subscribed(self, found: MergeRequest, user_id: int) -> bool:
        """Whether a user hears of a merge request: as they said, else where it is theirs or they are named in it."""
        said = self._db.value(
            "SELECT subscribed FROM subscriptions WHERE merge_request_id = ? AND user_id = ?", found.id, user_id
        )
        if said is not None:
            return bool(said)
        return user_id in (found.author_id, *found.assignee_ids, *found.reviewer_ids)

    def subscribe(self, found: MergeRequest, user_id: int, *, subscribed: bool) -> None:
        """A user says whether they want to hear of a merge request."""
        self._db.execute("INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?)", found.id, user_id, subscribed)

    def _add_version(self, merge_request_id: int, head: str, base: str, start: str) -> None:
        self._db.insert(
            "merge_request_versions", merge_request_id=merge_request_id, head_sha=head, base_sha=base,
            start_sha=start, created_at=now(),
        )  # fmt: skip

    def _existing(self, merge_request_id: int) -> MergeRequest:
        return kept(self.by_id(merge_request_id))
