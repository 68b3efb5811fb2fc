"""Webhooks, with real receivers."""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import closing

import pytest
from gitlab.exceptions import GitlabHookTestError

from tests.contract.gitlab.receiver import Receiver
from tests.contract.gitlab.test_accounts import refused

ZERO = "0" * 40


@pytest.fixture
def hook(project, receiver):
    return project.hooks.create({
        "url": receiver.url, "token": "s3cret", "push_events": True, "tag_push_events": True,
    })  # fmt: skip


def events(project, hook):
    return project.manager.gitlab.http_list(f"/projects/{project.id}/hooks/{hook.id}/events", get_all=True)


def test_hooks_are_kept_changed_and_removed_and_never_show_their_token(project, hook):
    kept = project.hooks.get(hook.id)
    assert (kept.url, kept.push_events, kept.tag_push_events, kept.issues_events) == (hook.url, True, True, False)
    assert kept.alert_status == "executable"
    assert kept.project_id == project.id
    assert "s3cret" not in str(kept.asdict())
    kept.push_events_branch_filter = "release/*"
    kept.tag_push_events = False
    kept.save()
    changed = project.hooks.list(get_all=True)[0]
    assert (changed.push_events_branch_filter, changed.tag_push_events, changed.push_events) == (
        "release/*", False, True,
    )  # fmt: skip
    kept.delete()
    assert project.hooks.list(get_all=True) == []


@pytest.mark.parametrize("url", ["nonsense", "file:///etc/passwd", "javascript:alert(1)", "http://", "http://a b/"])
def test_only_http_addresses_are_taken(project, url):
    with refused(422, "Invalid url given"):
        project.hooks.create({"url": url})


def test_a_push_is_told_with_gitlabs_headers_and_fields(server, root, project, hook, receiver, worktree):
    before = worktree.head()
    first = worktree.commit("Add\n\nmore", a_txt="a", b_txt="b")
    second = worktree.commit("Change", a_txt="A", b_txt=None)
    worktree.git("push", "--quiet", "origin", "master")
    request = receiver.wait_for(1)[0]

    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["content-type"] == "application/json"
    assert headers["x-gitlab-event"] == "Push Hook"
    assert headers["x-gitlab-token"] == "s3cret"
    assert headers["x-gitlab-instance"] == server.url
    assert headers["user-agent"].startswith("GitLab/")
    for name in ("x-gitlab-event-uuid", "x-gitlab-webhook-uuid", "idempotency-key"):
        assert str(uuid.UUID(headers[name])) == headers[name]

    body = request.body
    assert (body["object_kind"], body["event_name"], body["ref"]) == ("push", "push", "refs/heads/master")
    assert (body["before"], body["after"], body["checkout_sha"]) == (before, second, second)
    assert body["ref_protected"] is True
    assert (body["user_id"], body["user_username"], body["user_name"]) == (root.user.id, "root", root.user.name)
    assert {"user_email", "user_avatar", "message", "push_options"} <= body.keys()
    assert body["total_commits_count"] == 2
    assert [commit["id"] for commit in body["commits"]] == [first, second]
    commit = body["commits"][0]
    assert (commit["title"], commit["message"].rstrip()) == ("Add", "Add\n\nmore")
    assert commit["author"] == {"name": "Ann Author", "email": "ann@example.org"}
    assert (commit["added"], commit["modified"], commit["removed"]) == (["a.txt", "b.txt"], [], [])
    assert commit["url"] == f"{project.web_url}/-/commit/{first}"
    assert (body["commits"][1]["modified"], body["commits"][1]["removed"]) == (["a.txt"], ["b.txt"])
    about = body["project"]
    assert body["project_id"] == about["id"] == project.id
    assert (about["path_with_namespace"], about["default_branch"]) == (project.path_with_namespace, "master")
    assert (about["web_url"], about["visibility_level"]) == (project.web_url, 0)
    assert about["git_http_url"] == about["http_url"]
    assert body["repository"]["git_http_url"].endswith(f"/{project.path_with_namespace}.git")


def test_a_tag_is_told_when_it_is_made_and_removed(project, hook, receiver, worktree):
    head = worktree.head()
    worktree.git("tag", "--annotate", "--message", "Release one", "v1.0.0.0")
    tag = worktree.git("rev-parse", "v1.0.0.0").stdout.strip()
    worktree.git("push", "--quiet", "origin", "v1.0.0.0")
    worktree.git("push", "--quiet", "origin", ":v1.0.0.0")
    made, removed = receiver.wait_for(2)
    assert made.headers["X-Gitlab-Event"] == "Tag Push Hook"
    body = made.body
    assert (body["object_kind"], body["ref"], body["before"], body["after"], body["checkout_sha"]) == (
        "tag_push", "refs/tags/v1.0.0.0", ZERO, tag, head,
    )  # fmt: skip
    assert body["message"] == "Release one"
    assert (removed.body["before"], removed.body["after"], removed.body["checkout_sha"]) == (tag, ZERO, None)
    assert removed.body["total_commits_count"] == 0


