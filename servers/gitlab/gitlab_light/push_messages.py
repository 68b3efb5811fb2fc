"""What a pusher reads on the terminal beside git's report, in GitLab's words.

Wording: GitLab's InternalPostReceive::Response and Checks::{ProjectCreated,ContainerMoved}; framing: Gitaly's
printMessages.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote_plus

from gitlab_light.git.journal import ZERO, Settled
from gitlab_light.links import Links
from gitlab_light.model.merge_requests import MergeRequests
from gitlab_light.model.projects import Project, Projects

# A terminal's 80 columns without git's "remote: ", and two columns free on either side of an alert's text.
_WIDTH = 72
_TEXT_WIDTH = _WIDTH - 4


class PushMessages:
    """Knows what a push is worth telling its pusher."""

    def __init__(self, links: Links, projects: Projects, merge_requests: MergeRequests) -> None:
        self._links = links
        self._projects = projects
        self._merge_requests = merge_requests

    def text(self, push: Settled, problems: Sequence[str]) -> str:
        """All that there is to tell.

        Args:
            push: what was pushed.
            problems: why something that its options ask for was not done.
        """
        messages = []
        if problems:
            options = " ".join(f"'{option}'" for option in push.options)
            why = "\n\n".join(problems)
            messages.append(_alert(f"WARNINGS:\nError encountered with push options {options}: {why}"))
        if project := self._projects.find(push.project_id):
            messages += self._requests(project, push)
        messages += [push.notice] if push.notice else []
        return "".join(f"\n{message}\n\n" for message in messages)

    def _requests(self, project: Project, push: Settled) -> list[str]:
        """Where each branch's merge request is, or can be made."""
        features = project.features
        wanted = features.get("printing_merge_request_link_enabled", True)
        if not wanted or not features.get("merge_requests_enabled", True):
            return []
        branches = [
            change.ref.removeprefix("refs/heads/") for change in push.changes
            if change.ref.startswith("refs/heads/") and change.new != ZERO
        ]  # fmt: skip
        return [self._request(project, branch) for branch in branches if branch != project.default_branch]

    def _request(self, project: Project, branch: str) -> str:
        opened = self._merge_requests.opened_from(project.id, branch)
        target = self._projects.find(opened[-1].project_id) if opened else None
        if opened and target:
            return f"View merge request for {branch}:\n  {self._links.merge_request(target, opened[-1].iid)}"
        query = f"merge_request%5Bsource_branch%5D={quote_plus(branch)}"
        page = self._links.page(project, "merge_requests", "new")
        return f"To create a merge request for {branch}, visit:\n  {page}?{query}"


def created(project: Project, links: Links, address: str) -> str:
    """That a push has made a project; `address` is where it is cloned from."""
    return (
        f"\nThe private project {project.full_path} was successfully created.\n\n"
        f"To configure the remote, run:\n  git remote add origin {address}\n\n"
        f"To view the project, visit:\n  {links.project(project)}\n\n"
    )


def moved(project: Project, old_path: str, address: str) -> str:
    """That a project has another path now."""
    return (
        f"Project '{old_path}' was moved to '{project.full_path}'.\n\n"
        f"Please update your Git remote:\n\n  git remote set-url origin {address}\n"
    )


def _alert(message: str) -> str:
    """A message in the middle of the lines, between rulers."""
    lines, line = [], ""
    for word in message.split():
        if line and len(line) + 1 + len(word) > _TEXT_WIDTH:
            lines.append(line)
            line = ""
        line += f"{word} "
    ruler = "=" * _WIDTH
    shown = "\n".join(" " * ((_WIDTH - len(one.strip())) // 2) + one.strip() for one in [*lines, line])
    return f"{ruler}\n\n{shown}\n\n{ruler}"
