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
from gitlab_light.model.merge_requests import MergeRequest, MergeRequests, is_draft
from gitlab_light.model.projects import Project
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

    def __init__(self, flow: MergeFlow, merge_requests: MergeRequests, users: Users) -> None:
        self._flow = flow
        self._merge_requests = merge_requests
        self._users = users

    def carry_out(
        self, project: Project, repository: Repository, user: User, changes: tuple[RefChange, ...],
        options: dict[str, list[str]], tell: Tell,
    ) -> None:  # fmt: skip
        """Does what options ask for, for each branch that was pushed; what cannot be done is left out."""
        pushed = [change for change in changes if change.ref.startswith("refs/heads/") and change.new != ZERO]
        if not options or len(pushed) > _MOST_BRANCHES:
            return
        for change in pushed:
            branch = change.ref.removeprefix("refs/heads/")
            opened = self._merge_requests.opened_from(project.id, branch)
            for found in opened:
                self._change(found, options, tell)
            if not opened and "create" in options:
                self._create(project, repository, user, branch, options, tell)

    def _create(
        self, project: Project, repository: Repository, user: User, branch: str, options: dict[str, list[str]],
        tell: Tell,
    ) -> None:  # fmt: skip
        target = options.get("target", [project.default_branch])[-1]
        if branch == target or repository.branch(target) is None:
            return
        iid = self._merge_requests.next_iid(project.id)
        placed = self._flow.place(project.id, project.id, branch, target, iid)
        if placed is None:
            return
        title, description = _words(repository, branch, placed["head_sha"], placed["base_sha"])
        columns = {"title": title, "description": description} | self._columns(options, title, [], [])
        made = self._merge_requests.add(
            iid=iid, project_id=project.id, source_project_id=project.id, source_branch=branch, target_branch=target,
            author_id=user.id, **placed, **columns,
        )  # fmt: skip
        tell(made, "open", {})

    def _change(self, found: MergeRequest, options: dict[str, list[str]], tell: Tell) -> None:
        columns = self._columns(options, found.title, found.labels, found.assignee_ids)
        target = options.get("target", [found.target_branch])[-1]
        if target != found.target_branch and found.source_project_id is not None:
            placed = self._flow.place(found.project_id, found.source_project_id, found.source_branch, target, found.iid)
            columns |= {"target_branch": target, **placed} if placed else {}
        columns = {name: value for name, value in columns.items() if value != getattr(found, name)}
        if columns:
            changed = self._merge_requests.update(found, **columns)
            changes = {
                name: {"previous": getattr(found, name), "current": value}
                for name, value in columns.items() if not name.endswith("_sha")
            }  # fmt: skip
            tell(changed, "update", changes)

    def _columns(
        self, options: dict[str, list[str]], title: str, labels: list[str], assignees: list[int]
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
        if "assign" in options or "unassign" in options:
            kept_ids = dict.fromkeys([*assignees, *self._ids(options.get("assign", []))])
            columns["assignee_ids"] = [one for one in kept_ids if one not in self._ids(options.get("unassign", []))]
        return columns

    def _ids(self, names: list[str]) -> list[int]:
        return [user.id for user in map(self._users.by_login, names) if user]


def _words(repository: Repository, branch: str, head: str, base: str) -> tuple[str, str | None]:
    """A title and description where none are given: of a single commit its own, else the branch's name in words."""
    commits = history.log(repository, [head, f"^{base}"], limit=2)
    if len(commits) == 1:
        return commits[0].title[:_LONGEST_TITLE], commits[0].message.partition("\n")[2].strip() or None
    words = branch.replace("-", " ").replace("_", " ").strip()
    return (words[:1].upper() + words[1:] or branch)[:_LONGEST_TITLE], None
