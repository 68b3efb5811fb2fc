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
