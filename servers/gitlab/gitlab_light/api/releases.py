"""Releases and their links (https://docs.gitlab.com/api/releases/)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse

from gitlab_light.api import code_entities, entities
from gitlab_light.api import merge_request_entities as mr_entities
from gitlab_light.api.branches import make_tag
from gitlab_light.api.call import Call
from gitlab_light.api.changes import may_push, writable
from gitlab_light.api.pagination import paginate
from gitlab_light.api.project_lists import visible_below
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_parameter, bad_request, conflict, forbidden, not_found
from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.repository import ARCHIVE_FORMATS
from gitlab_light.model.database import now
from gitlab_light.model.members import DEVELOPER
from gitlab_light.model.milestones import Milestone
from gitlab_light.model.projects import Project
from gitlab_light.model.releases import Release, ReleaseLink
from gitlab_light.params import Params
from gitlab_light.web.highlight import markdown

routes = Routes()
_ALL = "/projects/:id/releases"
_ONE = _ALL + "/:tag_name"
LINK_KINDS = ("other", "runbook", "image", "package")


@routes.get(_ALL, anonymous=True)
def list_releases(call: Call) -> Any:
    """A project's releases, latest first."""
    project, _ = call.repository()
    order = call.params.choice("order_by", ("released_at", "created_at"), default="released_at")
    sort = call.params.choice("sort", ("asc", "desc"), default="desc")
    found = sorted(
        call.instance.releases.of(project.id), key=lambda one: (getattr(one, order), one.id), reverse=sort == "desc"
    )
    return [_entity(call, project, one) for one in paginate(call, found)]


@routes.get("/groups/:id/releases")
def list_of_group(call: Call) -> Any:
    """The releases of a group's projects."""
    sort = call.params.choice("sort", ("asc", "desc"), default="desc")
    found = [
        (one, project) for project in visible_below(call, call.group())
        if call.instance.members.can_read_code(call.user, project)
        for one in call.instance.releases.of(project.id)
    ]  # fmt: skip
    found.sort(key=lambda pair: pair[0].released_at, reverse=sort == "desc")
    return [_entity(call, project, one) for one, project in paginate(call, found)]


@routes.get(_ONE, anonymous=True)
def show_release(call: Call) -> Any:
    """The release of a tag."""
    project, release = find_release(call)
    return _entity(call, project, release)


@routes.get(_ALL + "/permalink/latest", _ALL + "/permalink/latest/*suffix", anonymous=True)
def show_latest(call: Call) -> Any:
    """Leads to the latest release, or to what has the same path under it."""
    project, _ = call.repository()
    found = call.instance.releases.latest(project.id)
    if found is None:
        raise not_found()
    suffix = f"/{call.arguments['suffix']}" if "suffix" in call.arguments else ""
    path = f"/projects/{project.id}/releases/{quote(found.tag, safe='')}{suffix}"
    return RedirectResponse(call.instance.links.api(path), 302)


@routes.post(_ALL)
def create_release(call: Call) -> Any:
    """Makes the release of a tag; the tag is made at `ref` where there is none."""
    project, repository = writable(call)
    params, tag = call.params, call.params.text("tag_name")
    if not may_push(call, project, "tag", tag):
        raise forbidden("You are not allowed to create this tag as it is protected.")
    if call.instance.releases.by_tag(project.id, tag):
        raise conflict("Release already exists")
    links = [link_columns(link) for link in _given_links(params)]
    milestones = _milestones(call, project) or []
    found = repository.tag(tag)
    if found is None:
        if not params.optional_text("ref"):
            raise Refusal(422, {"message": "Ref is not specified"})
        found = make_tag(call, tag, params.text("ref"), params.optional_text("tag_message"))
    with call.instance.database.transaction():
        if call.instance.releases.by_tag(project.id, tag):
            raise conflict("Release already exists")
        release = call.instance.releases.add(
            project.id, tag=tag, sha=found.commit, name=params.optional_text("name") or tag,
            description=params.optional_text("description"), author_id=call.me.id,
            milestone_ids=[one.id for one in milestones], released_at=_time(params) or now(),
        )  # fmt: skip
        for link in links:
            call.instance.releases.add_link(release.id, **link)
        _tell(call, project, release, "create")
    call.created()
    return _entity(call, project, release)


@routes.put(_ONE)
def change_release(call: Call) -> Any:
    """Changes a release."""
    call.project(DEVELOPER)
    project, release = find_release(call)
    params = call.params
    columns: dict[str, Any] = {name: params.optional_text(name) for name in ("name", "description") if name in params}
    if time := _time(params):
        columns["released_at"] = time
    milestones = _milestones(call, project)
    if milestones is not None:
        columns["milestone_ids"] = [one.id for one in milestones]
    changed = call.instance.releases.update(release, **columns)
    _tell(call, project, changed, "update")
    return _entity(call, project, changed)


