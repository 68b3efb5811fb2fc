"""Who may clone and push, whatever the way they come in."""

from __future__ import annotations

from dataclasses import dataclass

from gitlab_light.instance import Instance
from gitlab_light.model.keys import Key
from gitlab_light.model.members import DEVELOPER, NO_ACCESS
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User

# Wording: GitLab's Gitlab::GitAccess.
HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."
NO_DOWNLOAD = "You are not allowed to download code from this project."
_NO_PUSH = "You are not allowed to push code to this project."
_NO_PUSH_BY_KEY = "This deploy key does not have write access to this project."
_ARCHIVED = "You can't push code to an archived project."


class NotAdmitted(Exception):
    """Somebody may not do what they ask for.

    Args:
        message: what they are told.
        hidden: whether they may not even know that the project is there.
    """

    def __init__(self, message: str, *, hidden: bool = False) -> None:
        super().__init__(message)
        self.hidden = hidden


@dataclass(frozen=True)
class Admission:
    """What a git client may go on to do.

    Attributes:
        user: in whose name; None for nobody, who may only read.
        rules: what a push must keep to, as the pre-receive hook reads it; empty for reading.
    """

    project: Project
    user: User | None
    rules: list[str]


def find_project(instance: Instance, path: str) -> Project | None:
    """The project that a git client's path names, with or without slash and .git around it."""
    return instance.projects.by_path(path.replace("\0", "").strip("/").removesuffix(".git"))


def admit_user(instance: Instance, user: User | None, project: Project | None, *, writes: bool) -> Admission:
    """Lets a user (None for nobody signed in) in.

    Raises:
        NotAdmitted: they may not.
    """
    members = instance.members
    if project is None or not members.can_see_project(user, project):
        raise NotAdmitted(HIDDEN, hidden=True)
    if not members.can_read_code(user, project):
        raise NotAdmitted(NO_DOWNLOAD)
    if not writes:
        return Admission(project, user, [])
    level = members.project_level(user, project)
    if user is None or level < DEVELOPER:
        raise NotAdmitted(_NO_PUSH)
    if project.archived:
        raise NotAdmitted(_ARCHIVED)
    return Admission(project, user, instance.protected.hook_rules(project, level))


def admit_deploy_key(instance: Instance, key: Key, project: Project | None, *, writes: bool) -> Admission:
    """Lets a deploy key in; it pushes in the name of who made it, and never to protected branches.

    Raises:
        NotAdmitted: it may not.
    """
    opened = instance.keys.opening(key.id, project.id) if project else None
    if project is None or opened is None:
        raise NotAdmitted(HIDDEN, hidden=True)
    maker = instance.users.find(key.user_id) if key.user_id else None
    if not writes:
        return Admission(project, maker, [])
    if not opened.can_push or maker is None or not instance.members.can_see_project(maker, project):
        raise NotAdmitted(_NO_PUSH_BY_KEY)
    if project.archived:
        raise NotAdmitted(_ARCHIVED)
    return Admission(project, maker, instance.protected.hook_rules(project, NO_ACCESS))
