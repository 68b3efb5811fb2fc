"""Subscriptions, time, emoji and drafts of merge requests."""

from __future__ import annotations

from tests.contract.gitlab.test_accounts import refused


def test_subscriptions(make_user, client_of, shared, asked):
    user, found = make_user(), asked()
    shared.members.create({"user_id": user.id, "access_level": 30})
    theirs = client_of(user).projects.get(shared.id).mergerequests.get(found.iid)
    assert (found.subscribed, theirs.subscribed) == (True, False)
    theirs.subscribe()
    assert theirs.subscribed
    theirs.unsubscribe()
    assert not theirs.subscribed
    with refused(304):
        theirs.unsubscribe()


def test_time_is_counted_in_days_of_eight_hours(shared, asked):
    found = asked()
    assert found.time_estimate("1d 2h")["time_estimate"] == 10 * 3600
    found.add_spent_time("3h30m")
    assert found.add_spent_time("-30m")["total_time_spent"] == 3 * 3600
    assert shared.mergerequests.get(found.iid).time_stats()["human_time_estimate"] == "1d 2h"
    assert found.reset_spent_time()["total_time_spent"] == 0
    assert found.reset_time_estimate()["human_time_estimate"] is None
    with refused(400):
        found.time_estimate("soon")


def test_emoji_of_requests_and_notes(shared, asked, receiver):
    found = asked()
    hook = shared.hooks.create({"url": receiver.url, "push_events": False, "emoji_events": True})
    award = found.awardemojis.create({"name": "thumbsup"})
    assert (award.user["username"], award.awardable_type) == ("root", "MergeRequest")
    assert shared.mergerequests.get(found.iid).upvotes == 1
    with refused(404, "has already been taken"):
        found.awardemojis.create({"name": "thumbsup"})
    award.delete()
    assert shared.mergerequests.get(found.iid).upvotes == 0
    note = found.notes.create({"body": "Fine"})
    note.awardemojis.create({"name": "tada"})
    assert [one.name for one in note.awardemojis.list(get_all=True)] == ["tada"]
    told = [request.body for request in receiver.wait_for(3)]
    assert [(one["object_kind"], one["event_type"]) for one in told] == [
        ("emoji", "award"), ("emoji", "revoke"), ("emoji", "award"),
    ]  # fmt: skip
    assert (told[0]["merge_request"]["iid"], told[2]["note"]["note"]) == (found.iid, "Fine")
    assert told[2]["object_attributes"]["awarded_on_url"] == f"{found.web_url}#note_{note.id}"
    hook.delete()


def test_drafts_are_seen_by_their_author_until_they_are_published(make_user, client_of, shared, asked):
    found, user = asked(), make_user()
    shared.members.create({"user_id": user.id, "access_level": 30})
    thread = found.discussions.create({"body": "Why?"})
    found.draft_notes.create({"note": "Because", "in_reply_to_discussion_id": thread.id, "resolve_discussion": True})
    alone = found.draft_notes.create({"note": "Also"})
    theirs = client_of(user).projects.get(shared.id).mergerequests.get(found.iid)
    assert theirs.draft_notes.list(get_all=True) == []
    alone.note = "And also"
    alone.save()
    alone.publish()
    found.draft_notes.bulk_publish()
    notes = [one.body for one in found.notes.list(get_all=True, sort="asc") if not one.system]
    assert notes == ["Why?", "And also", "Because"]
    assert found.discussions.get(thread.id).attributes["notes"][0]["resolved"]
    assert found.draft_notes.list(get_all=True) == []


def test_what_a_merge_would_make_is_at_a_ref_of_its_own(shared, asked):
    found = asked()
    made = shared.commits.get(found.merge_ref()["commit_id"])
    assert made.parent_ids == [shared.branches.get("master").commit["id"], found.sha]
    assert shared.mergerequests.get(found.iid).state == "opened"


def test_what_waits_for_somebody_is_on_their_to_do_list_until_they_see_to_it(root, make_user, client_of, shared, asked):
    user, other = make_user(), make_user("stranger")
    shared.members.create({"user_id": user.id, "access_level": 30})
    theirs = client_of(user)

    def waiting(**wanted: object) -> list[tuple[str, int]]:
        return [(one.action_name, one.target["iid"]) for one in theirs.todos.list(get_all=True, **wanted)]

    given, reviewed = asked(assignee_ids=[user.id]), asked(reviewer_ids=[user.id])
    mentioned = asked(description=f"As @{user.username} said to @{other.username}.")
    spoken_to = asked()
    note = spoken_to.notes.create({"body": f"@{user.username} please"})
    spoken_to.notes.create({"body": f"@{user.username} and again"})
    assert waiting() == [
        ("directly_addressed", spoken_to.iid), ("mentioned", mentioned.iid), ("review_requested", reviewed.iid),
        ("assigned", given.iid),
    ]  # fmt: skip
    assert client_of(other).todos.list(get_all=True) == []
    first = theirs.todos.list(get_all=True)[0]
    assert (first.body, first.author["username"], first.state) == (note.body, "root", "pending")
    assert (first.target_type, first.project["id"]) == ("MergeRequest", shared.id)
    assert first.target_url == f"{spoken_to.web_url}#note_{note.id}"
    assert theirs.http_get("/user_counts") == {
        "merge_requests": 1, "assigned_issues": 0, "assigned_merge_requests": 1,
        "review_requested_merge_requests": 1, "todos": 4,
    }  # fmt: skip
    assert waiting(action="assigned", project_id=shared.id) == [("assigned", given.iid)]
    assert waiting(type="Issue") == waiting(author_id=user.id) == waiting(group_id=999_999) == []

    seen = theirs.projects.get(shared.id, lazy=True).mergerequests
    seen.get(given.iid).notes.create({"body": "I look at it"})
    seen.get(reviewed.iid).approve()
    first.mark_as_done()
    assert waiting() == [("mentioned", mentioned.iid)]
    assert [action for action, _ in waiting(state="done")] == ["directly_addressed", "review_requested", "assigned"]
    theirs.todos.mark_all_as_done()
    assert waiting() == []
    seen.get(given.iid).todo()
    assert waiting() == [("marked", given.iid)]
    with refused(304):
        seen.get(given.iid).todo()
    with refused(404, "404 Not found"):
        root.http_post(f"/todos/{first.id}/mark_as_done")


def test_tasks_of_a_description_are_counted(asked):
    tasks = "To do:\n- [x] one\n  * [ ] two\n> 1. [X] three\n- [] none\n- [ ]\n```\n- [ ] code\n```\n- [~] not needed"
    assert asked(description=tasks).task_completion_status == {"count": 3, "completed_count": 2}
    assert asked().task_completion_status == {"count": 0, "completed_count": 0}
