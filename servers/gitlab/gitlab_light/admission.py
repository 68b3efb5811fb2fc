"""Who may clone and push, whatever the way they come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from gitlab_light.founding import found_by_push
from gitlab_light.instance import Instance
from gitlab_light.model.deploy_tokens import READ_REPOSITORY, DeployToken
from gitlab_light.model.group_settings import DefaultProtection
from gitlab_light.model.keys import Key
from gitlab_light.model.members import DEVELOPER, NO_ACCESS
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User
from gitlab_light.push_messages import created, moved

# Wording: GitLab's Gitlab::GitAccess.
HIDDEN = "The project you were looking for could not be found or you don't have permission to view it."
NO_DOWNLOAD = "You are not allowed to download code from this project."
_NO_PUSH = "You are not allowed to push code to this project."
_NO_PUSH_BY_KEY = "This deploy key does not have write access to this project."
_NO_UPLOAD = "You are not allowed to upload code."
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
        notice: what the pusher is to read once the push is done.
    """

    project: Project
    user: User | None
    rules: list[str]
    notice: str = ""


class Gate:
    """Leads git clients of one kind to projects.

    Args:
        instance: the server's parts.
        address: makes a project's clone address, as these clients have it.
    """

    def __init__(self, instance: Instance, address: Callable[[Project], str]) -> None:
        self._instance = instance
        self._address = address
        self._made: set[tuple[int, int]] = set()

    def project(self, path: str) -> Project | None:
        """The project that a path names or has named, with or without slash and .git around it."""
        projects, plain = self._instance.projects, _plain(path)
        return projects.by_path(plain) or projects.moved_from(plain)

    def user(self, user: User | None, path: str, *, writes: bool, may_make: bool = True) -> Admission:
        """Lets a user (None for nobody signed in) in; a push to where no project is makes one.

        Args:
            user: who asks.
            path: as the client has it.
            writes: whether they want to push.
            may_make: whether they come with leave to make projects.

        Raises:
            NotAdmitted: they may not.
        """
        project = self.project(path)
        if project is None and user is not None and writes and may_make:
            made = found_by_push(self._instance, user, _plain(path))
            if made is not None:
                self._made.add((user.id, made.id))
            project = made or self.project(path)  # somebody else may have been faster
        admission = admit_user(self._instance, user, project, writes=writes)
        if not writes or user is None:
            return admission
        return replace(admission, notice=self._notice(user, admission.project, _plain(path)))

    def deploy_key(self, key: Key, path: str, *, writes: bool) -> Admission:
        """Lets a deploy key in.

        Raises:
            NotAdmitted: it may not.
        """
        return admit_deploy_key(self._instance, key, self.project(path), writes=writes)

    def deploy_token(self, token: DeployToken, path: str, *, writes: bool) -> Admission:
        """Lets a deploy token in, which only ever reads.

        Raises:
            NotAdmitted: it may not.
        """
        project = self.project(path)
        places = self._instance.projects.places(project.id) if project else []
        if project is None or (token.source, token.source_id) not in places or READ_REPOSITORY not in token.scopes:
            raise NotAdmitted(HIDDEN, hidden=True)
        if writes:
            raise NotAdmitted(_NO_UPLOAD)
        return Admission(project, None, [])

    def told(self, user: User, project: Project) -> None:
        """The pusher has read that the project was made."""
        self._made.discard((user.id, project.id))

    def _notice(self, user: User, project: Project, path: str) -> str:
        if (user.id, project.id) in self._made:
            return created(project, self._instance.links, self._address(project))
        return "" if path.lower() == project.full_path.lower() else moved(project, path, self._address(project))


def _plain(path: str) -> str:
    return path.replace("\0", "").strip("/").removesuffix(".git")


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
    return Admission(project, user, _rules(instance, project, level))


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
    return Admission(project, maker, _rules(instance, project, NO_ACCESS))


def _rules(instance: Instance, project: Project, level: int) -> list[str]:
    namespace = instance.namespaces.find(project.namespace_id)
    counting = instance.application_settings.with_those_of(namespace)
    founder_level = DefaultProtection.of(counting).founder_level
    page = instance.links.page(project, "project_members")
    return instance.protected.hook_rules(project, level, page, founds=level >= founder_level)
