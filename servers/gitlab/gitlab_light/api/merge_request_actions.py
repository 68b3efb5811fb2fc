"""What is done with merge requests: merged, rebased, approved."""

from __future__ import annotations

from typing import Any

from gitlab_light import commit_templates
from gitlab_light.api import merge_request_entities as entities
from gitlab_light.api.call import Call
from gitlab_light.api.changes import may_push, move
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Refusal, bad_request, forbidden, not_found, unauthorized
from gitlab_light.git import history
from gitlab_light.git.commands import GitError
from gitlab_light.git.journal import ZERO, RefChange
from gitlab_light.git.merging import merge_commit, rebased
from gitlab_light.git.writing import Person
from gitlab_light.instance import Instance
from gitlab_light.merge_flow import Merge
from gitlab_light.model.members import DEVELOPER
from gitlab_light.model.merge_requests import MergeRequest
from gitlab_light.model.projects import Project
from gitlab_light.params import Params

routes = Routes()
# The states of builds for which a merge can wait, and the parameters that say how it is to be done.
_UNDER_WAY = ("pending", "running")
_HOW = (
    "merge_commit_message", "squash_commit_message", "squash", "should_remove_source_branch", "sha",
)  # fmt: skip


@routes.put(PATH + "/merge")
def merge(call: Call) -> Any:
    """Merges."""
    found, params, instance = find(call), call.params, call.instance
    if not entities.can_merge(instance, found, call.user):
        raise unauthorized()
    waits = params.boolean("auto_merge") or params.boolean("merge_when_pipeline_succeeds")
    overall = instance.merge_flow.overall(found)
    later = waits and overall in _UNDER_WAY and not instance.merge_flow.blocked(found, builds=False)
    if not later and (instance.merge_flow.blocked(found) or (waits and overall != "success")):
        raise Refusal(405, {"message": "405 Method Not Allowed"})
    if not instance.merge_flow.can_be_merged(found) or instance.merge_flow.needs_rebase(found):
        raise _unmergeable()
    _check_sha(call, found)
    return _wait(call, found) if later else _merge(call, found)


def _wait(call: Call, found: MergeRequest) -> Any:
    """Keeps how it is to be merged for when its builds have succeeded."""
    kept = {name: call.params.raw(name) for name in _HOW if name in call.params} | {"user_id": call.me.id}
    with call.instance.database.transaction():
        changed = call.instance.merge_requests.update(found, auto_merge=kept)
        call.instance.chronicle.auto_merge(changed, call.me.id, "enabled")
    return entities.full(call.instance, changed, call.user)


def merge_waiting(instance: Instance, sha: str) -> None:
    """Merges what was to be merged once this commit's builds have succeeded, in the name of who asked for it."""
    for found in instance.merge_requests.waiting_for(sha):
        user = instance.users.find(found.auto_merge["user_id"])
        if instance.merge_flow.overall(found) != "success" or user is None or not user.active:
            continue
        arguments = {"id": str(found.project_id), "iid": str(found.iid)}
        how = {name: value for name, value in found.auto_merge.items() if name in _HOW}
        call = Call(instance, user, None, f"/projects/{found.project_id}", "", arguments, Params(how))
        try:
            merge(call)
        except Refusal as refusal:
            instance.merge_requests.update(found, merge_error=str(refusal.body.get("message", "")))


def _merge(call: Call, found: MergeRequest) -> Any:
    instance, project = call.instance, call.project()
    made = _make(call, found, project)
    if made is None:
        raise _unmergeable()
    _apply(call, found, project, made)
    merged = find(call)
    if merged.state != "merged":
        raise _unmergeable()
    if _removes_source(call, merged):
        _remove_source(call, merged)
    return entities.full(instance, merged, call.user)


def _unmergeable() -> Refusal:
    return Refusal(422, {"message": "Branch cannot be merged"})


def _check_sha(call: Call, found: MergeRequest) -> None:
    sha = call.params.optional_text("sha")
    if sha and sha != found.head_sha:
        raise Refusal(409, {"message": f"SHA does not match HEAD of source branch: {found.head_sha}"})


def _make(call: Call, found: MergeRequest, project: Project) -> Merge | None:
    params, instance = call.params, call.instance
    author = instance.users.find(found.author_id) if found.author_id else None
    me = Person(call.me.name, call.me.email)

    def message(kind: str, default: str) -> str:
        """What the call gives, or what the project's template or GitLab's own says."""
        given = params.optional_text(f"{kind}_commit_message")
        template = project.features.get(f"{kind}_commit_template") or default
        return given or commit_templates.message(instance, project, found, call.me, template)

    option = project.features.get("squash_option", "default_off")
    squash = option == "always" or (option != "never" and params.boolean("squash", default=found.squash))
    return instance.merge_flow.make(
        found, project, squash=squash, message=message("merge", commit_templates.MERGE),
        squash_message=message("squash", commit_templates.SQUASH),
        author=Person(author.name, author.email) if author else me, committer=me,
    )  # fmt: skip


