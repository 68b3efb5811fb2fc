"""Commits, what they change, and what stands at branches and tags."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from gitlab_light.errors import not_found
from gitlab_light.git import history
from gitlab_light.git.repository import EMPTY_TREE, Ref, Repository
from gitlab_light.web import diffs
from gitlab_light.web.browse import ref_and_path
from gitlab_light.web.visit import Visit, redirect

_COMMITS = 40
_COMPARED_COMMITS = 100
_LAST_PAGE = 10**6


def commits_page(visit: Visit) -> Response:
    """The commits of a branch or tag, those of one path if there is one."""
    project = visit.project()
    repository = visit.repository(project)
    if repository.is_empty():
        return visit.page("empty.html", project=project)
    ref, path = ref_and_path(repository, visit.names["rest"] or project.default_branch)
    page = max(1, min(visit.form.optional_integer("page") or 1, _LAST_PAGE))
    commits = history.log(
        repository, [repository.resolve(ref) or ""], path=path, skip=(page - 1) * _COMMITS, limit=_COMMITS + 1
    )
    shown = commits[:_COMMITS]
    states = {commit.id: visit.instance.commit_notes.overall(project.id, commit.id) for commit in shown}
    return visit.page(
        "commits.html", project=project, at="commits", ref=ref, path=path, commits=shown, states=states, page=page,
        more=len(commits) > _COMMITS,
    )  # fmt: skip


def commit_page(visit: Visit) -> Response:
    """A commit with what it changes, what was built of it, and what was said about it."""
    project = visit.project()
    repository = visit.repository(project)
    sha = repository.resolve(visit.names["sha"])
    if sha is None:
        raise not_found("Page")
    commit = history.commit(repository, sha)
    notes = visit.instance.commit_notes
    changed = history.diff(repository, commit.parents[0] if commit.parents else EMPTY_TREE, commit.id)
    comments = notes.comments(project.id, commit.id)
    return visit.page(
        "commit.html", project=project, at="commits", commit=commit, diffs=diffs.shown(changed),
        statuses=notes.statuses(project.id, commit.id), comments=comments,
        people={comment.author_id: visit.instance.users.find(comment.author_id) for comment in comments},
    )  # fmt: skip


def patch(visit: Visit) -> Response:
    """A commit as a mail (`.patch`, for git am) or as what it changes alone (`.diff`)."""
    repository = visit.repository(visit.project())
    sha = repository.resolve(visit.names["sha"])
    if sha is None:
        raise not_found("Page")
    base = next(iter(history.commit(repository, sha).parents), EMPTY_TREE)
    return diffs.text(repository, base, sha, visit.names["form"])


def compare_form(visit: Visit) -> Response:
    """The form that asks what to compare; with `from` and `to` the way to the comparison."""
    project = visit.project()
    repository = visit.repository(project)
    old, new = visit.form.optional_text("from"), visit.form.optional_text("to")
    if old and new:
        return redirect(f"/{project.full_path}/-/compare/{old}...{new}")
    return _compare(visit, repository, old or project.default_branch, new or project.default_branch, compared=False)


def compare_page(visit: Visit) -> Response:
    """What came in between two refs: `a...b` from their common ancestor on, `a..b` between the two themselves."""
    repository = visit.repository(visit.project())
    dots = "..." if "..." in visit.names["rest"] else ".."
    old, _, new = visit.names["rest"].partition(dots)
    return _compare(visit, repository, old, new, compared=True, straight=dots == "..")


def _compare(
    visit: Visit, repository: Repository, old: str, new: str, *, compared: bool, straight: bool = False
) -> Response:
    start, end = repository.resolve(old), repository.resolve(new)
    if compared and (start is None or end is None):
        raise not_found("Page")
    commits, changed = [], []
    if compared and start and end:
        base = start if straight else history.merge_base(repository, start, end)
        commits = history.log(repository, [end, f"^{start}"], limit=_COMPARED_COMMITS)
        changed = history.diff(repository, base or EMPTY_TREE, end)
    return visit.page(
        "compare.html", project=visit.project(), at="compare", old=old, new=new, compared=compared, commits=commits,
        diffs=diffs.shown(changed), names=[ref.name for ref in (*repository.branches(), *repository.tags())],
    )  # fmt: skip


def branches_page(visit: Visit) -> Response:
    """The branches."""
    return _refs_page(visit, "branch", "branches", Repository.branches)


def tags_page(visit: Visit) -> Response:
    """The tags."""
    return _refs_page(visit, "tag", "tags", Repository.tags)


def _refs_page(visit: Visit, kind: str, at: str, listed: Callable[[Repository], list[Ref]]) -> Response:
    project = visit.project()
    repository = visit.repository(project)
    refs = listed(repository)
    protected = {ref.name for ref in refs if visit.instance.protected.matching(project.id, kind, ref.name)}
    commits = history.commits(repository, [ref.commit for ref in refs])
    return visit.page(
        "refs.html", project=project, at=at, title=at.title(), refs=refs, protected=protected, commits=commits
    )
