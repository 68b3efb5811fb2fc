"""Projects, and what is in their repositories."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from gitlab_light.errors import not_found
from gitlab_light.git import history
from gitlab_light.git.repository import EMPTY_TREE, Repository, TreeEntry
from gitlab_light.model.namespaces import Namespace
from gitlab_light.model.projects import Project
from gitlab_light.web.visit import SAFETY, SignInNeeded, Visit

_SHOWN_FILE = 512 * 1024
_COMMITS = 40


def projects_page(visit: Visit) -> Response:
    """All projects that the visitor may see."""
    return _listing(visit, "Projects", "")


def group_page(visit: Visit) -> Response:
    """The projects of a group or user."""
    space = visit.instance.namespaces.by_path(visit.names["group"])
    if space is None or not _may_see(visit, space):
        if visit.user is None:
            raise SignInNeeded
        raise not_found("Page")
    return _listing(visit, space.full_path, space.full_path + "/")


def _may_see(visit: Visit, space: Namespace) -> bool:
    return space.kind == "user" or visit.instance.members.can_see_group(visit.user, space)


def _listing(visit: Visit, title: str, prefix: str) -> Response:
    projects = visit.instance.database.all(
        Project,
        "SELECT * FROM projects WHERE substr(full_path, 1, ?) = ? COLLATE NOCASE ORDER BY last_activity_at DESC",
        len(prefix), prefix,
    )  # fmt: skip
    shown = [project for project in projects if visit.instance.members.can_see_project(visit.user, project)]
    if visit.user is None and not shown:
        raise SignInNeeded
    return visit.page("projects.html", title=title, projects=shown)


def project_page(visit: Visit) -> Response:
    """A project: its files at the default branch, and how to clone it."""
    project = visit.project()
    return _tree(visit, project, visit.repository(project), project.default_branch, "")


def tree_page(visit: Visit) -> Response:
    """A folder."""
    project = visit.project()
    repository = visit.repository(project)
    ref, path = _ref_and_path(repository, visit.names["rest"])
    return _tree(visit, project, repository, ref, path)


def _tree(visit: Visit, project: Project, repository: Repository, ref: str, path: str) -> Response:
    commit = repository.resolve(ref)
    if commit is None:
        if repository.is_empty():
            return visit.page("empty.html", project=project)
        raise not_found("Page")
    entries = repository.tree(commit, path)
    if entries is None:
        raise not_found("Page")
    readme = next((entry for entry in entries if entry.name.lower() in ("readme.md", "readme", "readme.txt")), None)
    return visit.page(
        "tree.html", project=project, ref=ref, path=path, entries=entries, parts=_parts(path),
        last=history.log(repository, [commit], path=path, limit=1),
        readme=_text(repository, readme) if readme else None, readme_name=readme.name if readme else "",
        branches=len(repository.branches()), tags=len(repository.tags()),
    )  # fmt: skip


def _parts(path: str) -> list[tuple[str, str]]:
    """A path's parts, each with the path that leads to it."""
    names = path.split("/") if path else []
    return [(name, "/".join(names[: number + 1])) for number, name in enumerate(names)]


def _text(repository: Repository, entry: TreeEntry) -> str | None:
    """A file's text; None where it is binary or too long to show."""
    size = repository.blob_size(entry.id)
    if size is None or size > _SHOWN_FILE:
        return None
    content = repository.blob(entry.id)
    return None if b"\0" in content[:8000] else content.decode("utf-8", "replace")


def _ref_and_path(repository: Repository, rest: str) -> tuple[str, str]:
    """Splits "feature/x/src/main.py" into ref and path; the shortest beginning that is a ref counts: refs cannot nest.

    Raises:
        Refusal: 404, no beginning is a ref.
    """
    parts = rest.strip("/").split("/")
    for size in range(1, min(len(parts), 20) + 1):
        ref = "/".join(parts[:size])
        if repository.resolve(ref):
            return ref, "/".join(parts[size:])
    raise not_found("Page")


def _file(visit: Visit) -> tuple[Project, Repository, str, str, TreeEntry]:
    project = visit.project()
    repository = visit.repository(project)
    ref, path = _ref_and_path(repository, visit.names["rest"])
    entry = repository.entry(repository.resolve(ref) or "", path) if path else None
    if entry is None or entry.type != "blob":
        raise not_found("Page")
    return project, repository, ref, path, entry


def blob_page(visit: Visit) -> Response:
    """A file."""
    project, repository, ref, path, entry = _file(visit)
    text = _text(repository, entry)
    return visit.page(
        "blob.html", project=project, ref=ref, path=path, parts=_parts(path), size=repository.blob_size(entry.id),
        lines=None if text is None else text.splitlines(),
    )  # fmt: skip


def raw_file(visit: Visit) -> Response:
    """A file's content, never as a page that a browser would run."""
    _, repository, _, path, entry = _file(visit)
    content = repository.blob(entry.id)
    kind = "application/octet-stream" if b"\0" in content[:8000] else "text/plain; charset=utf-8"
    name = quote(path.rsplit("/", 1)[-1])
    disposition = {"Content-Disposition": f"inline; filename*=UTF-8''{name}"}
    return Response(content, headers=SAFETY | disposition, media_type=kind)


def commits_page(visit: Visit) -> Response:
    """The commits of a branch or tag, those of one path if there is one."""
    project = visit.project()
    repository = visit.repository(project)
    rest = visit.names["rest"] or project.default_branch
    if repository.is_empty():
        return visit.page("empty.html", project=project)
    ref, path = _ref_and_path(repository, rest)
    page = max(1, min(visit.form.optional_integer("page") or 1, 10**6))
    commits = history.log(
        repository, [repository.resolve(ref) or ""], path=path, skip=(page - 1) * _COMMITS, limit=_COMMITS + 1
    )
    return visit.page(
        "commits.html", project=project, ref=ref, path=path, commits=commits[:_COMMITS], page=page,
        more=len(commits) > _COMMITS,
    )  # fmt: skip


def commit_page(visit: Visit) -> Response:
    """A commit with what it changes."""
    project = visit.project()
    repository = visit.repository(project)
    sha = repository.resolve(visit.names["sha"])
    if sha is None:
        raise not_found("Page")
    commit = history.commit(repository, sha)
    diffs = history.diff(repository, commit.parents[0] if commit.parents else EMPTY_TREE, commit.id)
    return visit.page("commit.html", project=project, commit=commit, diffs=diffs)


def branches_page(visit: Visit) -> Response:
    """The branches."""
    project = visit.project()
    repository = visit.repository(project)
    refs = repository.branches()
    return visit.page("refs.html", project=project, title="Branches", refs=refs,
                      commits=history.commits(repository, [ref.commit for ref in refs]))  # fmt: skip


def tags_page(visit: Visit) -> Response:
    """The tags."""
    project = visit.project()
    repository = visit.repository(project)
    refs = repository.tags()
    return visit.page("refs.html", project=project, title="Tags", refs=refs,
                      commits=history.commits(repository, [ref.commit for ref in refs]))  # fmt: skip
