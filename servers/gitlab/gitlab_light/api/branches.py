"""Branches and tags, protected ones too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gitlab_light.api import code_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.changes import may_push, move, writable
from gitlab_light.api.pagination import asks_keyset, keyset, paginate
from gitlab_light.api.routing import Routes
from gitlab_light.errors import bad_parameter, bad_request, forbidden, not_found
from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.repository import Ref, Repository, is_ref_name
from gitlab_light.model.wildcards import check_regex, regex_matches

routes = Routes()


@routes.get("/projects/:id/repository/branches", anonymous=True)
def list_branches(call: Call) -> Any:
    """A project's branches by name."""
    project, repository = call.repository()
    refs = [ref for ref in repository.branches() if _fits(call, ref.name)]
    if regex := call.params.optional_text("regex"):
        if call.params.optional_text("search"):
            raise bad_parameter("search, regex are mutually exclusive")
        check_regex("regex", regex)
        refs = [ref for ref in refs if regex_matches(regex, ref.name)]
    sort = call.params.choice("sort", ("name_asc", "updated_asc", "updated_desc"), default="name_asc")
    if sort != "name_asc":
        made = history.commits(repository, [ref.commit for ref in refs])
        refs.sort(key=lambda ref: datetime.fromisoformat(made[ref.commit].committed_date), reverse="desc" in sort)
    page = keyset(call, refs, lambda ref: ref.name) if asks_keyset(call) else paginate(call, refs)
    tips = history.commits(repository, [ref.commit for ref in page])
    merged = merged_branches(repository, project.default_branch)
    return [
        entities.branch(call.instance, project, call.user, ref, tips[ref.commit], merged=ref.name in merged)
        for ref in page
    ]


@routes.get("/projects/:id/repository/branches/:branch", anonymous=True)
def show_branch(call: Call) -> Any:
    """One branch."""
    project, repository = call.repository()
    ref = repository.branch(call.arguments["branch"])
    if ref is None:
        raise not_found("Branch")
    merged = ref.name in merged_branches(repository, project.default_branch)
    return entities.branch(
        call.instance, project, call.user, ref, history.commit(repository, ref.commit), merged=merged
    )


@routes.head("/projects/:id/repository/branches/:branch", anonymous=True)
def tell_branch(call: Call) -> Any:
    """Whether there is such a branch: 204, else 404."""
    _, repository = call.repository()
    if repository.branch(call.arguments["branch"]) is None:
        raise not_found()


@routes.post("/projects/:id/repository/branches")
def create_branch(call: Call) -> Any:
    """Makes a branch at a branch, tag or commit."""
    project, repository = writable(call)
    call.params.require("branch", "ref")
    name, ref = call.params.text("branch"), call.params.text("ref")
    if not is_ref_name(name):
        raise bad_request("Branch name is invalid")
    if repository.branch(name):
        raise bad_request("Branch already exists")
    commit = repository.resolve(ref)
    if commit is None:
        raise bad_request(f"Failed to create branch '{name}': invalid reference name '{ref}'")
    if not may_push(call, project, "branch", name):
        raise forbidden()
    move(call, project, RefChange(ZERO, commit, f"refs/heads/{name}"))
    call.created()
    made = Ref(name, commit, commit, "", "")
    merged = name in merged_branches(repository, project.default_branch)
    return entities.branch(call.instance, project, call.user, made, history.commit(repository, commit), merged=merged)


@routes.delete("/projects/:id/repository/branches/:branch")
def delete_branch(call: Call) -> Any:
    """Removes a branch."""
    project, repository = writable(call)
    ref = repository.branch(call.arguments["branch"])
    if ref is None:
        raise not_found("Branch")
    call.require_unmodified(history.commit(repository, ref.commit).authored_date)
    if ref.name == project.default_branch:
        raise bad_request("Cannot remove HEAD branch")
    if call.instance.protected.matching(project.id, "branch", ref.name):
        raise forbidden()
    move(call, project, RefChange(ref.commit, ZERO, f"refs/heads/{ref.name}"))


@routes.delete("/projects/:id/repository/merged_branches")
def delete_merged_branches(call: Call) -> Any:
    """Removes the branches that the default branch has all of; protected ones stay."""
    project, repository = writable(call)
    merged = merged_branches(repository, project.default_branch)
    for ref in repository.branches():
        if ref.name in merged and not call.instance.protected.matching(project.id, "branch", ref.name):
            move(call, project, RefChange(ref.commit, ZERO, f"refs/heads/{ref.name}"))
    call.status = 202
    return {"message": "202 Accepted"}


def merged_branches(repository: Repository, default: str) -> set[str]:
    """The branches behind the default branch; one that stands where it stands is not merged (GitLab's rule)."""
    tip = repository.ref_target(f"refs/heads/{default}")
    if tip is None:
        return set()
    lines = repository.text("for-each-ref", f"--merged={tip}", "--format=%(objectname) %(refname)", "refs/heads/")
    pairs = (line.split(" ", 1) for line in lines.splitlines())
    return {ref.removeprefix("refs/heads/") for commit, ref in pairs if commit != tip}


