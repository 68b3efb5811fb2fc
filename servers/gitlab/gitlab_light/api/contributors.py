"""Who has committed to a repository."""

from __future__ import annotations

import re
from typing import Any

from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import not_found

routes = Routes()
_LINE = re.compile(r"\s*(\d+)\t(.*) <(.*)>")


@routes.get("/projects/:id/repository/contributors", anonymous=True)
def list_contributors(call: Call) -> Any:
    """The authors of a branch's commits; additions and deletions are always 0, as in GitLab since 9.1."""
    project, repository = call.repository()
    order = call.params.choice("order_by", ("commits", "email", "name"), default="commits")
    sort = call.params.choice("sort", ("asc", "desc"), default="asc")
    sha = repository.resolve(call.params.optional_text("ref") or project.default_branch)
    if sha is None:
        raise not_found("Repository")
    counted = [_LINE.match(line) for line in repository.text("shortlog", "-s", "-e", sha).splitlines()]
    found = [
        {"name": match[2], "email": match[3], "commits": int(match[1]), "additions": 0, "deletions": 0}
        for match in counted
        if match
    ]
    return paginate(call, sorted(found, key=lambda one: one[order], reverse=sort == "desc"))
