"""What receivers are sent, field by field as GitLab's Gitlab::DataBuilder::Push builds it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gitlab_light.git import history
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.repository import Repository
from gitlab_light.links import Links
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User

# Payloads name this many commits at most; total_commits_count tells how many there are.
_MOST_COMMITS = 20


def push_payload(
    repository: Repository,
    links: Links,
    project: Project,
    namespace_name: str,
    user: User,
    change: RefChange,
    *,
    protected: bool,
    options: dict[str, Any],
) -> dict[str, Any]:
    """The payload of a push to a branch or of a tag.

    Args:
        repository: the project's repository.
        links: makes addresses.
        project: the project.
        namespace_name: the name of the project's namespace.
        user: who pushed.
        change: what moved; its ref is under refs/heads/ or refs/tags/.
        protected: whether the branch or tag is protected.
        options: git's push options.
    """
    is_tag = change.ref.startswith("refs/tags/")
    tip = None if change.new == ZERO else repository.resolve(change.new)
    commits, total = _commits(repository, project, change, tip, is_tag=is_tag)
    kind = "tag_push" if is_tag else "push"
    name = change.ref.removeprefix("refs/tags/")
    tag = repository.tag(name) if is_tag and tip else None
    return {
        "object_kind": kind,
        "event_name": kind,
        "before": change.old,
        "after": change.new,
        "ref": change.ref,
        "ref_protected": protected,
        "checkout_sha": tip,
        "message": (tag.message or None) if tag else None,
        "user_id": user.id,
        "user_name": user.name,
        "user_username": user.username,
        "user_email": user.profile.get("public_email") or None,
        "user_avatar": user.profile.get("avatar_url"),
        "project_id": project.id,
        "project": project_attributes(links, project, namespace_name),
        "commits": [commit_attributes(repository, links, project, commit) for commit in commits],
        "total_commits_count": total,
        "push_options": options,
        "repository": _repository_attributes(links, project),
    }


def _commits(
    repository: Repository, project: Project, change: RefChange, tip: str | None, *, is_tag: bool
) -> tuple[list[history.Commit], int]:
    """The commits that a payload names, oldest first, and how many there are in all."""
    if tip is None:
        return [], 0
    if is_tag:
        return [history.commit(repository, tip)], 1
    if change.old != ZERO:
        revisions = [tip, f"^{change.old}"]
    else:
        default = repository.ref_target(f"refs/heads/{project.default_branch}")
        is_default = change.ref == f"refs/heads/{project.default_branch}"
        revisions = [tip] if is_default or default is None else [tip, f"^{default}"]
    newest = history.log(repository, revisions, limit=_MOST_COMMITS)
    return newest[::-1], history.count(repository, revisions)


def commit_head(links: Links, project: Project, commit: history.Commit) -> dict[str, Any]:
    """What every payload says of a commit."""
    return {
        "id": commit.id,
        "message": commit.message,
        "title": commit.title,
        "timestamp": datetime.fromisoformat(commit.committed_date).isoformat(),
        "url": links.page(project, "commit", commit.id),
        "author": {"name": commit.author_name, "email": commit.author_email},
    }


def commit_attributes(repository: Repository, links: Links, project: Project, commit: history.Commit) -> dict[str, Any]:
    """A commit, as payloads have it."""
    changed = history.changed_paths(repository, commit.id)
    return {
        **commit_head(links, project, commit),
        "added": changed.added,
        "modified": changed.modified,
        "removed": changed.removed,
    }


def project_attributes(links: Links, project: Project, namespace_name: str) -> dict[str, Any]:
    """The project, as payloads have it: pages under the external address, clone addresses under the internal one."""
    page, ssh, http = links.project(project), links.internal_ssh(project), links.internal_clone(project)
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "web_url": page,
        "avatar_url": None,
        "git_ssh_url": ssh,
        "git_http_url": http,
        "namespace": namespace_name,
        "visibility_level": project.visibility_level,
        "path_with_namespace": project.full_path,
        "default_branch": project.default_branch,
        "ci_config_path": None,
        "homepage": page,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": http,
    }


def _repository_attributes(links: Links, project: Project) -> dict[str, Any]:
    return {
        "name": project.name,
        "url": links.internal_ssh(project),
        "description": project.description,
        "homepage": links.project(project),
        "git_http_url": links.internal_clone(project),
        "git_ssh_url": links.internal_ssh(project),
        "visibility_level": project.visibility_level,
    }
