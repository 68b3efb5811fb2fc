"""One visit of a page: who visits, what the address names, what a form brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from light_look import TEMPLATES, times, version
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gitlab_light.errors import Refusal, not_found
from gitlab_light.git.repository import Repository
from gitlab_light.instance import Instance
from gitlab_light.model.members import MAINTAINER
from gitlab_light.model.projects import Project
from gitlab_light.model.sessions import Session
from gitlab_light.model.users import User
from gitlab_light.params import Params
from gitlab_light.web import highlight

_FIELD = Markup('<input type="hidden" name="authenticity_token" value="{}">')
SAFETY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
                               "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}  # fmt: skip


class SignInNeeded(Exception):
    """A page is not for everybody; whoever asks is led to the sign-in page."""


class Moved(Exception):
    """What a page is about has another path now.

    Args:
        path: the page's path there.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass
class Visit:
    """A visit.

    Attributes:
        path: the path as an address has it, with its query, as a way back.
        cookie: what the session's cookie holds, "" without one.
        csrf: what forms on the page must bring back.
        names: the parts of the address that the route names.
        form: the form's or the query's fields.
    """

    instance: Instance
    user: User | None
    session: Session | None
    cookie: str
    csrf: str
    path: str
    form: Params
    names: dict[str, str] = field(default_factory=dict)

    @property
    def me(self) -> User:
        """Who visits.

        Raises:
            SignInNeeded: nobody is signed in.
        """
        if self.user is None:
            raise SignInNeeded
        return self.user

    def project(self, level: int = 0) -> Project:
        """The project that the address names.

        Raises:
            SignInNeeded: nobody is signed in, and the project is not public.
            Moved: the project has left this path.
            Refusal: 404, as GitLab hides what may not be seen; also where the visitor's level is too low.
        """
        name, members = self.names["project"], self.instance.members
        project = self.instance.projects.by_path(name)
        gone = self.instance.projects.moved_from(name) if project is None else None
        if gone is not None and members.can_see_project(self.user, gone):
            raise Moved(self.path.replace(name, gone.full_path, 1))
        seen = project is not None and members.can_see_project(self.user, project)
        if project is None or not seen or (level and members.project_level(self.user, project) < level):
            if self.user is None:
                raise SignInNeeded
            raise not_found("Page")
        return project

    def repository(self, project: Project) -> Repository:
        """A project's repository, for reading.

        Raises:
            Refusal: 404, the visitor may not read code.
        """
        if not self.instance.members.can_read_code(self.user, project):
            raise not_found("Page")
        return self.instance.repositories.of(project.id)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Renders a page."""
        project = values.get("project")
        manages = project is not None and self.instance.members.project_level(self.user, project) >= MAINTAINER
        shown = {"at": "", "here": [], "path_to": path_to, "look_version": version(), "manages": manages} | values
        text = _templates().get_template(template).render(
            user=self.user, csrf=self.csrf, csrf_field=_FIELD.format(self.csrf), links=self.instance.links, **shown,
        )  # fmt: skip
        return HTMLResponse(text, status, SAFETY)

    def refusal(self, refusal: Refusal) -> Response:
        """A page that tells what is refused."""
        words = refusal.body.get("message") or refusal.body.get("error") or ""
        return self.page("refused.html", refusal.status, code=refusal.status, words=flat(words))


def flat(words: Any) -> str:
    """A refusal's message as one line."""
    if isinstance(words, dict):
        return "; ".join(f"{name} {flat(what)}" for name, what in words.items())
    return ", ".join(map(str, words)) if isinstance(words, list) else str(words)


def path_to(project: Project) -> list[tuple[str, str]]:
    """The breadcrumbs to a project: words and address."""
    names = project.full_path.split("/")
    return [(name, "/" + "/".join(names[: number + 1])) for number, name in enumerate(names)]


def redirect(path: str) -> Response:
    """Leads to another page of this server."""
    return RedirectResponse(quote(path, safe="/?&=%-._~"), 302, SAFETY)


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader([folder, TEMPLATES]), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "ago": times.ago,
        "exact": times.exact,
        "iso": times.iso,
        "markdown": highlight.markdown,
        "activity": highlight.activity,
    }
    return environment
