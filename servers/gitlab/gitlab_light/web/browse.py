"""Projects, and what is in their repositories."""

from __future__ import annotations

from starlette.responses import Response

from gitlab_light.api.archives import archive
from gitlab_light.errors import not_found
from gitlab_light.files import READMES, disposition
from gitlab_light.git import blame as tracing
from gitlab_light.git import history
from gitlab_light.git.repository import ARCHIVE_FORMATS, Repository, TreeEntry
from gitlab_light.model.namespaces import Namespace
from gitlab_light.model.projects import Project
from gitlab_light.web import highlight
from gitlab_light.web.visit import SAFETY, SignInNeeded, Visit, redirect

_SHOWN_FILE = 512 * 1024


def projects_page(visit: Visit) -> Response:
    """All projects that the visitor may see; `name` narrows them."""
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
    sought = visit.form.optional_text("name") or ""
    projects = visit.instance.database.all(
        Project,
        "SELECT * FROM projects WHERE substr(full_path, 1, ?) = ? COLLATE NOCASE ORDER BY last_activity_at DESC",
        len(prefix), prefix,
    )  # fmt: skip
    shown = [
        project
        for project in projects
        if visit.instance.members.can_see_project(visit.user, project) and sought.lower() in project.full_path.lower()
    ]
    if visit.user is None and not shown:
        raise SignInNeeded
    return visit.page("projects.html", title=title, projects=shown, sought=sought)


def project_page(visit: Visit) -> Response:
    """A project: its files at the default branch, and how to clone it."""
    project = visit.project()
    return _tree(visit, project, visit.repository(project), project.default_branch, "")


def clone_address(visit: Visit) -> Response:
    """Leads whoever opens a clone address in a browser to the project's page."""
    return redirect("/" + visit.names["project"].removesuffix(".git"))


def tree_page(visit: Visit) -> Response:
    """A folder."""
    project = visit.project()
    repository = visit.repository(project)
    ref, path = ref_and_path(repository, visit.names["rest"])
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
    readme = next((entry for entry in entries if entry.type == "blob" and entry.name.lower() in READMES), None)
    return visit.page(
        "tree.html", project=project, at="files", ref=ref, path=path, entries=entries, parts=_parts(path),
        last=history.log(repository, [commit], path=path, limit=1),
        changes=tracing.last_changes(repository, commit, path, [entry.name for entry in entries]),
        readme=_readme(project, repository, ref, readme) if readme else None, readme_name=readme.name if readme else "",
        branches=repository.branches(), tags=repository.tags(),
    )  # fmt: skip


def _readme(project: Project, repository: Repository, ref: str, entry: TreeEntry) -> str | None:
    """A README as HTML; None where it cannot be shown."""
    text = _text(repository, entry)
    if text is None:
        return None
    folder = f"/{project.full_path}/-/blob/{ref}/{entry.path}".rpartition("/")[0]
    return highlight.markdown(text, folder)


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


def ref_and_path(repository: Repository, rest: str) -> tuple[str, str]:
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
    ref, path = ref_and_path(repository, visit.names["rest"])
    entry = repository.entry(repository.resolve(ref) or "", path) if path else None
    if entry is None or entry.type != "blob":
        raise not_found("Page")
    return project, repository, ref, path, entry


def blob_page(visit: Visit) -> Response:
    """A file with its syntax marked; Markdown as it is meant to look, unless `plain` is asked for."""
    project, repository, ref, path, entry = _file(visit)
    text = _text(repository, entry)
    rendered = text is not None and path.lower().endswith((".md", ".markdown")) and "plain" not in visit.form
    folder = f"/{project.full_path}/-/blob/{ref}/{path}".rpartition("/")[0]
    return visit.page(
        "blob.html", project=project, at="files", ref=ref, path=path, parts=_parts(path),
        size=repository.blob_size(entry.id), commit=repository.resolve(ref),
        prose=highlight.markdown(text or "", folder) if rendered else None,
        is_markdown=path.lower().endswith((".md", ".markdown")),
        last=history.log(repository, [repository.resolve(ref) or ""], path=path, limit=1),
        lines=None if text is None else highlight.lines(text, entry.name),
    )  # fmt: skip


def blame_page(visit: Visit) -> Response:
    """A file with the commit that brought each line."""
    project, repository, ref, path, entry = _file(visit)
    text = _text(repository, entry)
    origins = tracing.blame(repository, repository.resolve(ref) or "", path) if text else []
    return visit.page(
        "blame.html", project=project, at="files", ref=ref, path=path, parts=_parts(path),
        origins=None if text is None else origins,
    )  # fmt: skip


def raw_file(visit: Visit) -> Response:
    """A file's content, never as a page that a browser would run."""
    _, repository, _, path, entry = _file(visit)
    content = repository.blob(entry.id)
    kind = "application/octet-stream" if b"\0" in content[:8000] else "text/plain; charset=utf-8"
    return Response(content, headers=SAFETY | disposition("inline", path.rsplit("/", 1)[-1]), media_type=kind)


def archive_file(visit: Visit) -> Response:
    """A branch's, tag's or commit's files as an archive: `archive/v1/service-v1.tar.gz`."""
    project = visit.project()
    revision, _, name = visit.names["rest"].rpartition("/")
    extension = next((one for one in ARCHIVE_FORMATS if name.endswith(f".{one}")), None)
    if extension is None:
        raise not_found("Page")
    path = visit.form.optional_text("path") or ""
    return archive(visit.instance, project, visit.repository(project), revision, path, extension)


def switch(visit: Visit) -> Response:
    """Leads to the same folder or file of another branch or tag."""
    project = visit.project()
    repository = visit.repository(project)
    ref, path = visit.form.optional_text("ref") or project.default_branch, visit.form.optional_text("path") or ""
    commit = repository.resolve(ref)
    entry = repository.entry(commit, path) if commit and path else None
    kind = "blob" if entry is not None and entry.type == "blob" else "tree"
    return redirect(f"/{project.full_path}/-/{kind}/{ref}" + (f"/{path}" if entry is not None else ""))
