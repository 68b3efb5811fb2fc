"""What receivers are sent of merge requests and notes, as Gitlab::HookData and Gitlab::DataBuilder build it."""

from __future__ import annotations

from typing import Any

from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.repository import Repository
from gitlab_light.links import Links
from gitlab_light.merge_flow import MergeFlow, merge_status
from gitlab_light.model.database import kept
from gitlab_light.model.labels import Label, Labels
from gitlab_light.model.merge_requests import MergeRequest, is_draft
from gitlab_light.model.namespaces import Namespaces
from gitlab_light.model.notes import Note
from gitlab_light.model.projects import Project, Projects
from gitlab_light.model.users import User, Users
from gitlab_light.webhooks.payloads import commit_head, project_attributes

_STATE_IDS = {"opened": 1, "closed": 2, "merged": 3, "locked": 4}


class MergePayloads:
    """Builds payloads of merge requests and of notes."""

    def __init__(
        self, links: Links, users: Users, projects: Projects, namespaces: Namespaces, labels: Labels, flow: MergeFlow
    ) -> None:
        self._links = links
        self._users = users
        self._projects = projects
        self._namespaces = namespaces
        self._labels_of = labels
        self._flow = flow

    def merge_request(
        self, found: MergeRequest, user: User, action: str, changes: dict[str, Any], oldrev: str | None
    ) -> dict[str, Any]:
        """The payload of a merge request event.

        Args:
            found: the merge request as it is now.
            user: who has done it.
            action: "open", "update", "approved", "unapproved", "merge", "close" or "reopen".
            changes: what has changed, each {"previous": …, "current": …}.
            oldrev: the head before, where commits came in.
        """
        attributes = self._attributes(found) | {"action": action} | ({"oldrev": oldrev} if oldrev else {})
        people = {"assignees": found.assignee_ids, "reviewers": found.reviewer_ids}
        return {
            "object_kind": "merge_request",
            "event_type": "merge_request",
            "user": user_attributes(user),
            "project": self.project(found.project_id),
            "object_attributes": attributes,
            "labels": self._labels(found, found.labels),
            "changes": self._changes(found, changes),
            "repository": self._repository(found.project_id),
            **{name: self._people(ids) for name, ids in people.items() if ids},
        }

    def merge_request_note(self, found: MergeRequest, note: Note, user: User, action: str) -> dict[str, Any]:
        """The payload of a note on a merge request."""
        page = self._links.merge_request(self._existing(found.project_id), found.iid)
        about = {
            "id": note.id, "author_id": note.author_id, "note": note.body, "type": note.type,
            "discussion_id": note.discussion_id, "position": note.position or None,
            "created_at": _words(note.created_at), "updated_at": _words(note.updated_at),
            "resolved_at": note.resolved_at, "resolved_by_id": note.resolved_by_id,
            "noteable_type": "MergeRequest", "noteable_id": found.id, "commit_id": None, "line_code": None,
            "url": f"{page}#note_{note.id}",
        }  # fmt: skip
        return self._note(found.project_id, user, about, action) | {"merge_request": self._attributes(found)}

    def commit_note(
        self, project: Project, repository: Repository, sha: str, user: User, *, note_id: int, body: str, created: str
    ) -> dict[str, Any]:
        """The payload of a comment on a commit."""
        page = self._links.page(project, "commit", sha)
        about = {
            "id": note_id, "author_id": user.id, "note": body, "type": None, "discussion_id": None, "position": None,
            "created_at": _words(created), "updated_at": _words(created), "resolved_at": None, "resolved_by_id": None,
            "noteable_type": "Commit", "noteable_id": None, "commit_id": sha, "line_code": None,
            "url": f"{page}#note_{note_id}",
        }  # fmt: skip
        commit = _commit(repository, self._links, project, sha)
        return self._note(project.id, user, about, "create") | {"commit": commit}

    def project(self, project_id: int) -> dict[str, Any]:
        """A project, as payloads have it."""
        project = self._existing(project_id)
        namespace = self._namespaces.find(project.namespace_id)
        return project_attributes(self._links, project, namespace.name if namespace else "")

    def _note(self, project_id: int, user: User, about: dict[str, Any], action: str) -> dict[str, Any]:
        always = {
            "project_id": project_id, "internal": False, "attachment": None, "system": False, "st_diff": None,
            "change_position": None, "original_position": None, "resolved_by_push": None, "updated_by_id": None,
            "description": about["note"], "action": action,
        }  # fmt: skip
        return {
            "object_kind": "note",
            "event_type": "note",
            "user": user_attributes(user),
            "project_id": project_id,
            "project": self.project(project_id),
            "object_attributes": about | always,
            "repository": self._repository(project_id),
        }

    def _attributes(self, found: MergeRequest) -> dict[str, Any]:
        target = self._existing(found.project_id)
        source = self._projects.find(found.source_project_id) if found.source_project_id else None
        detailed = self._flow.status(found)
        people = {
            "assignee_id": next(iter(found.assignee_ids), None), "assignee_ids": found.assignee_ids,
            "reviewer_ids": found.reviewer_ids,
        }  # fmt: skip
        times = {
            "total_time_spent": 0, "time_change": 0, "time_estimate": 0, "human_total_time_spent": None,
            "human_time_change": None, "human_time_estimate": None,
        }  # fmt: skip
        merging = {
            "merge_commit_sha": found.merge_commit_sha, "merge_error": found.merge_error,
            "merge_params": {"force_remove_source_branch": "1" if found.remove_source_branch else "0"},
            "merge_status": merge_status(detailed, mergeable=self._flow.can_be_merged(found)),
            "detailed_merge_status": detailed, "merge_user_id": found.merged_by_id,
            "merge_when_pipeline_succeeds": bool(found.auto_merge), "head_pipeline_id": None,
            "first_contribution": False,
            "blocking_discussions_resolved": detailed != "discussions_not_resolved",
        }  # fmt: skip
        return {
            "id": found.id,
            "iid": found.iid,
            "title": found.title,
            "description": found.description,
            "state": found.state,
            "state_id": _STATE_IDS[found.state],
            "draft": found.draft,
            "work_in_progress": found.draft,
            "source_branch": found.source_branch,
            "source_project_id": found.source_project_id,
            "target_branch": found.target_branch,
            "target_project_id": found.project_id,
            "author_id": found.author_id,
            "updated_by_id": found.last_edited_by_id,
            "milestone_id": found.milestone_id,
            "created_at": _seconds(found.created_at),
            "updated_at": _seconds(found.updated_at),
            "prepared_at": _seconds(found.created_at),
            "last_edited_at": _seconds(found.last_edited_at),
            "last_edited_by_id": found.last_edited_by_id,
            "url": self._links.merge_request(target, found.iid),
            "source": self.project(source.id) if source else None,
            "target": self.project(target.id),
            "last_commit": _commit(self._flow.repository(found), self._links, source or target, found.head_sha),
            "labels": self._labels(found, found.labels),
            **people,
            **times,
            **merging,
        }

    def _labels(self, found: MergeRequest, names: list[str]) -> list[dict[str, Any]]:
        known = self._labels_of.of(self._projects.places(found.project_id))
        return [_label(label) for label in known if label.name in names]

    def _changes(self, found: MergeRequest, changes: dict[str, Any]) -> dict[str, Any]:
        """What has changed, as receivers are told: people and labels with what they are (HookData::IssuableBuilder)."""
        shown: dict[str, Any] = {}
        for name, change in changes.items():
            if name in ("assignee_ids", "reviewer_ids"):
                shown[f"{name.removesuffix('_ids')}s"] = {when: self._people(ids) for when, ids in change.items()}
            elif name == "labels":
                shown[name] = {when: self._labels(found, names) for when, names in change.items()}
            elif name in ("updated_at", "last_edited_at"):
                shown[name] = {when: _words(time) if time else None for when, time in change.items()}
            else:
                shown[name] = change
        if title := changes.get("title"):
            before, after = is_draft(title["previous"]), is_draft(title["current"])
            shown |= {"draft": {"previous": before, "current": after}} if before != after else {}
        return shown

    def _repository(self, project_id: int) -> dict[str, Any]:
        project = self.project(project_id)
        return {name: project[name] for name in ("name", "url", "description", "homepage")}

    def _people(self, ids: list[int]) -> list[dict[str, Any]]:
        return [user_attributes(user) for user in map(self._users.find, ids) if user]

    def _existing(self, project_id: int) -> Project:
        return kept(self._projects.find(project_id))


def user_attributes(user: User) -> dict[str, Any]:
    """A user, as payloads have them; an address that is not public is not shown."""
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "avatar_url": user.profile.get("avatar_url"),
        "email": user.profile.get("public_email") or "[REDACTED]",
    }


def _label(label: Label) -> dict[str, Any]:
    of_project = label.source == "project"
    return {
        "id": label.id,
        "title": label.name,
        "color": label.color,
        "project_id": label.source_id if of_project else None,
        "created_at": _words(label.created_at),
        "updated_at": _words(label.updated_at),
        "template": False,
        "description": label.description,
        "type": "ProjectLabel" if of_project else "GroupLabel",
        "group_id": None if of_project else label.source_id,
    }


def _commit(repository: Repository, links: Links, project: Project, sha: str) -> dict[str, Any] | None:
    try:
        commit = history.commit(repository, sha)
    except GitError:
        return None
    return commit_head(links, project, commit)


def _seconds(time: str | None) -> str | None:
    return f"{time[:19]}Z" if time else None


def _words(time: str) -> str:
    """A time as Ruby writes it, which is how notes carry it."""
    return f"{time[:10]} {time[11:19]} UTC"
