"""The user's work in GitLab: commits, branches and tags over the API, as an editor in the browser makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gitlab

from kubestage.delivery.jenkins import Build
from kubestage.sandbox.sandbox import Sandbox
from kubestage.waits import wait_for

SERVICE, KNOWLEDGE = "saas/uuid-service", "demo/knowledge_share"


@dataclass
class Work:
    """One project of the sandbox's GitLab."""

    sandbox: Sandbox
    path: str = SERVICE

    @property
    def project(self) -> Any:
        api = gitlab.Gitlab(self.sandbox.settings.gitlab_url, private_token=self.sandbox.secrets.gitlab_root_token)
        return api.projects.get(self.path)

    def read(self, file: str, ref: str = "master") -> str:
        return str(self.project.files.raw(file, ref=ref).decode())

    def commit(self, branch: str, title: str, files: dict[str, str], *, start: str = "master") -> str:
        """Commits files by their paths, on a branch that begins at `start` if it is new; the commit's name."""
        project = self.project
        new = branch not in {one.name for one in project.branches.list(get_all=True)}
        known = {
            entry["path"]
            for entry in project.repository_tree(ref=start if new else branch, recursive=True, get_all=True)
        }
        actions = [
            {"action": "update" if path in known else "create", "file_path": path, "content": text}
            for path, text in files.items()
        ]
        body = {"branch": branch, "commit_message": title, "actions": actions}
        return str(project.commits.create(body | ({"start_branch": start} if new else {})).id)

    def tag(self, name: str, commit: str) -> None:
        self.project.tags.create({"tag_name": name, "ref": commit})


def next_build(sandbox: Sandbox, after: int, job: str = "uuid.image") -> Build:
    """The build that comes after number `after`, once it has ended."""
    number = wait_for(
        f"a hook starts {job}",
        lambda: after + 1 if sandbox.jenkins.last_number(job) > after else None,
        seconds=60,
    )
    return sandbox.jenkins.follow_build(job, number, lambda text: None)


def raised(pom: str, version: str) -> str:
    """The pom with another version."""
    before, rest = pom.split("<version>v", 1)
    return f"{before}<version>{version}{rest[rest.index('</version>') :]}"
