"""What the API answers of merge requests, their pipelines and notes."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.entities import basic_user
from gitlab_light.instance import Instance
from gitlab_light.merge_flow import merge_status
from gitlab_light.model.activity import StateEvent
from gitlab_light.model.commit_notes import Status
from gitlab_light.model.members import DEVELOPER
from gitlab_light.model.merge_requests import MergeRequest, Version
from gitlab_light.model.notes import Note
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User


def _user(instance: Instance, user_id: int | None) -> dict[str, Any] | None:
    user = instance.users.find(user_id) if user_id is not None else None
    return basic_user(instance.links, user) if user else None


def _users(instance: Instance, ids: list[int]) -> list[dict[str, Any]]:
    return [shown for shown in (_user(instance, user_id) for user_id in ids) if shown]


def basic(instance: Instance, found: MergeRequest) -> dict[str, Any]:
    """A merge request, as lists show it."""
    project = instance.projects.find(found.project_id)
    assert project is not None  # noqa: S101  a foreign key
    detailed = instance.merge_flow.status(found)
    mergeable = instance.merge_flow.can_be_merged(found)
    merged_by = _user(instance, found.merged_by_id)
    notes = instance.notes.all_of(found.id)
    return {
        "id": found.id,
        "iid": found.iid,
        "project_id": found.project_id,
        "title": found.title,
        "description": found.description,
        "state": found.state,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "prepared_at": found.created_at,
        "merged_by": merged_by,
        "merge_user": merged_by,
        "merged_at": found.merged_at,
        "merge_after": None,
        "closed_by": _user(instance, found.closed_by_id),
        "closed_at": found.closed_at,
        "target_branch": found.target_branch,
        "source_branch": found.source_branch,
        "user_notes_count": len(notes),
        "upvotes": 0,
        "downvotes": 0,
        "author": _user(instance, found.author_id),
        "assignees": _users(instance, found.assignee_ids),
        "assignee": next(iter(_users(instance, found.assignee_ids)), None),
        "reviewers": _users(instance, found.reviewer_ids),
        "source_project_id": found.source_project_id,
        "target_project_id": found.project_id,
        "labels": sorted(found.labels),
        "draft": found.draft,
        "work_in_progress": found.draft,
        "milestone": None,
        "merge_when_pipeline_succeeds": False,
        "merge_status": merge_status(detailed, mergeable=mergeable),
        "detailed_merge_status": detailed,
        "sha": found.head_sha,
        "merge_commit_sha": found.merge_commit_sha,
        "squash_commit_sha": found.squash_commit_sha,
        "discussion_locked": found.discussion_locked,
        "should_remove_source_branch": None,
        "force_remove_source_branch": found.remove_source_branch,
        "imported": False,
        "imported_from": "none",
        "reference": f"!{found.iid}",
        "references": {
            "short": f"!{found.iid}",
            "relative": f"!{found.iid}",
            "full": f"{project.full_path}!{found.iid}",
        },
        "web_url": instance.links.merge_request(project, found.iid),
        "time_stats": {
            "time_estimate": 0,
            "total_time_spent": 0,
            "human_time_estimate": None,
            "human_total_time_spent": None,
        },
        "squash": found.squash,
        "squash_on_merge": found.squash,
        "task_completion_status": {"count": 0, "completed_count": 0},
        "has_conflicts": not mergeable,
        "blocking_discussions_resolved": not instance.notes.unresolved(found.id),
        "approvals_before_merge": None,
    }


def full(instance: Instance, found: MergeRequest, user: User | None) -> dict[str, Any]:
    """A merge request by itself."""
    repository = instance.merge_flow.repository(found)
    changed = len(repository.text("diff-tree", "-r", "--name-only", found.base_sha, found.head_sha).splitlines())
    pipeline = head_pipeline(instance, found)
    return basic(instance, found) | {
        "subscribed": user is not None and user.id == found.author_id,
        "changes_count": str(changed) if changed else None,
        "latest_build_started_at": pipeline and pipeline["started_at"],
        "latest_build_finished_at": pipeline and pipeline["finished_at"],
        "first_deployed_to_production_at": None,
        "pipeline": pipeline and basic_pipeline(pipeline),
        "head_pipeline": pipeline,
        "diff_refs": {"base_sha": found.base_sha, "head_sha": found.head_sha, "start_sha": found.start_sha},
        "merge_error": found.merge_error,
        "first_contribution": False,
        "user": {"can_merge": can_merge(instance, found, user)},
    }


def can_merge(instance: Instance, found: MergeRequest, user: User | None) -> bool:
    """Whether somebody may merge into the target branch."""
    project = instance.projects.find(found.project_id)
    if project is None or project.archived:
        return False
    level = instance.members.project_level(user, project)
    rules = instance.protected.matching(project.id, "branch", found.target_branch)
    if not rules:
        return level >= DEVELOPER
    # Who may push may merge too (GitLab's UserAccess#can_merge_to_branch?).
    return any(0 < bound <= level for rule in rules for bound in (rule.merge_level, rule.push_level))


def approvals(instance: Instance, found: MergeRequest, user: User | None) -> dict[str, Any]:
    """Who has approved a merge request; GitLab CE asks for no number of approvals."""
    given = instance.merge_requests.approvals(found)
    mine = user is not None and any(approval.user_id == user.id for approval in given)
    return {
        "user_has_approved": mine,
        "user_can_approve": may_approve(instance, found, user) and not mine,
        "approved": bool(given),
        "approved_by": [
            {"user": _user(instance, approval.user_id), "approved_at": approval.created_at} for approval in given
        ],
    }


def may_approve(instance: Instance, found: MergeRequest, user: User | None) -> bool:
    """Whether somebody may approve: who may push code."""
    project = instance.projects.find(found.project_id)
    return project is not None and instance.members.project_level(user, project) >= DEVELOPER


def version(found: Version) -> dict[str, Any]:
    """A version of a merge request."""
    return {
        "id": found.id,
        "head_commit_sha": found.head_sha,
        "base_commit_sha": found.base_sha,
        "start_commit_sha": found.start_sha,
        "created_at": found.created_at,
        "merge_request_id": found.merge_request_id,
        "state": "collected",
        "real_size": None,
        "patch_id_sha": None,
    }


def pipelines(instance: Instance, found: MergeRequest) -> list[dict[str, Any]]:
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


def head_pipeline(instance: Instance, found: MergeRequest) -> dict[str, Any] | None:
    """The external pipeline of a request's head."""
    return next((one for one in pipelines(instance, found) if one["sha"] == found.head_sha), None)


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


