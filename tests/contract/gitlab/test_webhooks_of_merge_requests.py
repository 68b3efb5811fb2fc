"""Webhooks of merge requests and notes, and what a delivery can be made to look like."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

import pytest

from tests.contract.gitlab.test_accounts import refused

_KEY = base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def hook(project, receiver):
    return project.hooks.create({
        "url": receiver.url, "push_events": False, "merge_requests_events": True, "note_events": True,
    })  # fmt: skip


@pytest.fixture
def feature(worktree):
    """A branch with one commit more than master; its commit."""
    worktree.git("checkout", "--quiet", "-b", "feature")
    sha = worktree.commit("A feature", a_txt="a")
    worktree.git("push", "--quiet", "origin", "feature")
    return sha


@pytest.fixture
def request_made(project, hook, feature):
    return project.mergerequests.create({"source_branch": "feature", "target_branch": "master", "title": "A feature"})


def test_opening_is_told_with_gitlabs_fields(server, root, project, receiver, feature, request_made):
    request = receiver.wait_for(1)[0]
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["x-gitlab-event"] == "Merge Request Hook"
    body = request.body
    assert (body["object_kind"], body["event_type"], body["changes"]) == ("merge_request", "merge_request", {})
    assert (body["user"]["username"], body["user"]["email"]) == ("root", "[REDACTED]")
    assert body["project"]["path_with_namespace"] == project.path_with_namespace
    assert set(body["repository"]) == {"name", "url", "description", "homepage"}
    about = body["object_attributes"]
    assert (about["action"], about["state"], about["state_id"], about["iid"]) == ("open", "opened", 1, 1)
    assert (about["id"], about["title"], about["author_id"]) == (request_made.id, "A feature", root.user.id)
    assert (about["source_branch"], about["target_branch"]) == ("feature", "master")
    assert (about["source_project_id"], about["target_project_id"]) == (project.id, project.id)
    assert about["last_commit"]["id"] == feature
    assert about["last_commit"]["author"] == {"name": "Ann Author", "email": "ann@example.org"}
    assert about["url"] == f"{project.web_url}/-/merge_requests/1"
    assert about["source"]["git_http_url"] == about["target"]["git_http_url"] == body["project"]["git_http_url"]
    assert (about["merge_status"], about["detailed_merge_status"]) == ("can_be_merged", "mergeable")
    assert (about["draft"], about["work_in_progress"], about["assignee_ids"], about["labels"]) == (False, False, [], [])
    assert {"created_at", "updated_at", "merge_commit_sha", "milestone_id", "time_estimate"} <= about.keys()
    assert "oldrev" not in about


def test_every_step_of_its_life_is_told_in_order(project, receiver, worktree, feature, request_made):
    more = worktree.commit("More", b_txt="b")
    worktree.git("push", "--quiet", "origin", "feature")
    request_made.title = "Better"
    request_made.save()
    request_made.approve()
    found = project.mergerequests.get(1)
    found.unapprove()
    found = project.mergerequests.get(1)
    for event in ("close", "reopen"):
        found.state_event = event
        found.save()
    found.merge()
    bodies = [request.body for request in receiver.wait_for(8)]
    actions = [body["object_attributes"]["action"] for body in bodies]
    assert actions == ["open", "update", "update", "approved", "unapproved", "close", "reopen", "merge"]
    pushed, renamed, merged = bodies[1], bodies[2], bodies[7]
    assert (pushed["object_attributes"]["oldrev"], pushed["object_attributes"]["last_commit"]["id"]) == (feature, more)
    assert renamed["changes"]["title"] == {"previous": "A feature", "current": "Better"}
    assert renamed["changes"]["updated_at"]["current"].endswith(" UTC")
    assert renamed["changes"]["last_edited_at"]["previous"] is None
    assert "oldrev" not in renamed["object_attributes"]
    about = merged["object_attributes"]
    assert (about["state"], about["merge_commit_sha"]) == ("merged", project.branches.get("master").commit["id"])
    assert len({request.headers["X-Gitlab-Event-UUID"] for request in receiver.requests}) == 8


def test_notes_on_requests_and_commits_are_told(root, project, receiver, feature, request_made):
    note = request_made.notes.create({"body": "Looks good"})
    project.commits.get(feature).comments.create({"note": "On the commit"})
    on_request, on_commit = receiver.wait_for(3)[1:]
    assert on_request.headers["X-Gitlab-Event"] == "Note Hook"
    about = on_request.body["object_attributes"]
    assert (on_request.body["object_kind"], on_request.body["project_id"]) == ("note", project.id)
    assert (about["id"], about["note"], about["noteable_type"], about["action"]) == (
        note.id, "Looks good", "MergeRequest", "create",
    )  # fmt: skip
    assert about["noteable_id"] == on_request.body["merge_request"]["id"] == request_made.id
    assert about["url"] == f"{project.web_url}/-/merge_requests/1#note_{note.id}"
    assert (about["system"], about["internal"], about["author_id"]) == (False, False, root.user.id)
    about = on_commit.body["object_attributes"]
    assert (about["noteable_type"], about["note"], about["commit_id"]) == ("Commit", "On the commit", feature)
    assert on_commit.body["commit"]["id"] == feature


def test_tests_send_the_latest_of_their_kind(project, hook, receiver, feature):
    with refused(422, "Ensure the project has merge requests."):
        hook.test("merge_requests_events")
    found = project.mergerequests.create({"source_branch": "feature", "target_branch": "master", "title": "x"})
    found.notes.create({"body": "Hm"})
    receiver.wait_for(2)
    hook.test("merge_requests_events")
    hook.test("note_events")
    assert [request.body["object_kind"] for request in receiver.wait_for(4)[2:]] == ["merge_request", "note"]


def test_a_signing_token_signs_what_is_sent(project, receiver, worktree):
    hook = project.hooks.create({"url": receiver.url, "push_events": True, "signing_token": f"whsec_{_KEY}"})
    assert hook.signing_token_present is True
    assert _KEY not in str(hook.asdict())
    worktree.commit("Signed")
    worktree.git("push", "--quiet", "origin", "master")
    request = receiver.wait_for(1)[0]
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["webhook-id"] == headers["idempotency-key"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.raw
    digest = hmac.digest(base64.b64decode(_KEY), signed, hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    with refused(400, "signing_token"):
        project.hooks.create({"url": receiver.url, "signing_token": "whsec_short"})


def test_a_regular_expression_filters_branches(project, receiver, worktree):
    hook = project.hooks.create({
        "url": receiver.url, "push_events": True, "branch_filter_strategy": "regex",
        "push_events_branch_filter": r"^release/\d+$",
    })  # fmt: skip
    assert (hook.branch_filter_strategy, hook.push_events_branch_filter) == ("regex", r"^release/\d+$")
    worktree.git("push", "--quiet", "origin", "HEAD:refs/heads/release/x", "HEAD:refs/heads/release/17")
    worktree.git("push", "--quiet", "origin", "HEAD:refs/heads/xrelease/1", "HEAD:refs/heads/release/18")
    refs = [request.body["ref"] for request in receiver.wait_for(2)]
    assert refs == ["refs/heads/release/17", "refs/heads/release/18"]
    with refused(400, "RE2"):
        project.hooks.create({"url": receiver.url, "branch_filter_strategy": "regex", "push_events_branch_filter": "("})


def test_a_template_and_url_variables_make_the_request(project, receiver, worktree):
    template = '{"event": "{{object_kind}}", "who": "{{user_name}}", "name": "{{project.name}}", "no": "{{a.b}}"}'
    hook = project.hooks.create({
        "url": receiver.url.replace("/hook", "/{path}?key={secret}"), "push_events": True,
        "custom_webhook_template": template,
        "url_variables": [{"key": "path", "value": "there"}, {"key": "secret", "value": "s3cret"}],
    })  # fmt: skip
    assert hook.url_variables == [{"key": "path"}, {"key": "secret"}]
    assert "s3cret" not in str(hook.asdict())
    worktree.commit("Templated")
    worktree.git("push", "--quiet", "origin", "master")
    request = receiver.wait_for(1)[0]
    assert request.path == "/there?key=s3cret"
    assert request.body == {"event": "push", "who": "Administrator", "name": project.name, "no": ""}
    logged = project.manager.gitlab.http_list(f"/projects/{project.id}/hooks/{hook.id}/events", get_all=True)
    assert "s3cret" not in str(logged)


def test_a_template_that_makes_no_json_sends_nothing(project, receiver):
    hook = project.hooks.create({"url": receiver.url, "push_events": True, "custom_webhook_template": "{{nothing}}"})
    with refused(422, "Error while parsing rendered custom webhook template"):
        hook.test("push_events")
    assert receiver.requests == []
