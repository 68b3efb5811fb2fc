"""What becomes of merge requests: whether they can be merged, how, and what pushes do to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.merging import is_ancestor, merge_commit, merged_tree, squashed
from gitlab_light.git.repository import Repositories, Repository
from gitlab_light.git.writing import Person
from gitlab_light.model.commit_notes import CommitNotes
from gitlab_light.model.database import now
from gitlab_light.model.merge_requests import MergeRequest, MergeRequests
from gitlab_light.model.notes import Notes
from gitlab_light.model.projects import Project, Projects

# What the API says of a request that would merge, and what stands for GitLab's older merge_status.
MERGEABLE = "mergeable"
_CANNOT = ("conflict", "broken_status", "commits_status")
_METHODS = ("merge", "rebase_merge", "ff")


@dataclass(frozen=True)
class Consequence:
    """What a push does to a merge request.

    Attributes:
        before: the merge request as it was.
        action: "update", "close" or "merge", as hooks are told.
        columns: what changes.
        oldrev: the head before, for an update.
    """

    before: MergeRequest
    action: str
    columns: dict[str, Any]
    oldrev: str | None = None

    @property
    def after(self) -> MergeRequest:
        """The merge request as it becomes."""
        return replace(self.before, updated_at=now(), **self.columns)


@dataclass(frozen=True)
class Merge:
    """A merge that is made and not yet applied.

    Attributes:
        new: what the target branch becomes.
        merge_commit: the merge commit, where there is one.
        squash_commit: the commit that stands for all of the source, where there is one.
    """

    new: str
    merge_commit: str | None
    squash_commit: str | None


class MergeFlow:
    """Knows merge requests and repositories, and nothing of who asks."""

    def __init__(
        self, repositories: Repositories, projects: Projects, merge_requests: MergeRequests, notes: Notes,
        commit_notes: CommitNotes,
    ) -> None:  # fmt: skip
        self._repositories = repositories
        self._projects = projects
        self._merge_requests = merge_requests
        self._notes = notes
        self._commit_notes = commit_notes
        # Commits never change, so neither does what comes of merging two of them.
        self._merges_cleanly = lru_cache(maxsize=4096)(self._try_merge)

    def repository(self, found: MergeRequest) -> Repository:
        """The repository that is merged into, which holds the source's commits too."""
        return self._repositories.of(found.project_id)

    def target_tip(self, found: MergeRequest) -> str | None:
        """The commit that the target branch stands at."""
        return self.repository(found).ref_target(f"refs/heads/{found.target_branch}")

    def source_tip(self, found: MergeRequest) -> str | None:
        """The commit that the source branch stands at; None where it or its project is gone."""
        if found.source_project_id is None:
            return None
        return self._repositories.of(found.source_project_id).ref_target(f"refs/heads/{found.source_branch}")

    def place(
        self, project_id: int, source_project_id: int, source_branch: str, target_branch: str, iid: int
    ) -> dict[str, str] | None:
        """Brings the source's commits into the target's repository, under the request's own ref.

        Returns:
            The columns head_sha, base_sha and start_sha; None where a branch is missing.
        """
        target, source = self._repositories.of(project_id), self._repositories.of(source_project_id)
        head, start = (
            repository.ref_target(f"refs/heads/{branch}")
            for repository, branch in ((source, source_branch), (target, target_branch))
        )
        if head is None or start is None:
            return None
        ref = f"refs/merge-requests/{iid}/head"
        if source_project_id != project_id:
            target.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", str(source.path), f"+{head}:{ref}")
        else:
            target.run("update-ref", ref, head)
        # Versions are shown later too, so their commits must not be swept up.
        target.run("update-ref", f"refs/keep-around/{head}", head)
        base = history.merge_base(target, start, head) or start
        return {"head_sha": head, "base_sha": base, "start_sha": start}

    def status(self, found: MergeRequest) -> str:
        """GitLab's detailed_merge_status (https://docs.gitlab.com/api/merge_requests/#merge-status)."""
        project = self._projects.find(found.project_id)
        return self.blocked(found) or self._unmergeable(found, project) or MERGEABLE

    def blocked(self, found: MergeRequest, *, builds: bool = True) -> str | None:
        """What keeps a request from being merged, conflicts apart, and without `builds` builds too.

        Returns:
            GitLab's name for it; None where nothing does.
        """
        project = self._projects.find(found.project_id)
        features = project.features if project else {}
        if found.state != "opened":
            return "not_open"
        if found.draft:
            return "draft_status"
        if self.source_tip(found) is None or self.target_tip(found) is None:
            return "broken_status"
        if found.head_sha == found.base_sha:
            return "commits_status"
        if features.get("only_allow_merge_if_all_discussions_are_resolved") and self._notes.unresolved(found.id):
            return "discussions_not_resolved"
        if builds and features.get("only_allow_merge_if_pipeline_succeeds"):
            overall = self.overall(found)
            if overall in ("pending", "running"):
                return "ci_still_running"
            if overall not in ("success", "skipped"):
                return "ci_must_pass"
        return None

    def overall(self, found: MergeRequest) -> str | None:
        """The state of the builds of a request's head, wherever they were told: the source or the target project."""
        places = dict.fromkeys((found.source_project_id, found.project_id))
        states = (self._commit_notes.overall(place, found.head_sha) for place in places if place is not None)
        return next((state for state in states if state), None)

    def can_be_merged(self, found: MergeRequest) -> bool:
        """Whether both branches are there and do not conflict."""
        if found.state == "merged":
            return True
        target = self.target_tip(found)
        return target is not None and self._merges_cleanly(found.project_id, target, found.head_sha)

    def needs_rebase(self, found: MergeRequest) -> bool:
        """Whether the project's merge method wants the source on top of the target, and it is not."""
        project, target = self._projects.find(found.project_id), self.target_tip(found)
        if project is None or target is None or merge_method(project) == "merge":
            return False
        return not is_ancestor(self.repository(found), target, found.head_sha)

    def _unmergeable(self, found: MergeRequest, project: Project | None) -> str | None:
        if project is None or not self.can_be_merged(found):
            return "conflict"
        return "need_rebase" if self.needs_rebase(found) else None

    def _try_merge(self, project_id: int, target: str, head: str) -> bool:
        return merged_tree(self._repositories.of(project_id), target, head) is not None

    def make(
        self, found: MergeRequest, project: Project, *, squash: bool, message: str, squash_message: str,
        author: Person, committer: Person,
    ) -> Merge | None:  # fmt: skip
        """Makes the commits of a merge; None where it cannot be done."""
        repository, target = self.repository(found), self.target_tip(found)
        if target is None or self.needs_rebase(found):
            return None
        base = history.merge_base(repository, target, found.head_sha) or target
        source = found.head_sha
        if squash:
            source = squashed(repository, base, source, squash_message, author=author, committer=committer)
        squash_commit = source if squash else None
        if merge_method(project) == "ff":
            return Merge(source, None, squash_commit)
        made = merge_commit(repository, target, source, message, author=committer, committer=committer)
        return Merge(made, made, squash_commit) if made else None

    def consequences(self, project: Project, user_id: int, changes: Sequence[RefChange]) -> list[Consequence]:
        """What a push does to merge requests: new versions, merged ones, ones whose branch is gone."""
        found: dict[int, Consequence] = {}
        for change in changes:
            if change.ref.startswith("refs/heads/"):
                branch = change.ref.removeprefix("refs/heads/")
                for request in self._merge_requests.opened_into(project.id, branch):
                    if merged := self._merged(request, change, user_id):
                        found[request.id] = merged
                for request in self._merge_requests.opened_from(project.id, branch):
                    if request.id not in found and (moved := self._moved(request, change, user_id)):
                        found[request.id] = moved
        return list(found.values())

    def _merged(self, found: MergeRequest, change: RefChange, user_id: int) -> Consequence | None:
        columns = {"state": "merged", "merged_by_id": user_id, "merged_at": now(), "pending": {}}
        if change.new != ZERO and found.pending.get("new") == change.new:
            commits = {name: found.pending.get(name) for name in ("merge_commit_sha", "squash_commit_sha")}
            return Consequence(found, "merge", columns | commits)
        repository = self.repository(found)
        if change.new == ZERO or found.head_sha == found.base_sha or not _is_commit(repository, change.new):
            return None
        if not is_ancestor(repository, found.head_sha, change.new):
            return None
        # By hand: the target was pushed with the source's commits in it.
        commit = change.new if change.new != found.head_sha else None
        return Consequence(found, "merge", {**columns, "merge_commit_sha": commit})

    def _moved(self, found: MergeRequest, change: RefChange, user_id: int) -> Consequence | None:
        if change.new == ZERO:
            return Consequence(found, "close", {"state": "closed", "closed_by_id": user_id, "closed_at": now()})
        if found.source_project_id is None or found.head_sha == change.new:
            return None
        placed = self.place(
            found.project_id, found.source_project_id, found.source_branch, found.target_branch, found.iid
        )
        if placed is None or placed["head_sha"] == found.head_sha:
            return None
        # Somebody has asked for what was there to be merged, not for what has come (GitLab's abort_auto_merges).
        return Consequence(found, "update", {**placed, "merge_error": None, "auto_merge": {}}, oldrev=found.head_sha)


def merge_method(project: Project) -> str:
    """How a project merges: "merge", "rebase_merge" or "ff"."""
    method = project.features.get("merge_method")
    return method if method in _METHODS else "merge"


def merge_status(detailed: str, *, mergeable: bool) -> str:
    """GitLab's older merge_status, which knows of conflicts alone."""
    return "cannot_be_merged" if detailed in _CANNOT or not mergeable else "can_be_merged"


def _is_commit(repository: Repository, sha: str) -> bool:
    try:
        return repository.text("cat-file", "-t", sha).strip() == "commit"
    except GitError:
        return False
