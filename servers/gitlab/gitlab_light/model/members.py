"""Who belongs to which group and project, and what each may do there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gitlab_light.model.database import Database, kept, now
from gitlab_light.model.namespaces import Namespace, Namespaces
from gitlab_light.model.projects import Project
from gitlab_light.model.shares import Share, Shares
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
        self._shares = Shares(database)

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
            invited = [member for share in self._shares.of(*place) if share.active for member in self._invited(share)]
            for member in [*self.direct(*place), *invited]:
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
        return kept(self.find(source, source_id, user_id))

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
        return self.granted_level(user, project)

    def granted_level(self, user: User, project: Project) -> int:
        """What a user is in a project by membership, whatever they are elsewhere."""
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

    def _invited(self, share: Share) -> list[Member]:
        """Who comes in by a share, with what they become there."""
        members = self._with_above(share.group_id)
        return [replace(member, access_level=min(member.access_level, share.access_level)) for member in members]

    def _with_above(self, group_id: int) -> list[Member]:
        """A group's members and those of the groups above."""
        groups = self._namespaces.with_ancestors(group_id)
        return [member for group in groups for member in self.direct("group", group.id)]

    def _highest(self, user: User, places: list[tuple[str, int]]) -> int:
        own = self._direct_level(user, places)
        shares = [share for place in places for share in self._shares.of(*place) if share.active]
        return max([own, *(min(share.access_level, self._level_in(user, share.group_id)) for share in shares)])

    def _level_in(self, user: User, group_id: int) -> int:
        return self._direct_level(user, [("group", group.id) for group in self._namespaces.with_ancestors(group_id)])

    def _direct_level(self, user: User, places: list[tuple[str, int]]) -> int:
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
