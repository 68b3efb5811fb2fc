"""How much there is in a project, for those who ask for it."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.call import Call
from gitlab_light.git import history
from gitlab_light.model.members import REPORTER
from gitlab_light.model.projects import Project

# All but the repository is absent here, and so nothing.
_NOTHING = (
    "wiki_size", "lfs_objects_size", "job_artifacts_size", "pipeline_artifacts_size", "packages_size",
    "snippets_size", "uploads_size", "container_registry_size",
)  # fmt: skip


def shown_statistics(call: Call, project: Project) -> dict[str, Any]:
    """What a project shows of its size in bytes: nothing unless it is asked for, by a reporter at least."""
    if not call.params.boolean("statistics"):
        return {}
    if call.instance.members.project_level(call.user, project) < REPORTER:
        return {}
    repository = call.instance.repositories.of(project.id)
    commit = repository.resolve(project.default_branch)
    lines = dict(line.split(": ") for line in repository.text("count-objects", "-v").splitlines())
    size = (int(lines["size"]) + int(lines["size-pack"])) * 1024
    commits = history.count(repository, [commit]) if commit else 0
    counted = {"commit_count": commits, "storage_size": size, "repository_size": size}
    return {"statistics": counted | dict.fromkeys(_NOTHING, 0)}
