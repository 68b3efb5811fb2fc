"""How the API moves branches and tags: with the project's rules, and told to the hooks like any push."""

from __future__ import annotations

from gitlab_light.api.call import Call
from gitlab_light.errors import bad_request, forbidden
from gitlab_light.git.commands import GitError
from gitlab_light.git.journal import RefChange
from gitlab_light.git.repository import Repository
from gitlab_light.model.members import DEVELOPER
from gitlab_light.model.projects import Project


def writable(call: Call) -> tuple[Project, Repository]:
    """The project that the path names, for a caller who may push to it.

    Raises:
        Refusal: 403 or 404; 403 also for an archived project.
    """
    project = call.project(DEVELOPER)
    if project.archived:
        raise forbidden()
    return project, call.instance.repositories.of(project.id)


def may_push(call: Call, project: Project, kind: str, name: str) -> bool:
    """Whether the caller may move this branch or make this tag."""
    level = call.instance.members.project_level(call.user, project)
    return call.instance.protected.allows(project.id, kind, name, level)


def move(call: Call, project: Project, change: RefChange) -> None:
    """Moves a ref, and tells the hooks.

    Raises:
        Refusal: 400, somebody else has moved it meanwhile, or git does not take its name.
    """
    repository = call.instance.repositories.of(project.id)
    try:
        with call.instance.journal.applying(project.id, call.me.id, [change]):
            repository.move_refs([change])
    except GitError as error:
        raise bad_request(f"Could not update {change.ref}. Please refresh and try again.") from error