def basic_pipeline(found: dict[str, Any]) -> dict[str, Any]:
    """A pipeline, as lists show it."""
    names = (
        "id", "iid", "project_id", "sha", "ref", "status", "source", "created_at", "updated_at", "web_url",
    )  # fmt: skip
    return {name: found[name] for name in names}


def note(instance: Instance, found: MergeRequest, given: Note) -> dict[str, Any]:
    """A note on a merge request."""
    answer = {
        "id": given.id,
        "type": given.type,
        "body": given.body,
        "author": _user(instance, given.author_id),
        "created_at": given.created_at,
        "updated_at": given.updated_at,
        "system": given.system,
        "noteable_id": found.id,
        "noteable_type": "MergeRequest",
        "project_id": found.project_id,
        "commit_id": None,
        "resolvable": given.resolvable,
        "confidential": False,
        "internal": False,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": found.iid,
        "commands_changes": {},
    }
    if given.position:
        answer["position"] = given.position
    if given.resolvable:
        answer |= {
            "resolved": given.resolved_at is not None,
            "resolved_by": _user(instance, given.resolved_by_id),
            "resolved_at": given.resolved_at,
        }
    return answer


def state_event(instance: Instance, found: MergeRequest, given: StateEvent) -> dict[str, Any]:
    """That a merge request came into a state."""
    return {
        "id": given.id,
        "user": _user(instance, given.user_id),
        "created_at": given.created_at,
        "resource_type": "MergeRequest",
        "resource_id": found.id,
        "source_commit": None,
        "source_merge_request_id": None,
        "state": given.state,
    }


def discussion(instance: Instance, found: MergeRequest, notes: list[Note]) -> dict[str, Any]:
    """Notes that belong together."""
    return {
        "id": notes[0].discussion_id,
        "individual_note": not notes[0].resolvable,
        "notes": [note(instance, found, one) for one in notes],
    }
