"""Writes down what people do: system notes on merge requests, their states, and the activity of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.repository import Repositories
from gitlab_light.links import Links
from gitlab_light.model.activity import Activities
from gitlab_light.model.labels import Labels
from gitlab_light.model.merge_requests import MergeRequest, MergeRequests, is_draft
from gitlab_light.model.notes import Note, Notes
from gitlab_light.model.projects import Project, Projects
from gitlab_light.model.users import Users
from gitlab_light.reminders import Reminders

# The states and activities that hooks' actions stand for.
_STATES = {"close": "closed", "reopen": "reopened", "merge": "merged"}
_ACTIVITIES = _STATES | {"open": "created", "approved": "approved"}
_SHOWN_COMMITS = 100


class Chronicle:
    """Knows what is worth a line."""

    def __init__(
        self, repositories: Repositories, links: Links, users: Users, projects: Projects, notes: Notes,
        labels: Labels, activities: Activities, merge_requests: MergeRequests, reminders: Reminders,
    ) -> None:  # fmt: skip
        self._repositories = repositories
        self._links = links
        self._users = users
        self._projects = projects
        self._notes = notes
        self._labels = labels
        self._activities = activities
        self._merge_requests = merge_requests
        self._reminders = reminders

    def merge_request(self, found: MergeRequest, user_id: int, action: str, changes: dict[str, Any]) -> None:
        """Somebody has done something with a merge request.

        Args:
            found: the merge request as it is now.
            user_id: who.
            action: as hooks are told.
            changes: what has changed, each {"previous": …, "current": …}.
        """
        self._reminders.merge_request(found, user_id, action, changes)
        if action in _STATES:
            self._activities.add_state(found.id, user_id, _STATES[action])
        if action in _ACTIVITIES:
            self._activities.add(
                found.project_id, user_id, _ACTIVITIES[action], target_type="MergeRequest", target_id=found.id,
                target_iid=found.iid, target_title=found.title,
            )  # fmt: skip
        if action == "open":
            self._labelled(found, user_id, [], found.labels)
            self._planned(found, user_id, None)
        if action in ("approved", "unapproved"):
            self._note(found, user_id, f"{action} this merge request")
        for line in self._changed(changes):
            self._note(found, user_id, line)
        if labels := changes.get("labels"):
            self._labelled(found, user_id, labels["previous"], labels["current"])
        if milestone := changes.get("milestone_id"):
            self._planned(found, user_id, milestone["previous"])

    def _labelled(self, found: MergeRequest, user_id: int, before: list[str], after: list[str]) -> None:
        known = {label.name: label.id for label in self._labels.of(self._projects.places(found.project_id))}
        changes = [("add", name) for name in after if name not in before]
        changes += [("remove", name) for name in before if name not in after]
        for action, name in changes:
            self._activities.add_label_event(found.id, user_id, known.get(name), action)

    def _planned(self, found: MergeRequest, user_id: int, before: int | None) -> None:
        """The request's milestone is no longer `before`; in place of one GitLab notes the new one alone."""
        if milestone_id := found.milestone_id or before:
            action = "add" if found.milestone_id else "remove"
            self._activities.add_milestone_event(found.id, user_id, milestone_id, action, found.state)

    def commits_added(self, found: MergeRequest, user_id: int, oldrev: str) -> None:
        """The source branch has moved; `found` is the merge request as it is now."""
        repository = self._repositories.of(found.project_id)
        try:
            commits = history.log(repository, [found.head_sha, f"^{oldrev}"], limit=_SHOWN_COMMITS)
        except GitError:
            return  # the old head has gone with a forced push
        if not commits:
            return
        project = self._projects.find(found.project_id)
        lines = "".join(f"<li>{commit.short_id} - {commit.title}</li>" for commit in reversed(commits))
        page = self._links.page(project, "merge_requests", f"{found.iid}/diffs") if project else ""
        count = f"{len(commits)} commit{'s' if len(commits) > 1 else ''}"
        self._note(
            found, user_id, f"added {count}\n\n<ul>{lines}</ul>\n\n[Compare with previous version]({page})"
        )  # fmt: skip

    def source_removed(self, found: MergeRequest, user_id: int) -> None:
        """The source branch of an open merge request is gone."""
        self._note(found, user_id, f"deleted source branch `{found.source_branch}`")

    def auto_merge(self, found: MergeRequest, user_id: int, state: str) -> None:
        """Somebody has asked for a merge once builds have succeeded ("enabled"), or it is off again.

        Args:
            found: the merge request.
            user_id: who.
            state: "enabled", "canceled" or "aborted" by a push.
        """
        words = {
            "enabled": f"enabled an automatic merge when all merge checks for {found.head_sha} pass",
            "canceled": "canceled the automatic merge",
            "aborted": "aborted the automatic merge because the source branch was updated",
        }
        self._note(found, user_id, words[state])

    def threads_resolved(self, found: MergeRequest, user_id: int) -> None:
        """The last open thread was resolved."""
        self._note(found, user_id, "resolved all threads")

    def noted(self, project: Project, note: Note, user_id: int, title: str, iid: int) -> None:
        """Somebody has written a note on a merge request."""
        self._activities.add(
            project.id, user_id, "commented", target_type=note.type or "Note", target_id=note.id, target_iid=iid,
            target_title=title,
        )  # fmt: skip
        if found := self._merge_requests.by_id(note.merge_request_id):
            self._reminders.noted(found, note, user_id)

    def made_project(self, project: Project, user_id: int) -> None:
        """A project was made."""
        self._activities.add(project.id, user_id, "created")

    def member(self, source: str, source_id: int, user_id: int, action: str) -> None:
        """Somebody has come into a project ("joined") or gone ("left"); of groups GitLab keeps no such thing."""
        if source == "project":
            self._activities.add(source_id, user_id, action)

    def pushed(self, project: Project, user_id: int, pushes: Sequence[dict[str, Any]]) -> None:
        """Branches and tags have moved; `pushes` is their push_data."""
        for push in pushes:
            self._activities.add(project.id, user_id, "pushed", push=push)

    def _changed(self, changes: dict[str, Any]) -> list[str]:
        lines = []
        if title := changes.get("title"):
            lines.append(_retitled(title["previous"], title["current"]))
        if "description" in changes:
            lines.append("changed the description")
        if branch := changes.get("target_branch"):
            lines.append(f"changed target branch from `{branch['previous']}` to `{branch['current']}`")
        if people := changes.get("assignee_ids"):
            lines += self._people(people, "assigned to {}", "unassigned {}")
        if people := changes.get("reviewer_ids"):
            lines += self._people(people, "requested review from {}", "removed review request for {}")
        if locked := changes.get("discussion_locked"):
            lines.append(f"{'locked' if locked['current'] else 'unlocked'} the discussion in this merge request")
        return lines

    def _people(self, changed: dict[str, list[int]], added: str, removed: str) -> list[str]:
        """What became of assignees or reviewers, in one line, as GitLab joins it."""
        old, new = changed["previous"], changed["current"]
        parts = [
            words.format(self._names(ids))
            for words, ids in (
                (added, [one for one in new if one not in old]),
                (removed, [one for one in old if one not in new]),
            )
            if ids
        ]
        return [" and ".join(parts)] if parts else []

    def _names(self, ids: list[int]) -> str:
        names = [f"@{user.username}" for user in map(self._users.find, ids) if user]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nobody"

    def _note(self, found: MergeRequest, user_id: int, body: str) -> None:
        self._notes.add(found.id, body, user_id, system=True)


def _retitled(old: str, new: str) -> str:
    if is_draft(old) != is_draft(new):
        return f"marked this merge request as **{'draft' if is_draft(new) else 'ready'}**"
    return f"changed title from **{{-{old}-}}** to **{{+{new}+}}**"