def test_changes_by_the_api_are_told_too(project, hook, receiver):
    project.files.create({"file_path": "a", "branch": "master", "content": "a", "commit_message": "By API"})
    project.tags.create({"tag_name": "v1", "ref": "master"})
    project.branches.create({"branch": "next", "ref": "master"})
    project.branches.get("next").delete()
    bodies = [request.body for request in receiver.wait_for(4)]
    assert [(body["object_kind"], body["ref"]) for body in bodies] == [
        ("push", "refs/heads/master"), ("tag_push", "refs/tags/v1"),
        ("push", "refs/heads/next"), ("push", "refs/heads/next"),
    ]  # fmt: skip
    assert bodies[0]["commits"][0]["title"] == "By API"
    assert (bodies[2]["before"], bodies[2]["total_commits_count"]) == (ZERO, 0)
    assert bodies[3]["after"] == ZERO


def test_a_long_push_names_twenty_commits_and_counts_all(project, hook, receiver, worktree):
    for number in range(25):
        worktree.commit(f"Change {number}")
    worktree.git("push", "--quiet", "origin", "master")
    body = receiver.wait_for(1)[0].body
    assert body["total_commits_count"] == 25
    assert [commit["title"] for commit in body["commits"]] == [f"Change {number}" for number in range(5, 25)]


def test_a_push_of_more_than_three_branches_tells_nobody(project, hook, receiver, worktree):
    worktree.git("push", "--quiet", "origin", *(f"HEAD:b{number}" for number in range(4)))
    worktree.git("push", "--quiet", "origin", *(f"HEAD:c{number}" for number in range(3)))
    receiver.wait_for(3)
    time.sleep(0.3)
    assert sorted(request.body["ref"] for request in receiver.requests) == [f"refs/heads/c{n}" for n in range(3)]


def test_only_branches_that_fit_the_filter_and_events_that_are_wanted(project, receiver, worktree):
    project.hooks.create({"url": receiver.url, "push_events": True, "push_events_branch_filter": "release/*"})
    worktree.git("push", "--quiet", "origin", "HEAD:feature", "HEAD:release/1", "HEAD:refs/tags/v1")
    receiver.wait_for(1)
    time.sleep(0.3)
    assert [request.body["ref"] for request in receiver.requests] == ["refs/heads/release/1"]


def test_push_options_are_told(project, hook, receiver, worktree):
    worktree.commit("x")
    worktree.git("push", "--quiet", "--push-option=ci.skip", "--push-option=ci.input=a'b$(c)", "origin", "master")
    assert receiver.wait_for(1)[0].body["push_options"] == {"ci": {"skip": 1, "input": "a'b$(c)"}}


def test_a_groups_hook_hears_of_its_projects(root, receiver, unique):
    name = unique("hooked")
    group = root.groups.create({"name": name, "path": name})
    hook = root.http_post(f"/groups/{group.id}/hooks", post_data={"url": receiver.url, "push_events": True})
    assert hook["group_id"] == group.id
    project = root.projects.create({"name": "inside", "namespace_id": group.id, "default_branch": "master"})
    project.files.create({"file_path": "a", "branch": "master", "content": "a", "commit_message": "m"})
    body = receiver.wait_for(1)[0].body
    assert body["project"]["namespace"] == name


def test_the_log_tells_request_response_and_time(project, hook, receiver, worktree):
    worktree.commit("x")
    worktree.git("push", "--quiet", "origin", "master")
    receiver.wait_for(1)
    entry = wait_for_log(project, hook, 1)[0]
    assert (entry["url"], entry["trigger"], entry["response_status"]) == (receiver.url, "push_hooks", "200")
    assert entry["request_headers"]["X-Gitlab-Event"] == "Push Hook"
    assert entry["request_headers"]["X-Gitlab-Token"] == "[REDACTED]"
    assert entry["request_data"]["after"] == worktree.head()
    assert entry["response_body"] == "taken"
    assert {name.lower(): value for name, value in entry["response_headers"].items()}["x-receiver"] == "test"
    assert 0 < entry["execution_duration"] < 5


def wait_for_log(project, hook, count):
    until = time.monotonic() + 60
    while len(found := events(project, hook)) < count and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_a_test_sends_the_latest_push_and_tells_what_came_of_it(project, hook, receiver):
    path = f"/projects/{project.id}/hooks/{hook.id}/test"
    gitlab = project.manager.gitlab
    assert gitlab.http_post(f"{path}/push_events") == {"message": "201 Created"}
    assert receiver.wait_for(1)[0].body["ref"] == "refs/heads/master"
    # Where there is no tag yet, a test of tag pushes tells of a branch, as GitLab's does.
    gitlab.http_post(f"{path}/tag_push_events")
    told = receiver.wait_for(2)[1]
    assert (told.headers["X-Gitlab-Event"], told.body["ref"]) == ("Tag Push Hook", "refs/heads/master")
    project.tags.create({"tag_name": "v1", "ref": "master"})
    receiver.wait_for(3)
    gitlab.http_post(f"{path}/tag_push_events")
    assert receiver.wait_for(4)[3].body["ref"] == "refs/tags/v1"
    receiver.close()
    with refused(422, "Hook execution failed"):
        gitlab.http_post(f"{path}/push_events")


