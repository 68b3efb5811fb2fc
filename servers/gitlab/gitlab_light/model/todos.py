"""To-do items: what waits for a user at merge requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.model.database import Database, now


@dataclass(frozen=True)
class Todo:
    """A to-do item.

    Attributes:
        author_id: who has caused it.
        action: "assigned", "review_requested", "mentioned", "directly_addressed" or "marked".
        note_id: the note that mentions the user, if one does.
        state: "pending" or "done".
    """

    id: int
    user_id: int
    author_id: int
    merge_request_id: int
    action: str
    note_id: int | None
    state: str
    created_at: str
    updated_at: str


class Todos:
    """The to-do items of all users."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(
        self, user_id: int, author_id: int, merge_request_id: int, action: str, note_id: int | None = None
    ) -> Todo | None:
        """Makes one; None where one of the same merge request waits for the user already (GitLab's TodoService)."""
        with self._db.transaction():
            waiting = self._db.value(
                "SELECT 1 FROM todos WHERE user_id = ? AND merge_request_id = ? AND state = 'pending'",
                user_id, merge_request_id,
            )  # fmt: skip
            if waiting:
                return None
            todo_id = self._db.insert(
                "todos", user_id=user_id, author_id=author_id, merge_request_id=merge_request_id, action=action,
                note_id=note_id, created_at=now(), updated_at=now(),
            )  # fmt: skip
            return self.find(todo_id, user_id)

    def find(self, todo_id: int, user_id: int) -> Todo | None:
        """A user's item by its id."""
        return self._db.one(Todo, "SELECT * FROM todos WHERE id = ? AND user_id = ?", todo_id, user_id)

    def select(self, conditions: list[str], values: list[Any]) -> list[Todo]:
        """The items that fit SQL conditions of our own words, latest first."""
        sql = f"SELECT * FROM todos WHERE {' AND '.join(conditions)} ORDER BY id DESC"  # noqa: S608  our words
        return self._db.all(Todo, sql, *values)

    def done_at(self, merge_request_id: int, user_id: int) -> None:
        """What waits for a user at a merge request is done."""
        self._db.execute(
            "UPDATE todos SET state = 'done', updated_at = ? "
            "WHERE state = 'pending' AND user_id = ? AND merge_request_id = ?", now(), user_id, merge_request_id,
        )  # fmt: skip

    def done(self, todos: list[Todo]) -> None:
        """These are done."""
        with self._db.transaction():
            for todo in todos:
                if todo.state == "pending":
                    self._db.update("todos", todo.id, state="done", updated_at=now())
