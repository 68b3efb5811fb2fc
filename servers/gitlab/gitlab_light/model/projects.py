"""Projects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gitlab_light.errors import bad_request
from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.namespaces import LEVELS, Namespace, Namespaces, check_name
from gitlab_light.model.redirects import Redirects
from gitlab_light.model.users import path_is_valid


@dataclass(frozen=True)
class Project:
    """A project: a repository and what belongs to it.

    Attributes:
        features: values of settings that are kept and shown but change nothing here (issues_enabled and the like).
    """

    id: int
    namespace_id: int
    path: str
    full_path: str
    name: str
    description: str | None
    visibility: str
    default_branch: str
    archived: bool
    topics: list[str]
    features: dict[str, Any]
    creator_id: int | None
    forked_from_id: int | None
    created_at: str
    last_activity_at: str

    @property
    def visibility_level(self) -> int:
        """The visibility as payloads have it: 0 private, 10 internal, 20 public."""
        return LEVELS[self.visibility]

    def is_kin(self, other: Project) -> bool:
        """Whether one is a fork of the other, or both are forks of the same."""
        origins = self.forked_from_id, other.forked_from_id
        return other.id == origins[0] or self.id == origins[1] or (origins[0] is not None and origins[0] == origins[1])


class Projects:
    """The projects."""

    def __init__(self, database: Database, namespaces: Namespaces) -> None:
        self._db = database
        self._namespaces = namespaces
        self._redirects = Redirects(database)

    def find(self, project_id: int) -> Project | None:
        """The project with this id."""
        return self._db.one(Project, "SELECT * FROM projects WHERE id = ?", project_id)

    def by_path(self, full_path: str) -> Project | None:
        """The project with this full path, whatever its case."""
        return self._db.one(Project, "SELECT * FROM projects WHERE full_path = ?", full_path)

    def moved_from(self, full_path: str) -> Project | None:
        """The project that once had this full path."""
        project_id = self._redirects.target("project", full_path)
        return None if project_id is None else self.find(project_id)

    def places(self, project_id: int) -> list[tuple[str, int]]:
        """Where a project's labels and milestones may be: in itself, and in the groups above, nearest first."""
        project = self.find(project_id)
        above = self._namespaces.with_ancestors(project.namespace_id) if project else []
        return [("project", project_id), *(("group", space.id) for space in above if space.kind == "group")]

    def in_namespace(self, namespace_id: int) -> list[Project]:
        """The projects right in a namespace."""
        return self._db.all(Project, "SELECT * FROM projects WHERE namespace_id = ? ORDER BY id", namespace_id)

    def create(
        self, *, namespace: Namespace, name: str, path: str, visibility: str, default_branch: str,
        creator_id: int, **more: Any,
    ) -> Project:  # fmt: skip
        """Makes a project's record; its repository is made by the caller.

        Raises:
            Refusal: 400 where name or path is taken or malformed, or the visibility wider than the group's.
        """
        with self._db.transaction():
            self._check(namespace, name, path, visibility)
            self._redirects.take(f"{namespace.full_path}/{path}")
            project_id = self._db.insert(
                "projects",
                namespace_id=namespace.id,
                path=path,
                full_path=f"{namespace.full_path}/{path}",
                name=name,
                visibility=visibility,
                default_branch=default_branch,
                creator_id=creator_id,
                created_at=now(),
                last_activity_at=now(),
                **more,
            )
        return self._existing(project_id)

    def update(self, project: Project, **changes: Any) -> Project:
        """Changes a project; a new `path` or `namespace_id` moves it.

        Raises:
            Refusal: as in `create`.
        """
        namespace = kept(self._namespaces.find(changes.get("namespace_id", project.namespace_id)))
        name, path = changes.get("name", project.name), changes.get("path", project.path)
        visibility = changes.get("visibility", project.visibility)
        with self._db.transaction():
            self._check(namespace, name, path, visibility, current=project)
            full_path = f"{namespace.full_path}/{path}"
            if full_path.lower() != project.full_path.lower():
                self._redirects.leave("project", project.id, project.full_path)
                self._redirects.take(full_path)
            self._db.update("projects", project.id, full_path=full_path, **changes)
        return self._existing(project.id)

    def delete(self, project: Project) -> None:
        """Removes a project's record and what hangs on it."""
        with self._db.transaction():
            bots = self._db.rows("SELECT user_id FROM tokens WHERE source = 'project' AND source_id = ?", project.id)
            self._db.execute("DELETE FROM hooks WHERE source = 'project' AND source_id = ?", project.id)
            for table in ("members", "shares", "deploy_tokens", "badges"):
                self._db.execute(f"DELETE FROM {table} WHERE source = 'project' AND source_id = ?", project.id)  # noqa: S608
            self._redirects.forget("project", project.id)
            self._db.execute("DELETE FROM projects WHERE id = ?", project.id)
            for bot in bots:
                self._db.execute("DELETE FROM users WHERE id = ? AND bot", bot["user_id"])

    def touch(self, project_id: int) -> None:
        """Notes that something happened in the project."""
        self._db.update("projects", project_id, last_activity_at=now())

    def _existing(self, project_id: int) -> Project:
        return kept(self.find(project_id))

    def _check(
        self, namespace: Namespace, name: str, path: str, visibility: str, current: Project | None = None
    ) -> None:
        check_name(name)
        if not path_is_valid(path):
            raise bad_request({"path": ["can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', "
                                        "end in '.git' or end in '.atom'"]})  # fmt: skip
        if namespace.kind == "group" and LEVELS[visibility] > LEVELS[namespace.visibility]:
            raise bad_request({"visibility_level": [f"{visibility} is not allowed in a "
                                                    f"{namespace.visibility} group."]})  # fmt: skip
        same_name = self._db.value(
            "SELECT id FROM projects WHERE namespace_id = ? AND name = ? AND id IS NOT ?",
            namespace.id, name, current and current.id,
        )  # fmt: skip
        full_path = f"{namespace.full_path}/{path}"
        moved = current is None or full_path.lower() != current.full_path.lower()
        errors = {}
        if same_name:
            errors["name"] = ["has already been taken"]
        if moved and self._namespaces.taken(full_path):
            errors["path"] = ["has already been taken"]
        if errors:
            raise bad_request({"project_namespace.name": ["has already been taken"], **errors})