def test_a_delivery_is_sent_again_on_request(project, hook, receiver):
    gitlab = project.manager.gitlab
    gitlab.http_post(f"/projects/{project.id}/hooks/{hook.id}/test/push_events")
    entry = events(project, hook)[0]
    answer = gitlab.http_post(f"/projects/{project.id}/hooks/{hook.id}/events/{entry['id']}/resend")
    assert answer == {"response_status": 200}
    first, second = receiver.wait_for(2)
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


def test_custom_headers_are_sent_and_not_shown(project, receiver):
    hook = project.hooks.create({"url": receiver.url, "custom_headers": [{"key": "X-Team", "value": "blue"}]})
    assert hook.custom_headers == [{"key": "X-Team"}]
    project.manager.gitlab.http_post(f"/projects/{project.id}/hooks/{hook.id}/test/push_events")
    assert receiver.wait_for(1)[0].headers["X-Team"] == "blue"
    with refused(400):
        project.hooks.create({"url": receiver.url, "custom_headers": [{"key": "X-A", "value": "a\r\nHost: b"}]})


def test_what_fails_is_tried_again_with_the_same_key(project):
    receiver = Receiver(lambda number: 503 if number < 2 else 200)
    try:
        hook = project.hooks.create({"url": receiver.url, "push_events": True})
        project.files.create({"file_path": "a", "branch": "master", "content": "a", "commit_message": "m"})
        requests = receiver.wait_for(3)
        assert len({request.headers["Idempotency-Key"] for request in requests}) == 1
        assert [entry["response_status"] for entry in wait_for_log(project, hook, 3)] == ["200", "503", "503"]
    finally:
        receiver.close()


def test_what_the_receiver_refuses_is_not_tried_again(project):
    receiver = Receiver(lambda _: 404)
    try:
        hook = project.hooks.create({"url": receiver.url, "push_events": True})
        project.files.create({"file_path": "a", "branch": "master", "content": "a", "commit_message": "m"})
        wait_for_log(project, hook, 1)
        time.sleep(0.6)  # the first new attempt would come after 0.2
        assert [entry["response_status"] for entry in events(project, hook)] == ["404"]
    finally:
        receiver.close()


def test_a_hook_that_goes_while_its_receiver_answers_is_no_fault(project):
    """The server's own log is looked through when these tests have ended."""
    hooks = []

    def answer(_):
        hooks.pop().delete()
        return 200

    with closing(Receiver(answer)) as receiver:
        hooks.append(project.hooks.create({"url": receiver.url, "push_events": True}))
        project.files.create({"file_path": "gone", "branch": "master", "content": "a", "commit_message": "Gone"})
        receiver.wait_for(1)
        tested = project.hooks.create({"url": receiver.url, "push_events": False})
        hooks.append(tested)
        with pytest.raises(GitlabHookTestError) as refusal:
            tested.test("push_events")
        assert refusal.value.response_code == 404
    assert hooks == []
    assert receiver.url not in {hook.url for hook in project.hooks.list(get_all=True)}


def test_a_receiver_that_hangs_does_not_delay_others(project, receiver):
    over, answered = threading.Event(), []

    def hang(number: int) -> int:
        over.wait(60)
        answered.append(number)
        return 200

    with closing(Receiver(hang)) as slow:
        project.hooks.create({"url": slow.url, "push_events": True})
        project.hooks.create({"url": receiver.url, "push_events": True})
        for number in range(3):
            project.files.create({"file_path": f"f{number}", "branch": "master", "content": "a", "commit_message": "m"})
        slow.wait_for(1)
        receiver.wait_for(3)
        assert (len(slow.requests), answered) == (1, [])
        over.set()
        slow.wait_for(3)


def test_a_receiver_that_is_down_gets_the_delivery_when_it_is_back(project, receiver):
    receiver.close()
    hook = project.hooks.create({"url": receiver.url, "push_events": True})
    project.files.create({"file_path": "a", "branch": "master", "content": "a", "commit_message": "m"})
    wait_for_log(project, hook, 1)
    back = Receiver(port=receiver.port)
    try:
        assert back.wait_for(1)[0].body["commits"][0]["title"] == "m"
    finally:
        back.close()


def test_only_maintainers_see_hooks(make_user, client_of, project, hook):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    with refused(403):
        client_of(user).projects.get(project.id).hooks.list(get_all=True)


def test_a_groups_hook_is_tested_too(root, receiver, unique):
    group = root.groups.create({"name": unique("tested"), "path": unique("tested")})
    hook = group.hooks.create({"url": receiver.url, "push_events": False})
    path = f"/groups/{group.id}/hooks/{hook.id}/test"
    with refused(422, "Ensure the group has a project with commits."):
        root.http_post(f"{path}/push_events")
    project = root.projects.create({"name": "one", "namespace_id": group.id, "initialize_with_readme": True})
    assert root.http_post(f"{path}/push_events") == {"message": "201 Created"}
    assert receiver.wait_for(1)[0].body["project"]["id"] == project.id
