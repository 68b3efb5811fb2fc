"""One call of the API: who asks, for what, with which parameters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gitlab_light.errors import Refusal, forbidden, not_found, unauthorized
from gitlab_light.git.repository import Repository
from gitlab_light.instance import Instance
from gitlab_light.model.database import as_id
from gitlab_light.model.members import GUEST
from gitlab_light.model.namespaces import Namespace
from gitlab_light.model.projects import Project
from gitlab_light.model.tokens import Token
from gitlab_light.model.users import User
from gitlab_light.params import Params


@dataclass
class Call:
    """A call and, in `headers` and `status`, what its answer is to carry.

    Attributes:
        reads: whether it changes nothing.
        unmodified_since: the time after which what it removes must not have changed (If-Unmodified-Since).
    """

    instance: Instance
    user: User | None
    token: Token | None
    path: str
    query: str
    arguments: dict[str, str]
    params: Params
    reads: bool = False
    unmodified_since: datetime | None = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

    @property
    def me(self) -> User:
        """Who asks.

        Raises:
            Refusal: 401, nobody is signed in.
        """
        if self.user is None:
            raise unauthorized()
        return self.user

    def created(self) -> None:
        """The answer's status is 201."""
        self.status = 201

    def require_unmodified(self, changed: str) -> None:
        """Refuses to remove what has changed since the caller saw it (https://docs.gitlab.com/api/rest/#status-codes).

        Args:
            changed: when it changed, ISO 8601.

        Raises:
            Refusal: 412.
        """
        if self.unmodified_since and datetime.fromisoformat(changed).replace(microsecond=0) > self.unmodified_since:
            raise Refusal(412, {"message": "412 Precondition Failed"})

    def number(self, name: str, noun: str = "") -> int:
        """An id in the path.

        Raises:
            Refusal: 404, it is no number, and so nothing's id.
        """
        value = as_id(self.arguments[name])
        if value is None:
            raise not_found(noun)
        return value

    def require_admin(self) -> User:
        """Refuses everybody but administrators.

        Raises:
            Refusal: 401 or 403.
        """
        if not self.me.admin:
            raise forbidden()
        return self.me

    def project(self, level: int = GUEST) -> Project:
        """The project that the path names, by id or full path.

        Raises:
            Refusal: 404 where there is none that the caller may see, 403 where the caller's access is below `level`.
        """
        name = self.arguments["id"]
        projects, members = self.instance.projects, self.instance.members
        project_id = as_id(name)
        project = projects.by_path(_text(name)) if project_id is None else projects.find(project_id)
        gone = projects.moved_from(_text(name)) if project is None else None
        if gone and members.can_see_project(self.user, gone):
            raise self._moved(str(gone.id))
        if project is None or not members.can_see_project(self.user, project):
            raise not_found("Project")
        if level > GUEST and members.project_level(self.user, project) < level:
            raise forbidden() if self.user else unauthorized()
        return project

    def _moved(self, new_id: str) -> Refusal:
        """What is at a path that its project or group has left: reading leads on, else there is nothing.

        See https://docs.gitlab.com/api/rest/#redirects.
        """
        if not self.reads:
            return not_found("Project" if self.path.startswith("/projects/") else "Group")
        _, kind, _, *rest = self.path.split("/", 3)
        address = self.instance.links.api("/".join(["", kind, new_id, *rest]))
        address += f"?{self.query}" if self.query and "private_token" not in self.query else ""
        message = f"This resource has been moved permanently to {address}"
        return Refusal(301, {"message": message}, {"Location": address})

    def repository(self) -> tuple[Project, Repository]:
        """The project that the path names, with its repository, for reading.

        Raises:
            Refusal: 404 or 403, as GitLab hides or refuses.
        """
        project = self.project()
        if not self.instance.members.can_read_code(self.user, project):
            raise forbidden()
        return project, self.instance.repositories.of(project.id)

    def group(self, level: int = 0) -> Namespace:
        """The group that the path names, by id or full path.

        Raises:
            Refusal: 404 or 403, as in `project`.
        """
        name = self.arguments["id"]
        namespaces = self.instance.namespaces
        group_id = as_id(name)
        group = namespaces.by_path(_text(name)) if group_id is None else namespaces.find(group_id)
        gone = namespaces.moved_from(_text(name)) if group is None else None
        if gone and self.instance.members.can_see_group(self.user, gone):
            raise self._moved(str(gone.id))
        if group is None or group.kind != "group" or not self.instance.members.can_see_group(self.user, group):
            raise not_found("Group")
        if level and self.instance.members.group_level(self.user, group) < level:
            raise forbidden() if self.user else unauthorized()
        return group


def _text(name: str) -> str:
    return name.replace("\0", "�")
