"""Issues, which no project here has: what a GitLab answers whose projects have them turned off."""

from __future__ import annotations

from typing import Any

from gitlab_light.api.call import Call
from gitlab_light.api.pagination import paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import forbidden

routes = Routes()


@routes.get("/issues")
def list_issues(call: Call) -> Any:
    """All issues that the caller may see."""
    return paginate(call, list[Any]())


@routes.get("/projects/:id/issues", anonymous=True)
def list_of_project(call: Call) -> Any:
    """A project's issues."""
    call.project()
    return list_issues(call)


@routes.get("/groups/:id/issues", anonymous=True)
def list_of_group(call: Call) -> Any:
    """A group's issues."""
    call.group()
    return list_issues(call)


@routes.get("/issues_statistics", "/projects/:id/issues_statistics", "/groups/:id/issues_statistics")
def show_statistics(call: Call) -> Any:
    """How many issues there are, by their state."""
    if "id" in call.arguments:
        _ = call.project() if call.path.startswith("/projects/") else call.group()
    return {"statistics": {"counts": {"all": 0, "closed": 0, "opened": 0}}}


@routes.post("/projects/:id/issues")
def create_issue(call: Call) -> Any:
    """Refuses to make an issue.

    Raises:
        Refusal: 403.
    """
    call.project()
    raise forbidden()