def _apply(call: Call, found: MergeRequest, project: Project, made: Merge) -> None:
    """Moves the target branch; settling that push marks the request as merged (see MergeFlow.consequences)."""
    target = call.instance.merge_flow.target_tip(found)
    if target is None:
        raise _unmergeable()
    pending = {"new": made.new, "merge_commit_sha": made.merge_commit, "squash_commit_sha": made.squash_commit}
    call.instance.merge_requests.update(found, pending=pending, merge_error=None)
    # The commit was made on the tip as it was then: if that has moved since, nothing is merged.
    change = RefChange(_base_of(call, found, made, target), made.new, f"refs/heads/{found.target_branch}")
    try:
        with call.instance.journal.applying(project.id, call.me.id, [change]):
            call.instance.merge_flow.repository(found).move_refs([change])
    except GitError as error:
        raise _unmergeable() from error


def _base_of(call: Call, found: MergeRequest, made: Merge, target: str) -> str:
    """The target's tip on which the merge was made."""
    if made.merge_commit is None:
        return target
    return history.commit(call.instance.merge_flow.repository(found), made.merge_commit).parents[0]


def _removes_source(call: Call, found: MergeRequest) -> bool:
    return call.params.boolean("should_remove_source_branch", default=bool(found.remove_source_branch))


def _remove_source(call: Call, found: MergeRequest) -> None:
    """Removes the source branch where that is allowed; the merge stands in any case."""
    project = call.instance.projects.find(found.source_project_id or 0)
    if project is None or found.source_branch == project.default_branch:
        return
    protected = call.instance.protected.matching(project.id, "branch", found.source_branch)
    level = call.instance.members.project_level(call.user, project)
    tip = call.instance.merge_flow.source_tip(found)
    if not protected and level >= DEVELOPER and tip == found.head_sha:
        move(call, project, RefChange(tip, ZERO, f"refs/heads/{found.source_branch}"))


@routes.get(PATH + "/merge_ref")
def show_merge_ref(call: Call) -> Any:
    """What the merge would make, as a commit at the request's own ref `merge`; the branches stay as they are."""
    found, instance = find(call), call.instance
    repository, target = instance.merge_flow.repository(found), instance.merge_flow.target_tip(found)
    me = Person(call.me.name, call.me.email)
    message = f"Merge branch '{found.source_branch}' into '{found.target_branch}'"
    made = merge_commit(repository, target, found.head_sha, message, author=me, committer=me) if target else None
    if made is None:
        raise bad_request("Merge request is not mergeable")
    repository.run("update-ref", f"refs/merge-requests/{found.iid}/merge", made)
    return {"commit_id": made}


@routes.put(PATH + "/rebase")
def rebase(call: Call) -> Any:
    """Makes the source's commits anew on top of the target; done when this answers."""
    found, instance = find(call), call.instance
    project = instance.projects.find(found.source_project_id or 0)
    target, source = instance.merge_flow.target_tip(found), instance.merge_flow.source_tip(found)
    level = instance.members.project_level(call.user, project) if project else 0
    if project is None or level < DEVELOPER or not may_push(call, project, "branch", found.source_branch):
        raise forbidden("Cannot push to source branch")
    if found.state != "opened" or target is None or source is None:
        raise forbidden("Source branch does not exist")
    made = rebased(
        instance.merge_flow.repository(found), found.head_sha, target, committer=Person(call.me.name, call.me.email)
    )
    if made is None:
        instance.merge_requests.update(found, merge_error="Rebase failed: Rebase locally, resolve all conflicts, then "
                                                          "push the branch.")  # fmt: skip
    elif made != source:
        if project.id != found.project_id:
            instance.repositories.of(project.id).run(
                "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                str(instance.merge_flow.repository(found).path), made,
            )  # fmt: skip
        move(call, project, RefChange(source, made, f"refs/heads/{found.source_branch}"))
    call.status = 202
    return {"rebase_in_progress": True}


@routes.post(PATH + "/cancel_merge_when_pipeline_succeeds")
def cancel(call: Call) -> Any:
    """A merge is no longer to follow when builds have succeeded."""
    found = find(call)
    if not entities.can_merge(call.instance, found, call.user):
        raise unauthorized()
    if not found.auto_merge:
        raise Refusal(406, {"message": "Can't cancel the automatic merge"})
    with call.instance.database.transaction():
        call.instance.merge_requests.update(found, auto_merge={})
        call.instance.chronicle.auto_merge(found, call.me.id, "canceled")
    call.created()
    return {"status": "success"}


@routes.get(PATH + "/approvals", anonymous=True)
def approvals(call: Call) -> Any:
    """Who has approved."""
    return entities.approvals(call.instance, find(call), call.user)


@routes.post(PATH + "/approve")
def approve(call: Call) -> Any:
    """Approves."""
    found, instance = find(call), call.instance
    if found.state == "merged" or not entities.may_approve(instance, found, call.me):
        raise unauthorized()
    _check_sha(call, found)
    with instance.database.transaction():
        if not instance.merge_requests.approve(found, call.me.id):
            raise unauthorized()
        instance.events.merge_request(found, call.me, "approved")
    call.created()
    return entities.approvals(instance, found, call.user)


@routes.post(PATH + "/unapprove")
def unapprove(call: Call) -> Any:
    """Takes the caller's approval back."""
    found, instance = find(call), call.instance
    with instance.database.transaction():
        if not instance.merge_requests.unapprove(found, call.me.id):
            raise not_found()
        instance.events.merge_request(found, call.me, "unapproved")
    call.created()
    return entities.approvals(instance, found, call.user)
