"""The files that introduce projects."""

from __future__ import annotations

from functools import lru_cache

from gitlab_light.files import READMES
from gitlab_light.git.repository import Repositories
from gitlab_light.model.projects import Project


class Readmes:
    """Knows which file introduces a project; git is asked for the files of a commit once, since they never change."""

    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories
        self._name_in = lru_cache(maxsize=4096)(self._look)

    def name(self, project: Project) -> str | None:
        """The README's name at the default branch's head; None where there is none."""
        commit = self._repositories.of(project.id).ref_target(f"refs/heads/{project.default_branch}")
        return self._name_in(project.id, commit) if commit else None

    def _look(self, project_id: int, commit: str) -> str | None:
        entries = self._repositories.of(project_id).tree(commit) or []
        return next((entry.name for entry in entries if entry.type == "blob" and entry.name.lower() in READMES), None)