@routes.get("/projects/:id/repository/tags", anonymous=True)
def list_tags(call: Call) -> Any:
    """A project's tags, latest first."""
    project, repository = call.repository()
    order = call.params.choice("order_by", ("updated", "name", "version"), default="updated")
    sort = call.params.choice("sort", ("asc", "desc"), default="desc")
    refs = [ref for ref in repository.tags() if _fits(call, ref.name)]
    if order != "updated":
        refs.sort(key=lambda ref: _version(ref.name) if order == "version" else [(0, ref.name)], reverse=True)
    if sort == "asc":
        refs.reverse()
    page = keyset(call, refs, lambda ref: ref.name) if asks_keyset(call) else paginate(call, refs)
    commits = history.commits(repository, [ref.commit for ref in page])
    return [entities.tag(call.instance, project, ref, commits[ref.commit]) for ref in page if ref.commit in commits]


def _version(name: str) -> list[tuple[int, str]]:
    """Sorts v2 before v10."""
    parts = "".join(char if char.isascii() and char.isdigit() else f" {char} " for char in name).split()
    return [(int(part[:18]), "") if part.isdigit() else (-1, part) for part in parts]


@routes.get("/projects/:id/repository/tags/:tag", anonymous=True)
def show_tag(call: Call) -> Any:
    """One tag."""
    project, repository = call.repository()
    ref = repository.tag(call.arguments["tag"])
    if ref is None:
        raise not_found("Tag")
    return entities.tag(call.instance, project, ref, history.commit(repository, ref.commit))


@routes.post("/projects/:id/repository/tags")
def create_tag(call: Call) -> Any:
    """Makes a tag at a branch, tag or commit; with a message, an annotated one."""
    project, repository = writable(call)
    call.params.require("tag_name", "ref")
    made = make_tag(call, call.params.text("tag_name"), call.params.text("ref"), call.params.optional_text("message"))
    call.created()
    return entities.tag(call.instance, project, made, history.commit(repository, made.commit))


def make_tag(call: Call, name: str, ref: str, message: str | None) -> Ref:
    """Makes a tag at a branch, tag or commit.

    Raises:
        Refusal: 400 where it cannot be made, 403 where the caller may not.
    """
    project, repository = writable(call)
    if not is_ref_name(name):
        raise bad_request("Tag name invalid")
    if repository.tag(name):
        raise bad_request(f"Tag {name} already exists")
    commit = repository.resolve(ref)
    if commit is None:
        raise bad_request(f"Target {ref} is invalid")
    if not may_push(call, project, "tag", name):
        raise forbidden()
    target = _annotate(call, name, commit, message) if message else commit
    move(call, project, RefChange(ZERO, target, f"refs/tags/{name}"))
    made = repository.tag(name)
    if made is None:
        raise not_found("Tag")
    return made


def _annotate(call: Call, name: str, commit: str, message: str) -> str:
    """Makes a tag object; the ref is moved afterwards, as for every other change."""
    _, repository = call.repository()
    person = "".join(char for char in call.me.name if char not in "<>\n")
    stamp = repository.text("var", "GIT_COMMITTER_IDENT").rsplit(" ", 2)[1]
    text = f"object {commit}\ntype commit\ntag {name}\ntagger {person} <{call.me.email}> {stamp} +0000\n\n{message}\n"
    return repository.run("mktag", stdin=text.encode()).decode().strip()


@routes.get("/projects/:id/repository/tags/:tag/signature", anonymous=True)
def show_tag_signature(call: Call) -> Any:
    """Signatures are not checked here, so no tag has one that could be shown."""
    _, repository = call.repository()
    raise not_found("Signature" if repository.tag(call.arguments["tag"]) else "Tag")


@routes.delete("/projects/:id/repository/tags/:tag")
def delete_tag(call: Call) -> Any:
    """Removes a tag."""
    project, repository = writable(call)
    ref = repository.tag(call.arguments["tag"])
    if ref is None:
        raise not_found("Tag")
    call.require_unmodified(history.commit(repository, ref.commit).authored_date)
    if not may_push(call, project, "tag", ref.name):
        raise forbidden()
    move(call, project, RefChange(ref.target, ZERO, f"refs/tags/{ref.name}"))


def _fits(call: Call, name: str) -> bool:
    """Whether a name fits `search`: a part of it, or with ^ its beginning and with $ its end."""
    search = (call.params.optional_text("search") or "").lower()
    name = name.lower()
    if search.startswith("^"):
        return name.startswith(search[1:])
    if search.endswith("$"):
        return name.endswith(search[:-1])
    return search in name


@routes.get("/projects/:id/repository/merge_base", anonymous=True)
def show_merge_base(call: Call) -> Any:
    """The best common ancestor of two or more refs."""
    project, repository = call.repository()
    call.params.require("refs")
    refs = call.params.texts("refs") or []
    if len(refs) < 2:
        raise bad_request("Provide at least 2 refs")
    found = [(ref, repository.resolve(ref)) for ref in refs]
    if unknown := [ref for ref, commit in found if commit is None]:
        raise bad_request(f"Could not find ref{'s' if len(unknown) > 1 else ''}: {', '.join(unknown)}")
    try:
        base = repository.text("merge-base", *(commit for _, commit in found if commit)).strip()
    except GitError:  # they have none
        base = ""
    if not base:
        raise not_found("Merge Base")
    return entities.commit(call.instance.links, project, history.commit(repository, base))
