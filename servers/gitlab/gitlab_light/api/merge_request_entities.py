"""What the API answers of merge requests, their pipelines and notes."""

from __future__ import annotations

import re
from typing import Any

from gitlab_light.api import pipeline_entities
from gitlab_light.api.entities import basic_user
from gitlab_light.git import history
from gitlab_light.git.repository import Repository
from gitlab_light.instance import Instance
from gitlab_light.merge_flow import merge_status
from gitlab_light.model.activity import MilestoneEvent, StateEvent
from gitlab_light.model.database import kept
from gitlab_light.model.members import DEVELOPER
from gitlab_light.model.merge_requests import MergeRequest, Version
from gitlab_light.model.milestones import Milestone
from gitlab_light.model.notes import Note
from gitlab_light.model.users import User

# A task is an item of a list that begins with a box, a checked one when it is done.
_TASK = re.compile(r"[ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]+\[([ xX])\][ \t]+\S")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def user(instance: Instance, user_id: int | None) -> dict[str, Any] | None:
    """A user by id; None where there is none."""
    found = instance.users.find(user_id) if user_id is not None else None
    return basic_user(instance.links, found) if found else None


def _users(instance: Instance, ids: list[int]) -> list[dict[str, Any]]:
    return [shown for shown in (user(instance, user_id) for user_id in ids) if shown]


def basic(instance: Instance, found: MergeRequest) -> dict[str, Any]:
    """A merge request, as lists show it."""
    project = kept(instance.projects.find(found.project_id))
    detailed = instance.merge_flow.status(found)
    mergeable = instance.merge_flow.can_be_merged(found)
    merged_by = user(instance, found.merged_by_id)
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
        "merge_user": merged_by or user(instance, found.auto_merge.get("user_id")),
        "merged_at": found.merged_at,
        "merge_after": None,
        "closed_by": user(instance, found.closed_by_id),
        "closed_at": found.closed_at,
        "target_branch": found.target_branch,
        "source_branch": found.source_branch,
        "user_notes_count": len(notes),
        "upvotes": instance.awards.count("MergeRequest", found.id, "thumbsup"),
        "downvotes": instance.awards.count("MergeRequest", found.id, "thumbsdown"),
        "author": user(instance, found.author_id),
        "assignees": _users(instance, found.assignee_ids),
        "assignee": next(iter(_users(instance, found.assignee_ids)), None),
        "reviewers": _users(instance, found.reviewer_ids),
        "source_project_id": found.source_project_id,
        "target_project_id": found.project_id,
        "labels": sorted(found.labels),
        "draft": found.draft,
        "work_in_progress": found.draft,
        "milestone": _milestone(instance, found.milestone_id),
        "merge_when_pipeline_succeeds": bool(found.auto_merge),
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
        "time_stats": time_stats(found),
        "squash": found.squash,
        "squash_on_merge": found.squash,
        "task_completion_status": _tasks(found.description or ""),
        "has_conflicts": not mergeable,
        "blocking_discussions_resolved": not instance.notes.unresolved(found.id),
        "approvals_before_merge": None,
    }


def _tasks(description: str) -> dict[str, int]:
    """How many tasks a description lists and how many are done (GitLab's Taskable); what stands in code is none."""
    marks, fence = [], ""
    for line in description.splitlines():
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark:
            fence = mark[1]
        elif task := _TASK.match(line):
            marks.append(task[1])
    return {"count": len(marks), "completed_count": len(marks) - marks.count(" ")}


def _milestone(instance: Instance, milestone_id: int | None) -> dict[str, Any] | None:
    found = instance.milestones.find(milestone_id) if milestone_id is not None else None
    return milestone(instance, found) if found else None


def milestone(instance: Instance, found: Milestone) -> dict[str, Any]:
    """A milestone of a project or group."""
    project = instance.projects.find(found.source_id) if found.source == "project" else None
    group = instance.namespaces.find(found.source_id) if found.source == "group" else None
    if project:
        page = instance.links.page(project, "milestones", str(found.iid))
    else:
        page = f"{instance.links.group(group.full_path if group else '')}/-/milestones/{found.iid}"
    return {
        "id": found.id,
        "iid": found.iid,
        f"{found.source}_id": found.source_id,
        "title": found.title,
        "description": found.description,
        "state": found.state,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "due_date": found.due_date,
        "start_date": found.start_date,
        "expired": found.expired,
        "web_url": page,
    }


