"""What a push asks for by options, as `git push -o merge_request.create` does.

See https://docs.gitlab.com/topics/git/commit/#push-options.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gitlab_light.git import history
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.repository import Repository
from gitlab_light.merge_flow import MergeFlow
from gitlab_light.model.labels import Labels
from gitlab_light.model.merge_requests import MergeRequest, MergeRequests, is_draft
from gitlab_light.model.milestones import Milestones
from gitlab_light.model.projects import Project, Projects
from gitlab_light.model.users import User, Users

# Told of a merge request, the action and what has changed.
Tell = Callable[[MergeRequest, str, dict[str, Any]], None]
_GROUPS = ("ci", "integrations", "secret_detection")
# A push of more branches asks for nothing (GitLab's PushOptionsHandlerService::LIMIT).
_MOST_BRANCHES = 10
_LONGEST_TITLE = 255


def payload_options(lines: tuple[str, ...]) -> dict[str, Any]:
    """Options as payloads have them: `ci.skip` is {"ci": {"skip": 1}}, `ci.variable=A=B` goes deeper."""
    options: dict[str, Any] = {}
    for line in lines:
        key, _, value = line.partition("=")
        group, _, name = key.partition(".")
        if group in _GROUPS and name:
            options.setdefault(group, {})[name] = value or 1
    return options


def merge_request_options(lines: tuple[str, ...]) -> dict[str, list[str]]:
    """The values of `merge_request.…` options by name; one without a value has ""."""
    options: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line.partition("=")
        group, _, name = key.partition(".")
        if group in ("merge_request", "mr") and name:
            options.setdefault(name, []).append(value.replace("\\n", "\n"))
    return options


class PushRequests:
    """Makes and changes the merge requests that pushes ask for."""

    def __init__(
        self, flow: MergeFlow, merge_requests: MergeRequests, users: Users, labels: Labels, milestones: Milestones,
        projects: Projects,
    ) -> None:  # fmt: skip
        self._flow = flow
        self._merge_requests = merge_requests
        self._users = users
        self._labels = labels
        self._milestones = milestones
        self._projects = projects

    def carry_out(
        self, project: Project, repository: Repository, user: User, changes: tuple[RefChange, ...],
        options: dict[str, list[str]], tell: Tell,
    ) -> list[str]:  # fmt: skip
        """Does what options ask for, for each branch that was pushed but the default one.

        Returns:
            Why something was not done, in the words of GitLab's PushOptionsHandlerService.
        """
        if not options:
            return []
        branches = [
            change.ref.removeprefix("refs/heads/") for change in changes
            if change.ref.startswith("refs/heads/") and change.new != ZERO
        ]  # fmt: skip
        branches = [branch for branch in branches if branch != project.default_branch]
        problems = _problems(project, repository, branches, options)
        if problems:
            return problems
        for branch in branches:
            opened = self._merge_requests.opened_from(project.id, branch)
            for found in opened:
                self._change(project, user, found, options, tell)
            if opened:
                continue
            if "create" not in options:
                problems.append(
                    f"A merge_request.create push option is required to create a merge request for branch {branch}"
                )
            elif problem := self._create(project, repository, user, branch, options, tell):
                problems.append(problem)
        return problems

    def _create(
        self, project: Project, repository: Repository, user: User, branch: str, options: dict[str, list[str]],
        tell: Tell,
    ) -> str | None:  # fmt: skip
        """Makes a merge request, assigned to the pusher as GitLab does; returns why not where it cannot be."""
        target = options.get("target", [project.default_branch])[-1]
        if branch == target:
            return "You must select different branches"
        iid = self._merge_requests.next_iid(project.id)
        placed = self._flow.place(project.id, project.id, branch, target, iid)
        if placed is None:
            return f'Target branch "{target}" does not exist'
        title, description = _words(repository, branch, placed["head_sha"], placed["base_sha"])
        columns = {"title": title, "description": description} | self._columns(project, user, options, title, [], [])
        columns.setdefault("assignee_ids", [])
        columns["assignee_ids"] = list(dict.fromkeys([user.id, *columns["assignee_ids"]]))
        made = self._merge_requests.add(
            iid=iid, project_id=project.id, source_project_id=project.id, source_branch=branch, target_branch=target,
            author_id=user.id, **placed, **columns,
        )  # fmt: skip
        tell(made, "open", {})
        return None

    def _change(
        self, project: Project, user: User, found: MergeRequest, options: dict[str, list[str]], tell: Tell
    ) -> None:
        columns = self._columns(project, user, options, found.title, found.labels, found.assignee_ids)
        target = options.get("target", [found.target_branch])[-1]
        if target != found.target_branch and found.source_project_id is not None:
            placed = self._flow.place(found.project_id, found.source_project_id, found.source_branch, target, found.iid)
            columns |= {"target_branch": target, **placed} if placed else {}
        columns = {name: value for name, value in columns.items() if value != getattr(found, name)}
        if columns:
            changed = self._merge_requests.update(found, **columns)
            changes = {
                name: {"previous": getattr(found, name), "current": value}
                for name, value in columns.items() if not name.endswith("_sha") and name != "auto_merge"
            }  # fmt: skip
            tell(changed, "update", changes)

    def _columns(
        self,
        project: Project,
        user: User,
        options: dict[str, list[str]],
        title: str,
        labels: list[str],
        assignees: list[int],
    ) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        if given := options.get("title", [""])[-1].strip():
            title = columns["title"] = given[:_LONGEST_TITLE]
        if "draft" in options and not is_draft(title):
            columns["title"] = f"Draft: {title}"[:_LONGEST_TITLE]
        if "description" in options:
            columns["description"] = options["description"][-1]
        for name in ("squash", "remove_source_branch"):
            if name in options:
                columns[name] = options[name][-1].lower() not in ("false", "0", "no")
        if "label" in options or "unlabel" in options:
            kept = dict.fromkeys([*labels, *options.get("label", [])])
            columns["labels"] = [label for label in kept if label and label not in options.get("unlabel", [])]
            self._labels.ensure(self._projects.places(project.id), columns["labels"])
        if "merge_when_pipeline_succeeds" in options or "auto_merge" in options:
            columns["auto_merge"] = {"user_id": user.id}
        if "milestone" in options:
            known = self._milestones.of(self._projects.places(project.id))
            wanted = [one.id for one in known if one.title == options["milestone"][-1]]
            columns |= {"milestone_id": wanted[0]} if wanted else {}
        if "assign" in options or "unassign" in options:
            kept_ids = dict.fromkeys([*assignees, *self._ids(options.get("assign", []))])
            columns["assignee_ids"] = [one for one in kept_ids if one not in self._ids(options.get("unassign", []))]
        return columns

    def _ids(self, names: list[str]) -> list[int]:
        return [user.id for user in map(self._users.by_login, names) if user]


def _problems(
    project: Project, repository: Repository, branches: list[str], options: dict[str, list[str]]
) -> list[str]:
    """Why nothing at all can be done."""
    problems = []
    if not project.features.get("merge_requests_enabled", True):
        problems.append(f"Merge requests are not enabled for project {project.full_path}")
    if len(branches) > _MOST_BRANCHES:
        problems.append(f"Too many branches pushed ({len(branches)} were pushed, limit is {_MOST_BRANCHES})")
    target = options.get("target", [""])[-1]
    if target and repository.branch(target) is None:
        problems.append(f"Target branch {project.full_path}:{target} does not exist")
    return problems


def _words(repository: Repository, branch: str, head: str, base: str) -> tuple[str, str | None]:
    """A title and description where none are given: of a single commit its own, else the branch's name in words."""
    commits = history.log(repository, [head, f"^{base}"], limit=2)
    if len(commits) == 1:
        return commits[0].title[:_LONGEST_TITLE], commits[0].message.partition("\n")[2].strip() or None
    words = branch.replace("-", " ").replace("_", " ").strip()
    return (words[:1].upper() + words[1:] or branch)[:_LONGEST_TITLE], None
