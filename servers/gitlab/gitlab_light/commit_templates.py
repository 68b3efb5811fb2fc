"""Messages of merge and squash commits, as projects' templates have them.

See https://docs.gitlab.com/user/project/merge_requests/commit_templates/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from gitlab_light.git import history
from gitlab_light.instance import Instance
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.projects import Project
from gitlab_light.model.users import User

MERGE = (
    "Merge branch '%{source_branch}' into '%{target_branch}'\n\n%{title}\n\n%{issues}\n\nSee merge request %{reference}"
)
SQUASH = "%{title}"
_VARIABLE = re.compile(r"%\{([a-z_]+)\}")


def message(instance: Instance, project: Project, found: MergeRequest, merger: User, template: str) -> str:
    """What a template says of a merge request; a variable that stands alone in its line goes with it where it is empty.

    Args:
        instance: the server's parts.
        project: where it is merged.
        found: what is merged.
        merger: who merges.
        template: text with variables such as `%{title}`; those that GitLab does not know stay as they are.
    """
    known = _variables(instance, project, found, merger)
    values = {name: known[name]() for name in dict.fromkeys(_VARIABLE.findall(template)) if name in known}
    for name, value in values.items():
        if not value:
            template = re.sub(rf"[\n\r]+%\{{{name}\}}$", "", template, flags=re.MULTILINE)
    return _VARIABLE.sub(lambda variable: values.get(variable[1], variable[0]), template).strip()


def _variables(instance: Instance, project: Project, found: MergeRequest, merger: User) -> dict[str, Callable[[], str]]:
    def people(ids: Sequence[int | None]) -> list[str]:
        users = [instance.users.find(one) for one in ids if one is not None]
        return [_person(user) for user in users if user]

    def approvers() -> list[str]:
        return people([one.user_id for one in instance.merge_requests.approvals(found)])

    def commits() -> list[history.Commit]:
        repository = instance.merge_flow.repository(found)
        return history.log(repository, [found.head_sha, f"^{found.base_sha}"], limit=100)[::-1]

    def first_multiline() -> history.Commit | None:
        return next((one for one in commits() if _body(one)), None)

    def co_authors() -> list[str]:
        own = {*people([found.author_id]), _person(merger)}
        return [one for one in dict.fromkeys(f"{one.author_name} <{one.author_email}>" for one in commits())
                if one not in own]  # fmt: skip

    return {
        "source_branch": lambda: found.source_branch,
        "target_branch": lambda: found.target_branch,
        "title": lambda: found.title,
        "issues": str,  # issues are absent here
        "description": lambda: found.description or "",
        "reference": lambda: f"{project.full_path}!{found.iid}",
        "local_reference": lambda: f"!{found.iid}",
        "source_project_id": lambda: str(found.source_project_id or ""),
        "url": lambda: instance.links.merge_request(project, found.iid),
        "first_commit": lambda: next((one.message.strip() for one in commits()), ""),
        "first_multiline_commit": lambda: one.message.strip() if (one := first_multiline()) else found.title,
        "first_multiline_commit_description": lambda: _body(one) if (one := first_multiline()) else "",
        "all_commits": lambda: "\n\n".join(_listed(one) for one in commits()),
        "reviewed_by": lambda: _trailers("Reviewed-by", people(found.reviewer_ids)),
        "approved_by": lambda: _trailers("Approved-by", approvers()),
        "co_authored_by": lambda: _trailers("Co-authored-by", co_authors()),
        "merged_by": lambda: _person(merger),
        "merge_request_author": lambda: next(iter(people([found.author_id])), ""),
    }


def _person(user: User) -> str:
    return f"{user.name} <{user.email}>"


def _trailers(name: str, people: Sequence[str]) -> str:
    return "\n".join(f"{name}: {one}" for one in people)


def _body(commit: history.Commit) -> str:
    return commit.message.strip().partition("\n")[2].strip()


def _listed(commit: history.Commit) -> str:
    body = _body(commit)
    return f"* {commit.title}" + (f"\n\n{body}" if body else "")
