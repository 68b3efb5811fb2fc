"""What the API answers of builds that were told of commits: GitLab's external pipelines."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.entities import basic_user
from gitlab_light.instance import Instance
from gitlab_light.model.commit_notes import Status
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.projects import Project


def of_merge_request(instance: Instance, found: MergeRequest) -> list[dict[str, Any]]:
    """What builds have told of a request's versions, as the external pipelines that GitLab makes of it."""
    shas = dict.fromkeys(version.head_sha for version in instance.merge_requests.versions(found))
    places = [
        project for project in map(instance.projects.find, {found.source_project_id or 0, found.project_id}) if project
    ]
    made = [
        pipeline(instance, project, sha, statuses)
        for sha in shas for project in places
        if (statuses := instance.commit_notes.statuses(project.id, sha))
    ]  # fmt: skip
    return sorted(made, key=lambda one: int(one["id"]), reverse=True)


def head(instance: Instance, found: MergeRequest) -> dict[str, Any] | None:
    """The external pipeline of a request's head."""
    return next((one for one in of_merge_request(instance, found) if one["sha"] == found.head_sha), None)


def pipeline(instance: Instance, project: Project, sha: str, statuses: list[Status]) -> dict[str, Any]:
    """The builds of one commit, as an external pipeline."""
    first = statuses[0]
    status = instance.commit_notes.overall(project.id, sha)
    ended = [one.finished_at for one in statuses]
    return {
        "id": first.pipeline_id,
        "iid": first.pipeline_id,
        "project_id": project.id,
        "sha": sha,
        "ref": first.ref,
        "status": status,
        "source": "external",
        "created_at": first.created_at,
        "updated_at": max(one.finished_at or one.started_at or one.created_at for one in statuses),
        "web_url": instance.links.page(project, "commit", sha),
        "before_sha": "0" * 40,
        "tag": False,
        "yaml_errors": None,
        "user": _user(instance, first.author_id),
        "started_at": min((one.started_at for one in statuses if one.started_at), default=None),
        "finished_at": max((end for end in ended if end), default=None) if all(ended) else None,
        "committed_at": None,
        "duration": None,
        "queued_duration": None,
        "coverage": None,
        "detailed_status": {"icon": f"status_{status}", "text": status, "label": status, "group": status},
    }


def basic(found: dict[str, Any]) -> dict[str, Any]:
    """A pipeline, as lists show it."""
    names = (
        "id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "web_url",
    )  # fmt: skip
    return {name: found[name] for name in names}


def _user(instance: Instance, user_id: int) -> dict[str, Any] | None:
    found = instance.users.find(user_id)
    return basic_user(instance.links, found) if found else None
