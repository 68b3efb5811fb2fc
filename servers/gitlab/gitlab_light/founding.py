"""New projects, by whatever way they are asked for: the API, a fork, or a push to a place where none is."""

from __future__ import annotations

from typing import Any

from gitlab_light.errors import Refusal
from gitlab_light.instance import Instance
from gitlab_light.model.members import DEVELOPER, OWNER
from gitlab_light.model.namespaces import Namespace
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User

DEFAULT_BRANCH = "main"


def may_found(instance: Instance, user: User | None, namespace: Namespace) -> bool:
    """Whether somebody may make projects in a namespace: developers in a group, everybody in their own."""
    level = instance.members.group_level(user, namespace)
    return level >= (DEVELOPER if namespace.kind == "group" else OWNER)


def found(instance: Instance, maker: User, *, namespace: Namespace, default_branch: str, **columns: Any) -> Project:
    """Makes a project with an empty repository; its first member is whose namespace it is, a group's inherit.

    Args:
        instance: the server's parts.
        maker: who makes it.
        namespace: where.
        default_branch: its name.
        columns: name, path, visibility, and what else is known of it.

    Raises:
        Refusal: 400, as `Projects.create`.
    """
    project = instance.projects.create(
        namespace=namespace, default_branch=default_branch, creator_id=maker.id, **columns
    )
    repository = instance.repositories.of(project.id)
    repository.remove()  # one that a crash may have left
    repository.create(default_branch)
    if namespace.owner_id is not None:
        instance.members.add("project", project.id, namespace.owner_id, OWNER, created_by_id=maker.id)
    instance.chronicle.made_project(project, maker.id)
    return project


def found_by_push(instance: Instance, maker: User, full_path: str) -> Project | None:
    """Makes the private project that a push is meant for; None where the pusher may not, or nothing can be there.

    See https://docs.gitlab.com/topics/git/project/.
    """
    place, _, path = full_path.rpartition("/")
    namespace = instance.namespaces.by_path(place)
    if namespace is None or not may_found(instance, maker, namespace):
        return None
    try:
        return found(
            instance, maker, namespace=namespace, default_branch=DEFAULT_BRANCH, name=path, path=path,
            visibility="private",
        )  # fmt: skip
    except Refusal:
        return None
