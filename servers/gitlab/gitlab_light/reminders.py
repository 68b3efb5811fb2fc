"""Puts on users' to-do lists what waits for them at merge requests, and takes off what they have seen to.

See https://docs.gitlab.com/user/todos/#actions-that-create-to-do-items and #actions-that-mark-a-to-do-item-as-done.
"""

from __future__ import annotations

import re
from typing import Any

from gitlab_light.model.members import Members
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.notes import Note
from gitlab_light.model.projects import Projects
from gitlab_light.model.todos import Todos
from gitlab_light.model.users import Users

# Actions on a merge request, as hooks are told of them, by which whoever does them has seen to it.
_SEEING_TO = ("close", "merge", "approved")
_PEOPLE = {"assignee_ids": "assigned", "reviewer_ids": "review_requested"}
_MENTION = re.compile(r"(?<![\w`@/])@([a-zA-Z0-9_][\w.-]*[a-zA-Z0-9_-]|[a-zA-Z0-9_])")
_MOST_MENTIONS = 100


class Reminders:
    """Knows what waits for whom."""

    def __init__(self, todos: Todos, users: Users, projects: Projects, members: Members) -> None:
        self._todos = todos
        self._users = users
        self._projects = projects
        self._members = members

    def merge_request(self, found: MergeRequest, user_id: int, action: str, changes: dict[str, Any]) -> None:
        """Somebody has done something with a merge request.

        Args:
            found: the merge request as it is now.
            user_id: who.
            action: as hooks are told.
            changes: what has changed, each {"previous": …, "current": …}.
        """
        if action in _SEEING_TO:
            self._todos.done_at(found.id, user_id)
        for name, todo in _PEOPLE.items():
            now, before = getattr(found, name), changes.get(name, {}).get("previous", [])
            if action == "open" or name in changes:
                for person in now:
                    if person not in before:
                        self._todos.add(person, user_id, found.id, todo)
        if action == "open" or "description" in changes:
            self._mention(found, user_id, found.description or "", None)

    def noted(self, found: MergeRequest, note: Note, user_id: int) -> None:
        """Somebody has written a note on a merge request."""
        self._todos.done_at(found.id, user_id)
        self._mention(found, user_id, note.body, note.id)

    def _mention(self, found: MergeRequest, user_id: int, text: str, note_id: int | None) -> None:
        """Tells those who are mentioned and may see it; whom a text begins with is addressed directly."""
        project = self._projects.find(found.project_id)
        names = dict.fromkeys(match[1].lower() for match in _MENTION.finditer(text))
        first = _MENTION.match(text.lstrip())
        for name in list(names)[:_MOST_MENTIONS]:
            user = self._users.by_login(name)
            if user is None or project is None or user.id == user_id:
                continue
            if self._members.can_read_code(user, project):
                addressed = first is not None and first[1].lower() == name
                action = "directly_addressed" if addressed else "mentioned"
                self._todos.add(user.id, user_id, found.id, action, note_id)
