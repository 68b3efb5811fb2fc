"""Namespaces: groups, and the personal ones of users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.errors import bad_request
from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.redirects import Redirects
from gitlab_light.model.users import RESERVED, path_is_valid

LEVELS = {"private": 0, "internal": 10, "public": 20}
_MAX_DEPTH = 20


@dataclass(frozen=True)
class Namespace:
    """A group ("group") or a user's own namespace ("user"); `settings` are those that somebody has given."""

    id: int
    kind: str
    path: str
    full_path: str
    name: str
    parent_id: int | None
    owner_id: int | None
    description: str
    visibility: str
    settings: dict[str, Any]
    created_at: str


class Namespaces:
    """The groups and personal namespaces."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._redirects = Redirects(database)

    def find(self, namespace_id: int) -> Namespace | None:
        """The namespace with this id."""
        return self._db.one(Namespace, "SELECT * FROM namespaces WHERE id = ?", namespace_id)

    def by_path(self, full_path: str) -> Namespace | None:
        """The namespace with this full path, whatever its case."""
        return self._db.one(Namespace, "SELECT * FROM namespaces WHERE full_path = ?", full_path)

    def moved_from(self, full_path: str) -> Namespace | None:
        """The group that once had this full path."""
        group_id = self._redirects.target("group", full_path)
        return None if group_id is None else self.find(group_id)

    def of_user(self, user_id: int) -> Namespace | None:
        """A user's own namespace."""
        return self._db.one(Namespace, "SELECT * FROM namespaces WHERE kind = 'user' AND owner_id = ?", user_id)

    def with_ancestors(self, namespace_id: int) -> list[Namespace]:
        """The namespace and those above it, nearest first."""
        found: list[Namespace] = []
        current: int | None = namespace_id
        while current is not None and len(found) <= _MAX_DEPTH:
            namespace = self.find(current)
            if namespace is None:
                break
            found.append(namespace)
            current = namespace.parent_id
        return found

    def full_name(self, namespace: Namespace) -> str:
        """The names of the namespace and those above it, as in "Platform / Tools"."""
        return " / ".join(part.name for part in reversed(self.with_ancestors(namespace.id)))

    def create_group(
        self, *, name: str, path: str, parent: Namespace | None, visibility: str, description: str = "",
        settings: dict[str, Any] | None = None,
    ) -> Namespace:  # fmt: skip
        """Makes a group, below `parent` where one is given.

        Raises:
            Refusal: 400 where the path is taken or malformed, or the visibility wider than the parent's.
        """
        check_name(name)
        full_path = f"{parent.full_path}/{path}" if parent else path
        self._check_free(path, full_path, top=parent is None)
        if parent and len(self.with_ancestors(parent.id)) >= _MAX_DEPTH:
            raise bad_request({"parent_id": ["has too many levels of subgroups"]})
        if parent and LEVELS[visibility] > LEVELS[parent.visibility]:
            raise bad_request({"visibility_level": [f"{visibility} is not allowed since the parent group has a "
                                                    f"{parent.visibility} visibility."]})  # fmt: skip
        self._redirects.take(full_path)
        namespace_id = self._db.insert(
            "namespaces",
            kind="group",
            path=path,
            full_path=full_path,
            name=name,
            parent_id=parent.id if parent else None,
            description=description,
            visibility=visibility,
            settings=settings or {},
            created_at=now(),
        )
        return kept(self.find(namespace_id))

    def update_group(self, group: Namespace, **changes: Any) -> Namespace:
        """Changes a group; a new `path` or `parent_id` moves it and everything below it.

        Raises:
            Refusal: as in `create_group`.
        """
        if "name" in changes:
            check_name(changes["name"])
        path, parent_id = changes.get("path", group.path), changes.get("parent_id", group.parent_id)
        with self._db.transaction():
            if (path, parent_id) != (group.path, group.parent_id):
                parent = self.find(parent_id) if parent_id else None
                full_path = f"{parent.full_path}/{path}" if parent else path
                if full_path.lower() != group.full_path.lower():
                    self._check_free(path, full_path, top=parent is None)
                    self._redirects.leave("group", group.id, group.full_path)
                    self._redirects.leave_below(group.full_path)
                    self._redirects.take(full_path)
                changes["full_path"] = full_path
                self._move_contents(group.full_path, full_path)
            self._db.update("namespaces", group.id, **changes)
        return kept(self.find(group.id))

    def _move_contents(self, old: str, new: str) -> None:
        for table in ("namespaces", "projects"):
            self._db.execute(
                f"UPDATE {table} SET full_path = ? || substr(full_path, ?) "  # noqa: S608  one of two names
                "WHERE substr(full_path, 1, ?) = ? COLLATE NOCASE",
                new, len(old) + 1, len(old) + 1, old + "/",
            )  # fmt: skip

    def _check_free(self, path: str, full_path: str, *, top: bool) -> None:
        if not path_is_valid(path) or (top and path.lower() in RESERVED):
            raise bad_request({"path": ["can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' "
                                        "or end in '.', '.git' or '.atom'."]})  # fmt: skip
        if self.taken(full_path):
            raise bad_request('Failed to save group {:path=>["has already been taken"]}')

    def taken(self, full_path: str) -> bool:
        """Whether a namespace or a project has this path."""
        return bool(
            self._db.value("SELECT 1 FROM namespaces WHERE full_path = ?", full_path)
            or self._db.value("SELECT 1 FROM projects WHERE full_path = ?", full_path)
        )


def check_name(name: str) -> None:
    """Refuses a group's or project's name that is empty, too long or begins oddly.

    Raises:
        Refusal: 400, worded as GitLab does.
    """
    if not name.strip():
        raise bad_request({"name": ["can't be blank"]})
    if len(name) > 255:
        raise bad_request({"name": ["is too long (maximum is 255 characters)"]})
    if not (name[0].isalnum() or name[0] == "_" or ord(name[0]) > 0x2000) or any(ord(char) < 32 for char in name):
        raise bad_request({"name": ["can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It "
                                    "must start with a letter, digit, emoji, or '_'."]})  # fmt: skip