@routes.delete(_ONE)
def remove_release(call: Call) -> Any:
    """Removes a release; its tag stays."""
    call.project(DEVELOPER)
    project, release = find_release(call)
    shown = _entity(call, project, release)
    _tell(call, project, release, "delete")
    call.instance.releases.remove(release)
    return shown


def find_release(call: Call) -> tuple[Project, Release]:
    """The release that the path names, and its project.

    Raises:
        Refusal: 404.
    """
    project, _ = call.repository()
    release = call.instance.releases.by_tag(project.id, call.arguments["tag_name"])
    if release is None:
        raise not_found()
    return project, release


def _given_links(params: Params) -> list[Params]:
    assets = params.raw("assets")
    if assets is None:
        return []
    if not isinstance(assets, dict):
        raise bad_parameter("assets is invalid")
    return Params(assets).objects("links") if "links" in assets else []


def link_columns(params: Params) -> dict[str, Any]:
    """A link's columns, as a call gives them.

    Raises:
        Refusal: 400.
    """
    url = params.text("url")
    if not url.startswith(("http://", "https://", "ftp://")):
        raise bad_request({"url": ["is blocked: Only allowed schemes are http, https, ftp"]})
    path = params.optional_text("direct_asset_path") or params.optional_text("filepath")
    if path and not path.startswith("/"):
        raise bad_request({"filepath": ["is in an invalid format"]})
    kind = params.choice("link_type", LINK_KINDS, default="other")
    return {"name": params.text("name"), "url": url, "filepath": path, "link_type": kind}


def _milestones(call: Call, project: Project) -> list[Milestone] | None:
    """The milestones that are named by title or id; None where none are asked for."""
    titles, ids = call.params.texts("milestones"), call.params.texts("milestone_ids")
    if titles is None and ids is None:
        return None
    known = call.instance.milestones.of(call.instance.projects.places(project.id))
    if titles is not None:
        found = [one for one in known if one.title in titles]
        missing = [title for title in titles if title not in {one.title for one in found}]
        if missing:
            raise bad_request(f"Milestone(s) not found: {', '.join(missing)}")
        return found
    found = [one for one in known if str(one.id) in (ids or [])]
    missing = [one for one in ids or [] if one not in {str(milestone.id) for milestone in found}]
    if missing:
        raise bad_request(f"Milestone id(s) not found: {', '.join(missing)}")
    return found


def _time(params: Params) -> str | None:
    time = params.moment("released_at")
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if time else None


def _tell(call: Call, project: Project, release: Release, action: str) -> None:
    call.instance.events.release(project, release, _commit(call, project, release), action)


def _commit(call: Call, project: Project, release: Release) -> history.Commit | None:
    try:
        return history.commit(call.instance.repositories.of(project.id), release.sha)
    except GitError:
        return None


def _entity(call: Call, project: Project, release: Release) -> dict[str, Any]:
    instance, links = call.instance, call.instance.links
    author = instance.users.find(release.author_id) if release.author_id else None
    commit = _commit(call, project, release)
    page = links.page(project, "releases", release.tag)
    milestones = [one for one in map(instance.milestones.find, release.milestone_ids) if one]
    sources = [
        {"format": form, "url": links.page(project, "archive", release.tag, f"{project.path}-{release.tag}.{form}")}
        for form in ARCHIVE_FORMATS
    ]
    given = [link_entity(call, project, release, link) for link in instance.releases.links(release.id)]
    answer: dict[str, Any] = {
        "tag_name": release.tag,
        "description": release.description,
        "name": release.name,
        "created_at": release.created_at,
        "released_at": release.released_at,
        "upcoming_release": release.upcoming,
        "author": entities.basic_user(links, author) if author else None,
        "commit": code_entities.commit(links, project, commit) if commit else None,
        "commit_path": f"/{project.full_path}/-/commit/{release.sha}",
        "tag_path": f"/{project.full_path}/-/tags/{release.tag}",
        "assets": {"count": len(sources) + len(given), "sources": sources, "links": given},
        "evidences": [],
        "_links": {"self": page, "edit_url": f"{page}/edit"},
    }
    if milestones:
        stats = {"issue_stats": {"total": 0, "closed": 0}}
        answer["milestones"] = [mr_entities.milestone(instance, one) | stats for one in milestones]
    if call.params.boolean("include_html_description"):
        answer["description_html"] = str(markdown(release.description or ""))
    return answer


def link_entity(call: Call, project: Project, release: Release, link: ReleaseLink) -> dict[str, Any]:
    """A link of a release."""
    direct = link.url
    if link.filepath:
        direct = call.instance.links.page(project, "releases", release.tag, "downloads") + link.filepath
    return {
        "id": link.id, "name": link.name, "url": link.url, "direct_asset_url": direct, "link_type": link.link_type
    }  # fmt: skip
