"""Protected branches and tags."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from gitlab_light.errors import conflict
from gitlab_light.git.hooks import shell_pattern
from gitlab_light.model.database import Database, kept
from gitlab_light.model.members import MAINTAINER
from gitlab_light.model.projects import Project
from gitlab_light.model.wildcards import matches


@dataclass(frozen=True)
class ProtectedRef:
    """A protected branch or tag, or a pattern with `*` for several.

    Attributes:
        kind: "branch" or "tag".
        push_level: the least access level that may push (for a tag: create); 0 for nobody.
        merge_level: the least access level that may merge; for branches.
        allow_force_push: whether those who may push may also force it; for branches.
    """

    id: int
    project_id: int
    kind: str
    name: str
    push_level: int
    merge_level: int
    allow_force_push: bool

    def matches(self, name: str) -> bool:
        """Whether it protects the branch or tag of this name."""
        return matches(self.name, name)


class ProtectedRefs:
    """The protected branches and tags of projects."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all_of(self, project_id: int, kind: str) -> list[ProtectedRef]:
        """A project's protected branches or tags."""
        return self._db.all(
            ProtectedRef, "SELECT * FROM protected_refs WHERE project_id = ? AND kind = ? ORDER BY id", project_id, kind
        )

    def find(self, project_id: int, kind: str, name: str) -> ProtectedRef | None:
        """The protection of exactly this name or pattern."""
        return self._db.one(
            ProtectedRef, "SELECT * FROM protected_refs WHERE project_id = ? AND kind = ? AND name = ?",
            project_id, kind, name,
        )  # fmt: skip

    def matching(self, project_id: int, kind: str, name: str) -> list[ProtectedRef]:
        """The protections that cover a branch or tag."""
        return [rule for rule in self.all_of(project_id, kind) if rule.matches(name)]

    def add(
        self, project_id: int, kind: str, name: str, push_level: int, merge_level: int, *, force: bool = False
    ) -> ProtectedRef:
        """Protects a branch, tag or pattern.

        Raises:
            Refusal: it is protected already; also where two ask at once, of whom the table takes one.
        """
        try:
            self._db.insert(
                "protected_refs", project_id=project_id, kind=kind, name=name,
                push_level=push_level, merge_level=merge_level, allow_force_push=force,
            )  # fmt: skip
        except sqlite3.IntegrityError:
            raise conflict(f"Protected {kind} '{name}' already exists") from None
        return kept(self.find(project_id, kind, name))

    def remove(self, rule: ProtectedRef) -> None:
        """Ends a protection."""
        self._db.execute("DELETE FROM protected_refs WHERE id = ?", rule.id)

    def allows(self, project_id: int, kind: str, name: str, level: int) -> bool:
        """Whether somebody with an access level may push this branch or create this tag.

        Where several protections cover it, the most permissive counts, as in GitLab.
        """
        rules = self.matching(project_id, kind, name)
        return not rules or any(_allows(rule.push_level, level) for rule in rules)

    def hook_rules(self, project: Project, level: int, members_page: str, *, founds: bool) -> list[str]:
        """The rules for a push, as the pre-receive hook reads them: the most permissive first.

        Args:
            project: where to.
            level: the pusher's access level.
            members_page: the address of the project's members, for whoever has to ask one of them.
            founds: whether they may push to a project that has no branch yet.
        """
        rules = [
            f"default refs/heads/{project.default_branch}",
            f"maintainer {level >= MAINTAINER:d}",
            f"founder {founds:d}",
            f"members {project.full_path} {members_page}",
        ]
        branches = [
            (_allows(rule.push_level, level), rule.allow_force_push, _allows(rule.merge_level, level), rule.name)
            for rule in self.all_of(project.id, "branch")
        ]
        for may_push, may_force, may_merge, name in sorted(branches, reverse=True):
            rules.append(f"branch {may_push:d} {may_force:d} {may_merge:d} {shell_pattern(name)}")
        tags = [(_allows(rule.push_level, level), shell_pattern(rule.name)) for rule in self.all_of(project.id, "tag")]
        for may_create, pattern in sorted(tags, reverse=True):
            rules.append(f"tag {may_create:d} {pattern}")
        return rules


def _allows(needed: int, level: int) -> bool:
    """Whether an access level suffices; nothing suffices where nobody may."""
    return needed != 0 and level >= needed
