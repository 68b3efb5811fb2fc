"""Commits: listed, shown, compared, made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gitlab_light.api import code_entities as entities
from gitlab_light.api import merge_request_entities as mr_entities
from gitlab_light.api import pipeline_entities as pipelines
from gitlab_light.api.call import Call
from gitlab_light.api.changes import may_push, move, writable
from gitlab_light.api.pagination import paginate, set_headers, window
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, forbidden, not_found
from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.merging import is_ancestor
from gitlab_light.git.repository import EMPTY_TREE, Repository, is_file_path, is_ref_name
from gitlab_light.git.writing import Action, CannotCommit, Person, make_commit
from gitlab_light.model.database import as_id
from gitlab_light.model.projects import Project
from gitlab_light.params import Params

routes = Routes()
_MOST_COMPARED = 1000
_KINDS = ("create", "update", "delete", "move", "chmod")


@routes.get("/projects/:id/repository/commits", anonymous=True)
def list_commits(call: Call) -> Any:
    """Commits, newest first."""
    project, repository = call.repository()
    params = call.params
    page, size = window(call)
    wanted = params.optional_text("ref_name") or project.default_branch
    revisions = _revisions(repository, wanted, all_refs=params.boolean("all"))
    if revisions is None:
        if repository.is_empty() and not params.optional_text("ref_name"):
            return []
        raise not_found("Commit")
    path = params.optional_text("path") or ""
    if path and not is_file_path(path.strip("/")):
        return []
    options = [f"--{name}={_time(params, name)}" for name in ("since", "until") if params.optional_text(name)]
    options += ["--first-parent"] if params.boolean("first_parent") else []
    options += ["--topo-order"] if params.choice("order", ("default", "topo"), default="default") == "topo" else []
    if author := params.optional_text("author"):
        options += ["--fixed-strings", f"--author={author}"]
    found = history.log(repository, revisions, *options, path=path.strip("/"), skip=(page - 1) * size, limit=size)
    set_headers(call, history.count(repository, revisions, *options, path=path.strip("/")))
    answers = [entities.commit(call.instance.links, project, commit) for commit in found]
    if params.boolean("trailers") and found:
        told = entities.trailers(repository, [commit.id for commit in found])
        answers = [answer | told[answer["id"]] for answer in answers]
    if params.boolean("with_stats"):
        for answer, commit in zip(answers, found, strict=True):
            answer["stats"] = _stats(repository, commit)
    return answers


def _revisions(repository: Repository, wanted: str, *, all_refs: bool) -> list[str] | None:
    if all_refs:
        return [ref.commit for ref in (*repository.branches(), *repository.tags())] or None
    if ".." in wanted:
        old, _, new = wanted.partition("..")
        ends = repository.resolve(old), repository.resolve(new.lstrip("."))
        return [ends[1], f"^{ends[0]}"] if ends[0] and ends[1] else None
    commit = repository.resolve(wanted)
    return [commit] if commit else None


def _time(params: Params, name: str) -> str:
    try:
        return datetime.fromisoformat(params.text(name)).isoformat()
    except ValueError:
        raise bad_parameter(f"{name} is invalid") from None


@routes.post("/projects/:id/repository/commits")
def create_commit(call: Call) -> Any:
    """Commits several changes at once."""
    project, repository = writable(call)
    call.params.require("branch", "commit_message", "actions")
    branch, message = call.params.text("branch"), call.params.text("commit_message")
    if not may_push(call, project, "branch", branch):
        raise forbidden("You are not allowed to push into this branch")
    actions = [_action(params) for params in call.params.objects("actions")]
    sha = commit_actions(call, actions, message)
    call.created()
    commit = history.commit(repository, sha)
    answer = entities.commit(call.instance.links, project, commit) | {"project_id": project.id}
    return answer | ({"stats": _stats(repository, commit)} if call.params.boolean("stats", default=True) else {})


def _action(params: Params) -> Action:
    from gitlab_light.api.files import content_of  # files builds on this module

    kind = params.text("action")
    if kind not in _KINDS:
        raise bad_parameter("actions[action] does not have a valid value")
    needs_content = kind in ("create", "update") or "content" in params
    if kind == "move" and not params.optional_text("previous_path"):
        raise bad_parameter("actions[previous_path] is missing")
    return Action(
        kind, params.text("file_path"), params.optional_text("previous_path") or "",
        content=content_of(params) if needs_content else None,
        executable=params.boolean("execute_filemode"),
        last_commit=params.optional_text("last_commit_id") or "",
    )  # fmt: skip


def commit_actions(call: Call, actions: list[Action], message: str) -> str:
    """Makes a commit on the branch that the parameters name, and returns its id.

    Raises:
        Refusal: 400 where an action does not fit, worded as GitLab does.
    """
    project, repository = writable(call)
    params = call.params
    branch = params.text("branch")
    if not is_ref_name(branch):
        raise bad_request("Branch name is invalid")
    if not may_push(call, project, "branch", branch):
        raise bad_request("You are not allowed to push into this branch")
    existing = repository.branch(branch)
    parent = _parent(call, repository, branch, existing.commit if existing else None)
    person = Person(call.me.name, call.me.email)
    author = Person(
        params.optional_text("author_name") or person.name, params.optional_text("author_email") or person.email
    )
    try:
        sha = make_commit(repository, parent, actions, message, author=author, committer=person)
    except CannotCommit as refused:
        raise bad_request(str(refused)) from refused
    except GitError as error:
        raise bad_request(f"Could not commit: {error}") from error
    old = existing.commit if existing and not params.boolean("force") else _current(repository, branch)
    move(call, project, RefChange(old, sha, f"refs/heads/{branch}"))
    return sha


def _current(repository: Repository, branch: str) -> str:
    return repository.ref_target(f"refs/heads/{branch}") or ZERO


def _parent(call: Call, repository: Repository, branch: str, existing: str | None) -> str | None:
    """What the new commit is to stand on: the branch itself, or where a new branch begins."""
    branch_start, sha_start = call.params.optional_text("start_branch"), call.params.optional_text("start_sha")
    if branch_start and sha_start:
        raise bad_parameter("start_branch, start_sha are mutually exclusive")
    start = branch_start or sha_start
    if existing and not (start and call.params.boolean("force")):
        if start and start != branch:
            raise bad_request(
                f"A branch called '{branch}' already exists. Switch to that branch in order to make changes"
            )
        return existing
    if start:
        parent = _brought(call, call.project(), _start_project(call), start)
        if parent is None:
            raise bad_request(f"Cannot find start_branch '{start}'")
        return parent
    if not repository.is_empty():
        raise bad_request("You can only create or edit files when you are on a branch")
    return None


def _start_project(call: Call) -> Project:
    """The project in which the new branch begins: the one it is made in, or its kin that `start_project` names."""
    project, named = call.project(), call.params.optional_text("start_project")
    if not named:
        return project
    projects, start_id = call.instance.projects, as_id(named)
    start = projects.by_path(named) if start_id is None else projects.find(start_id)
    if start is None or not _reads(call, start):
        raise not_found("Project")
    if start.id != project.id and not start.is_kin(project):
        raise forbidden(f"Project is not included in the fork network for {start.name}")
    return start


@routes.get("/projects/:id/repository/commits/:sha", anonymous=True)
def show_commit(call: Call) -> Any:
    """One commit, by id, branch or tag."""
    project, repository, commit = find_commit(call)
    answer = entities.commit(call.instance.links, project, commit)
    if call.params.boolean("stats", default=True):
        answer["stats"] = _stats(repository, commit)
    status = call.instance.commit_notes.overall(project.id, commit.id)
    return answer | {
        "status": status,
        "project_id": project.id,
        "last_pipeline": _last_pipeline(call, project, commit.id),
    }


def _last_pipeline(call: Call, project: Project, sha: str) -> dict[str, Any] | None:
    """What builds have told of a commit, as the external pipeline that GitLab makes of it."""
    statuses = call.instance.commit_notes.statuses(project.id, sha)
    return pipelines.basic(pipelines.pipeline(call.instance, project, sha, statuses)) if statuses else None


@routes.get("/projects/:id/repository/commits/:sha/diff", anonymous=True)
def show_diff(call: Call) -> Any:
    """What a commit changes, compared with its first parent."""
    _, repository, commit = find_commit(call)
    diffs = history.diff(repository, commit.parents[0] if commit.parents else EMPTY_TREE, commit.id)
    return entities.diffs(paginate(call, diffs), unidiff=call.params.boolean("unidiff"))


@routes.get("/projects/:id/repository/commits/:sha/merge_requests", anonymous=True)
def list_merge_requests(call: Call) -> Any:
    """The merge requests that a commit is the head, merge or squash commit of, or that bring it."""
    project, repository, commit = find_commit(call)
    found = [
        request for request in call.instance.merge_requests.select("project_id = ?", project.id)
        if commit.id in (request.head_sha, request.merge_commit_sha, request.squash_commit_sha)
        or (is_ancestor(repository, commit.id, request.head_sha)
            and not is_ancestor(repository, commit.id, request.base_sha))
    ]  # fmt: skip
    return [mr_entities.basic(call.instance, request) for request in paginate(call, found)]


@routes.get("/projects/:id/repository/commits/:sha/refs", anonymous=True)
def list_refs(call: Call) -> Any:
    """The branches and tags that hold a commit."""
    _, repository, commit = find_commit(call)
    kind = call.params.choice("type", ("branch", "tag", "all"), default="all")
    found = []
    for name, prefix in (("branch", "refs/heads/"), ("tag", "refs/tags/")):
        if kind in (name, "all"):
            lines = repository.text("for-each-ref", f"--contains={commit.id}", "--format=%(refname)", prefix)
            found += [{"type": name, "name": line.removeprefix(prefix)} for line in lines.splitlines()]
    return paginate(call, found)


@routes.get("/projects/:id/repository/compare", anonymous=True)
def compare(call: Call) -> Any:
    """What happened between two refs: since their common ancestor, or with `straight` between them."""
    project, repository = call.repository()
    call.params.require("from", "to")
    names = call.params.text("from"), call.params.text("to")
    old, new = _resolved_in_kin(call, project, names[0]), repository.resolve(names[1])
    if old is None or new is None:
        raise not_found("Ref")
    base = old if call.params.boolean("straight") else history.merge_base(repository, old, new)
    links = call.instance.links
    found = history.log(repository, [new, f"^{old}"], limit=_MOST_COMPARED)[::-1]
    diffs = history.diff(repository, base, new) if base else []
    return {
        "commit": entities.commit(links, project, found[-1]) if found else None,
        "commits": [entities.commit(links, project, commit) for commit in found],
        "diffs": entities.diffs(diffs, unidiff=call.params.boolean("unidiff")),
        "compare_timeout": False,
        "compare_same_ref": old == new,
        "web_url": links.page(project, "compare", "...".join(names)),
    }


def _resolved_in_kin(call: Call, project: Project, name: str) -> str | None:
    """The commit that `from` names, in the project itself or in its kin that `from_project_id` is."""
    kin_id = call.params.optional_integer("from_project_id")
    kin = call.instance.projects.find(kin_id) if kin_id else project
    if kin is None or not (kin.id == project.id or kin.is_kin(project)) or not _reads(call, kin):
        raise bad_request(f"Target project id:{kin_id} is not a fork of project id:{call.arguments['id']}")
    return _brought(call, project, kin, name)


def _reads(call: Call, project: Project) -> bool:
    return call.instance.members.can_read_code(call.user, project)


def _brought(call: Call, project: Project, kin: Project, name: str) -> str | None:
    """The commit that a name stands for in one project, brought into another's repository."""
    repository, there = (call.instance.repositories.of(one.id) for one in (project, kin))
    commit = there.resolve(name)
    if commit and kin.id != project.id:
        repository.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", str(there.path), commit)
    return commit


def find_commit(call: Call) -> tuple[Project, Repository, history.Commit]:
    """The project, its repository and the commit that the path names.

    Raises:
        Refusal: 404 or 403.
    """
    project, repository = call.repository()
    sha = repository.resolve(call.arguments["sha"])
    if sha is None:
        raise not_found("Commit")
    return project, repository, history.commit(repository, sha)


def _stats(repository: Repository, commit: history.Commit) -> dict[str, int]:
    added, deleted = history.stats(repository, commit)
    return {"additions": added, "deletions": deleted, "total": added + deleted}
