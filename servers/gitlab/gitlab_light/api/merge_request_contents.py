"""What a merge request holds: commits, changes, versions, builds, people."""

from __future__ import annotations

from typing import Any

from starlette.responses import PlainTextResponse

from gitlab_light.api import code_entities, entities, pipeline_entities
from gitlab_light.api import merge_request_entities as mr_entities
from gitlab_light.api.call import Call
from gitlab_light.api.merge_requests import PATH, find
from gitlab_light.api.pagination import paginate, set_headers, window
from gitlab_light.api.routing import Routes
from gitlab_light.errors import no_record
from gitlab_light.git import history
from gitlab_light.model.merge_requests import MergeRequest

routes = Routes()
_MOST_RAW = 64 * 1024 * 1024


@routes.get(PATH + "/commits", anonymous=True)
def list_commits(call: Call) -> Any:
    """The commits that would be merged, newest first."""
    found = find(call)
    project, repository = call.project(), call.instance.merge_flow.repository(found)
    page, size = window(call)
    revisions = [found.head_sha, f"^{found.base_sha}"]
    commits = history.log(repository, revisions, skip=(page - 1) * size, limit=size)
    set_headers(call, history.count(repository, revisions))
    return [code_entities.commit(call.instance.links, project, commit) for commit in commits]


@routes.get(PATH + "/changes", anonymous=True)
def show_changes(call: Call) -> Any:
    """The merge request with what it changes."""
    found = find(call)
    changes = code_entities.diffs(_diffs(call, found), unidiff=call.params.boolean("unidiff"))
    return mr_entities.full(call.instance, found, call.user) | {"changes": changes, "overflow": False}


@routes.get(PATH + "/diffs", anonymous=True)
def list_diffs(call: Call) -> Any:
    """What it changes, in pages."""
    page = paginate(call, _diffs(call, find(call)))
    return code_entities.diffs(page, unidiff=call.params.boolean("unidiff"))


@routes.get(PATH + "/raw_diffs", anonymous=True)
def show_raw_diffs(call: Call) -> Any:
    """What it changes, as git writes it."""
    found = find(call)
    repository = call.instance.merge_flow.repository(found)
    patch = repository.read(_MOST_RAW, "diff", "--no-color", "--no-ext-diff", found.base_sha, found.head_sha)
    return PlainTextResponse(patch, headers={"X-Content-Type-Options": "nosniff"})


@routes.get(PATH + "/versions", anonymous=True)
def list_versions(call: Call) -> Any:
    """What it was after each push, latest first."""
    found = find(call)
    versions, repository = call.instance.merge_requests.versions(found), call.instance.merge_flow.repository(found)
    return [mr_entities.version(repository, version) for version in paginate(call, versions)]


@routes.get(PATH + "/versions/:version_id", anonymous=True)
def show_version(call: Call) -> Any:
    """One version with its commits and changes."""
    found, wanted = find(call), call.number("version_id")
    version = next((one for one in call.instance.merge_requests.versions(found) if one.id == wanted), None)
    if version is None:
        raise no_record()
    repository, project = call.instance.merge_flow.repository(found), call.project()
    commits = history.log(repository, [version.head_sha, f"^{version.base_sha}"], limit=100)
    diffs = history.diff(repository, version.base_sha, version.head_sha)
    return mr_entities.version(repository, version) | {
        "commits": [code_entities.commit(call.instance.links, project, commit) for commit in commits],
        "diffs": code_entities.diffs(diffs, unidiff=call.params.boolean("unidiff")),
    }


@routes.get(PATH + "/pipelines", anonymous=True)
def list_pipelines(call: Call) -> Any:
    """What builds have told of its versions."""
    found = pipeline_entities.of_merge_request(call.instance, find(call))
    return [pipeline_entities.basic(pipeline) for pipeline in paginate(call, found)]


@routes.get(PATH + "/participants", anonymous=True)
def list_participants(call: Call) -> Any:
    """The author, and who has commented, approved, or is to look at it."""
    found, instance = find(call), call.instance
    ids = [found.author_id, *found.assignee_ids, *found.reviewer_ids]
    ids += [note.author_id for note in instance.notes.all_of(found.id)]
    people = [user for user in (instance.users.find(one) for one in dict.fromkeys(ids) if one) if user]
    return [entities.basic_user(instance.links, user) for user in paginate(call, people)]


@routes.get(PATH + "/reviewers", anonymous=True)
def list_reviewers(call: Call) -> Any:
    """Who is to review it, and whether they have."""
    found, instance = find(call), call.instance
    approved = {approval.user_id for approval in instance.merge_requests.approvals(found)}
    people = [user for user in map(instance.users.find, found.reviewer_ids) if user]
    return [
        {
            "user": entities.basic_user(instance.links, user),
            "state": "approved" if user.id in approved else "unreviewed",
            "created_at": found.created_at,
        }
        for user in people
    ]


@routes.get(PATH + "/closes_issues", PATH + "/related_issues", anonymous=True)
def list_issues(call: Call) -> Any:
    """There are no issues in this server."""
    find(call)
    return paginate(call, [])


def _diffs(call: Call, found: MergeRequest) -> list[history.FileDiff]:
    return history.diff(call.instance.merge_flow.repository(found), found.base_sha, found.head_sha)
