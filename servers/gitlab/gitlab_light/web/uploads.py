"""Files attached to a project, at the addresses that the API tells."""

from __future__ import annotations

from starlette.responses import Response

from gitlab_light.errors import not_found
from gitlab_light.files import attachment
from gitlab_light.model.database import as_id
from gitlab_light.web.visit import SignInNeeded, Visit


def by_number(visit: Visit) -> Response:
    """`/-/project/1/uploads/<secret>/<name>`."""
    project = visit.instance.projects.find(as_id(visit.names["number"]) or 0)
    if project is None and visit.user is None:
        raise SignInNeeded
    visit.names["project"] = project.full_path if project else ""
    return by_path(visit)


def by_path(visit: Visit) -> Response:
    """`/group/project/uploads/<secret>/<name>`."""
    uploads = visit.instance.uploads
    found = uploads.at(visit.project().id, visit.names["secret"], visit.names["filename"])
    if found is None:
        raise not_found("Page")
    return attachment(uploads.content(found), found.filename)
