"""Who belongs to which group and project, and what each may do there."""

from __future__ import annotations

from dataclasses import dataclass

from gitlab_light.model.database import Database, now
from gitlab_light.model.namespaces import Namespace, Namespaces
from gitlab_light.model.projects import Project
from gitlab_light.model.tokens import today
from gitlab_light.model.users import User

NO_ACCESS, MINIMAL, GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER = 0, 5, 10, 15, 20, 30, 40, 50
LEVELS = {
    GUEST: "Guest", PLANNER: "Planner", REPORTER: "Reporter", DEVELOPER: "Developer",
    MAINTAINER: "Maintainer", OWNER: "Owner",
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A user's place in one group or project.

    Attributes:
        source: "group" or "project".
        expires_at: the day (ISO) from which the membership no longer counts; None for never.
    """

    id: int
    source: str
    source_id: int
    user_id: int
    access_level: int
    expires_at: str | None
    created_by_id: int | None
    created_at: str


class Members:
    """The memberships, and the access that follows from them."""

    def __init__(self, database: Database, namespaces: Namespaces) -> None:
        self._db = database
        self._namespaces = namespaces

    def find(self, source: str, source_id: int, user_id: int) -> Member | None:
        """A user's direct membership."""
        return self._db.one(
            Member, "SELECT * FROM members WHERE source = ? AND source_id = ? AND user_id = ?",
            source, source_id, user_id,
        )  # fmt: skip

    def direct(self, source: str, source_id: int) -> list[Member]:
        """The direct members of a group or project."""
        return self._db.all(
            Member, "SELECT * FROM members WHERE source = ? AND source_id = ? ORDER BY user_id", source, source_id
        )

    def all_of(self, source: str, source_id: int, namespace_id: int) -> list[Member]:
        """The members of a group or project, inherited ones included; each user once, with the highest level."""
        found: dict[int, Member] = {}
        places = [(source, source_id)]
        places += [("group", namespace.id) for namespace in self._namespaces.with_ancestors(namespace_id)]
        for place in dict.fromkeys(places):
            for member in self.direct(*place):
                if member.user_id not in found or found[member.user_id].access_level < member.access_level:
                    found[member.user_id] = member
        return [found[user_id] for user_id in sorted(found)]

    def add(
        self, source: str, source_id: int, user_id: int, access_level: int,
        *, expires_at: str | None = None, created_by_id: int | None = None,
    ) -> Member:  # fmt: skip
        """Makes a membership."""
        self._db.insert(
            "members", source=source, source_id=source_id, user_id=user_id, access_level=access_level,
            expires_at=expires_at, created_by_id=created_by_id, created_at=now(),
        )  # fmt: skip
        member = self.find(source, source_id, user_id)
        assert member is not None  # noqa: S101  just written
        return member

    def remove(self, member: Member) -> None:
        """Ends a membership."""
        self._db.execute("DELETE FROM members WHERE id = ?", member.id)

    def group_level(self, user: User | None, group: Namespace) -> int:
        """What a user is in a group: the highest level there and above."""
        if user is None or not user.active:
            return NO_ACCESS
        if user.admin or group.owner_id == user.id:
            return OWNER
        return self._highest(user, [("group", namespace.id) for namespace in self._namespaces.with_ancestors(group.id)])

    def project_level(self, user: User | None, project: Project) -> int:
        """What a user is in a project: the highest level there and in the groups above."""
        if user is None or not user.active:
            return NO_ACCESS
        if user.admin:
            return OWNER
        namespaces = self._namespaces.with_ancestors(project.namespace_id)
        if namespaces and namespaces[0].owner_id == user.id:
            return OWNER
        return self._highest(user, [("project", project.id)] + [("group", namespace.id) for namespace in namespaces])

    def can_see_project(self, user: User | None, project: Project) -> bool:
        """Whether a user (None for nobody signed in) may know of a project."""
        return _open_to(user, project.visibility) or self.project_level(user, project) >= GUEST

    def can_read_code(self, user: User | None, project: Project) -> bool:
        """Whether a user may read a project's repository; guests of private projects may not."""
        return _open_to(user, project.visibility) or self.project_level(user, project) >= REPORTER

    def can_see_group(self, user: User | None, group: Namespace) -> bool:
        """Whether a user may know of a group: by its visibility, by membership, or through a project in it."""
        if _open_to(user, group.visibility) or self.group_level(user, group) >= MINIMAL:
            return True
        if user is None:
            return False
        return bool(
            self._db.value(
                "SELECT 1 FROM projects p JOIN members m ON m.source = 'project' AND m.source_id = p.id "
                "WHERE m.user_id = ? AND substr(p.full_path, 1, ?) = ? LIMIT 1",
                user.id, len(group.full_path) + 1, group.full_path + "/",
            )
        )  # fmt: skip

    def _highest(self, user: User, places: list[tuple[str, int]]) -> int:
        day = today().isoformat()
        members = (self.find(source, source_id, user.id) for source, source_id in places)
        return max(
            (member.access_level for member in members if member and (member.expires_at or "9") > day),
            default=NO_ACCESS,
        )


def _open_to(user: User | None, visibility: str) -> bool:
    if visibility == "public":
        return True
    return visibility == "internal" and user is not None and user.active and not user.external
