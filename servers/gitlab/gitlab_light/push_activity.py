"""What a project's activity tells of a push: GitLab's push_data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gitlab_light.git.commands import GitError
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.repository import Repositories
from gitlab_light.model.activity import Activities, Activity
from gitlab_light.model.projects import Project

# More branches or tags in one push are one activity (GitLab's push_event_activities_limit).
_MOST_REFS = 3


class PushActivity:
    """Makes push_data in two steps, since git takes as long to count commits as for all the rest of a small push.

    What lies between two commits never changes, so it is counted when it is first asked for. What a new branch or tag
    brings depends on where the default branch stands, so that is counted at once.
    """

    def __init__(self, repositories: Repositories, activities: Activities) -> None:
        self._repositories = repositories
        self._activities = activities

    def of(self, project: Project, changes: Sequence[RefChange]) -> list[dict[str, Any]]:
        """The push_data of a push, one for each activity; the commits of a branch that moved are not counted yet."""
        found = []
        for kind, prefix in (("branch", "refs/heads/"), ("tag", "refs/tags/")):
            moved = [change for change in changes if change.ref.startswith(prefix)]
            if len(moved) > _MOST_REFS:
                found.append(_push_data(kind, None, len(moved)) | _counted([]))
                continue
            for change in moved:
                data = _push_data(kind, change, None)
                counted = {} if ZERO not in (change.old, change.new) else _counted(self._brought(project, change))
                found.append(data | counted)
        return found

    def complete(self, activity: Activity) -> dict[str, Any]:
        """An activity's push_data with its commits counted, as it is then kept."""
        data = activity.push
        if "commit_count" not in data:
            titles = self._titles(activity.project_id, data["commit_to"], f"^{data['commit_from']}")
            if titles is None:  # the old head has gone with a forced push
                titles = self._titles(activity.project_id, data["commit_to"]) or []
            data = data | _counted(titles)
            self._activities.set_push(activity.id, data)
        return data

    def _brought(self, project: Project, change: RefChange) -> list[str]:
        """The titles of the commits that come with a new branch or tag, newest first."""
        if change.new == ZERO:
            return []
        default = f"refs/heads/{project.default_branch}"
        titles = self._titles(project.id, change.new, f"^{default}") if default != change.ref else None
        # There may be no default branch yet, and a tag may be of something else than a commit.
        return titles if titles is not None else self._titles(project.id, change.new) or []

    def _titles(self, project_id: int, *revisions: str) -> list[str] | None:
        """The titles of commits, newest first; None where git knows no such commits."""
        repository = self._repositories.of(project_id)
        try:
            return repository.text("log", "--format=%s", "--max-count=2500", *revisions, "--").splitlines()
        except GitError:
            return None


def _push_data(kind: str, change: RefChange | None, refs: int | None) -> dict[str, Any]:
    """What is known of a push without git; of many refs at once only how many they were."""
    action = "pushed"
    if change is not None:
        action = "created" if change.old == ZERO else "removed" if change.new == ZERO else "pushed"
    return {
        "action": action,
        "ref_type": kind,
        "commit_from": change.old if change and change.old != ZERO else None,
        "commit_to": change.new if change and change.new != ZERO else None,
        "ref": change.ref.split("/", 2)[2] if change else None,
        "ref_count": refs,
    }


def _counted(titles: list[str]) -> dict[str, Any]:
    return {"commit_count": len(titles), "commit_title": titles[0] if titles else None}