def full(instance: Instance, found: MergeRequest, viewer: User | None) -> dict[str, Any]:
    """A merge request by itself."""
    repository = instance.merge_flow.repository(found)
    changed = len(repository.text("diff-tree", "-r", "--name-only", found.base_sha, found.head_sha).splitlines())
    pipeline = pipeline_entities.head(instance, found)
    return basic(instance, found) | {
        "subscribed": viewer is not None and instance.merge_requests.subscribed(found, viewer.id),
        "changes_count": str(changed) if changed else None,
        "latest_build_started_at": pipeline and pipeline["started_at"],
        "latest_build_finished_at": pipeline and pipeline["finished_at"],
        "first_deployed_to_production_at": None,
        "pipeline": pipeline and pipeline_entities.basic(pipeline),
        "head_pipeline": pipeline,
        "diff_refs": {"base_sha": found.base_sha, "head_sha": found.head_sha, "start_sha": found.start_sha},
        "merge_error": found.merge_error,
        "first_contribution": False,
        "user": {"can_merge": can_merge(instance, found, viewer)},
    }


def time_stats(found: MergeRequest) -> dict[str, Any]:
    """How long a merge request is thought to take and has taken."""
    return {
        "time_estimate": found.time_estimate,
        "total_time_spent": found.time_spent,
        "human_time_estimate": _span(found.time_estimate),
        "human_total_time_spent": _span(found.time_spent),
    }


def _span(seconds: int) -> str | None:
    """Seconds in words such as "1w 2d 3h", by days of eight hours and weeks of five days; None for none."""
    words = []
    for unit, length in (("mo", 576_000), ("w", 144_000), ("d", 28_800), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        words += [f"{count}{unit}"] if count else []
    return " ".join(words) or None


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


def approvals(instance: Instance, found: MergeRequest, viewer: User | None) -> dict[str, Any]:
    """Who has approved a merge request; GitLab CE asks for no number of approvals."""
    given = instance.merge_requests.approvals(found)
    mine = viewer is not None and any(approval.user_id == viewer.id for approval in given)
    return {
        "user_has_approved": mine,
        "user_can_approve": may_approve(instance, found, viewer) and not mine,
        "approved": bool(given),
        "approved_by": [
            {"user": user(instance, approval.user_id), "approved_at": approval.created_at} for approval in given
        ],
    }


def may_approve(instance: Instance, found: MergeRequest, user: User | None) -> bool:
    """Whether somebody may approve: who may push code."""
    project = instance.projects.find(found.project_id)
    return project is not None and instance.members.project_level(user, project) >= DEVELOPER


def version(repository: Repository, found: Version) -> dict[str, Any]:
    """A version of a merge request."""
    return {
        "id": found.id,
        "head_commit_sha": found.head_sha,
        "base_commit_sha": found.base_sha,
        "start_commit_sha": found.start_sha,
        "created_at": found.created_at,
        "merge_request_id": found.merge_request_id,
        "state": "collected",
        "real_size": str(history.size(repository, found.base_sha, found.head_sha)),
        "patch_id_sha": history.patch_id(repository, found.base_sha, found.head_sha),
    }


def note(instance: Instance, found: MergeRequest, given: Note) -> dict[str, Any]:
    """A note on a merge request."""
    answer = {
        "id": given.id,
        "type": given.type,
        "body": given.body,
        "author": user(instance, given.author_id),
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
            "resolved_by": user(instance, given.resolved_by_id),
            "resolved_at": given.resolved_at,
        }
    return answer


def state_event(instance: Instance, found: MergeRequest, given: StateEvent) -> dict[str, Any]:
    """That a merge request came into a state."""
    return {
        "id": given.id,
        "user": user(instance, given.user_id),
        "created_at": given.created_at,
        "resource_type": "MergeRequest",
        "resource_id": found.id,
        "source_commit": None,
        "source_merge_request_id": None,
        "state": given.state,
    }


def milestone_event(instance: Instance, given: MilestoneEvent) -> dict[str, Any]:
    """That a merge request was given a milestone or was left without one."""
    return {
        "id": given.id,
        "user": user(instance, given.user_id),
        "created_at": given.created_at,
        "resource_type": "MergeRequest",
        "resource_id": given.merge_request_id,
        "milestone": _milestone(instance, given.milestone_id),
        "action": given.action,
        "state": given.state,
    }


def discussion(instance: Instance, found: MergeRequest, notes: list[Note]) -> dict[str, Any]:
    """Notes that belong together."""
    return {
        "id": notes[0].discussion_id,
        "individual_note": not notes[0].resolvable,
        "notes": [note(instance, found, one) for one in notes],
    }
