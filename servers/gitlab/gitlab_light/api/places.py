"""Projects and groups as places that have labels, milestones and the like."""

from __future__ import annotations

from dataclasses import dataclass

from gitlab_light.api.call import Call
from gitlab_light.model.members import MAINTAINER, OWNER


@dataclass(frozen=True)
class Place:
    """A project or group.

    Attributes:
        kind: "project" or "group".
        above: the ids of the groups above, nearest first.
    """

    kind: str
    id: int
    above: tuple[int, ...]

    @property
    def own(self) -> tuple[str, int]:
        """It alone."""
        return (self.kind, self.id)

    @property
    def all(self) -> list[tuple[str, int]]:
        """It, and the groups above."""
        return [self.own, *(("group", group_id) for group_id in self.above)]


def place_of(call: Call, level: int = 0) -> Place:
    """The place that the path names.

    Raises:
        Refusal: 404 or 403, as `Call.project` and `Call.group`.
    """
    if call.path.startswith("/projects/"):
        project = call.project(level)
        return Place("project", project.id, tuple(place[1] for place in call.instance.projects.places(project.id)[1:]))
    group = call.group(level)
    return Place("group", group.id, tuple(space.id for space in call.instance.namespaces.with_ancestors(group.id)[1:]))


def managed_place(call: Call) -> tuple[str, int]:
    """The kind and id of the place that the path names, for its managers: a project's maintainers, a group's owners.

    Raises:
        Refusal: 404 or 403, as `Call.project` and `Call.group`.
    """
    if call.path.startswith("/projects/"):
        return "project", call.project(MAINTAINER).id
    return "group", call.group(OWNER).id
