"""What people have done: events of users and projects, system notes and states of merge requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.gitlab.test_accounts import refused


def told(found):
    """The system notes of a merge request, oldest first."""
    return [one.body for one in found.notes.list(get_all=True, sort="asc") if one.system]


def test_what_is_done_to_a_request_is_noted(root, project, request_of, make_user):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    project.branches.create({"branch": "stable", "ref": "master"})
    found = request_of("feature")
    assert told(found) == []
    found.title, found.description = "Add more", "Why"
    found.assignee_ids, found.reviewer_ids, found.target_branch = [user.id], [user.id, root.user.id], "stable"
    found.save()
    found.title = "Draft: Add more"
    found.save()
    found.approve()
    project.mergerequests.get(1).unapprove()
    assert told(found) == [
        "changed title from **{-Add feature-}** to **{+Add more+}**", "changed the description",
        "changed target branch from `master` to `stable`", f"assigned to @{user.username}",
        f"requested review from @{user.username} and @root", "marked this merge request as **draft**",
        "approved this merge request", "unapproved this merge request",
    ]  # fmt: skip
    assert project.mergerequests.get(1).user_notes_count == 0


def test_new_commits_are_noted(project, request_of, worktree):
    found = request_of("feature")
    sha = worktree.commit("Second thoughts", b_txt="b")
    worktree.git("push", "--quiet", "origin", "feature")
    (line,) = told(found)
    assert line.startswith(f"added 1 commit\n\n<ul><li>{sha[:8]} - Second thoughts</li></ul>")


def test_notes_are_filtered_and_what_the_server_wrote_stays(project, request_of):
    found = request_of("feature")
    found.notes.create({"body": "Good"})
    found.approve()
    found = project.mergerequests.get(1)
    for wanted, bodies in (
        ("only_comments", {"Good"}), ("only_activity", {"approved this merge request"}),
        ("all_notes", {"Good", "approved this merge request"}),
    ):  # fmt: skip
        assert {one.body for one in found.notes.list(get_all=True, activity_filter=wanted)} == bodies
        threads = found.discussions.list(get_all=True, activity_filter=wanted)
        assert {one.attributes["notes"][0]["body"] for one in threads} == bodies
    system = next(one for one in found.notes.list(get_all=True) if one.system)
    with refused(403, "403 Forbidden"):
        system.delete()


def test_states_are_told_with_who_and_when(project, request_of):
    found = request_of("feature")
    for event in ("close", "reopen"):
        found.state_event = event
        found.save()
    project.mergerequests.get(1).merge()
    states = project.mergerequests.get(1).resourcestateevents.list(get_all=True)
    assert [(one.state, one.user["username"], one.resource_type) for one in states] == [
        ("closed", "root", "MergeRequest"), ("reopened", "root", "MergeRequest"), ("merged", "root", "MergeRequest"),
    ]  # fmt: skip
    assert project.mergerequests.get(1).resourcestateevents.get(states[0].id).state == "closed"


def test_a_projects_events_tell_what_was_done(project, request_of, worktree):
    found = request_of("feature")
    note = found.notes.create({"body": "Good"})
    project.mergerequests.get(1).merge()
    worktree.git("push", "--quiet", "origin", "--delete", "feature")
    events = project.events.list(get_all=True)
    assert [one.action_name for one in events] == [
        "deleted", "accepted", "pushed to", "commented on", "opened", "pushed new", "pushed new", "created",
    ]  # fmt: skip
    deleted, merged, moved, commented, opened, pushed, *_ = events
    assert (merged.target_type, merged.target_iid, merged.target_title) == ("MergeRequest", 1, "Add feature")
    assert (opened.author_username, opened.author["username"], opened.project_id) == ("root", "root", project.id)
    assert (commented.target_type, commented.target_id, commented.note["body"]) == ("Note", note.id, "Good")
    assert pushed.push_data == {
        "commit_count": 1, "action": "created", "ref_type": "branch", "commit_from": None, "commit_to": found.sha,
        "ref": "feature", "commit_title": "Change by feature", "ref_count": None,
    }  # fmt: skip
    assert (deleted.push_data["action"], deleted.push_data["commit_to"]) == ("removed", None)
    counted = {"commit_count": 2, "commit_title": "Merge branch 'feature' into 'master'", "action": "pushed"}
    assert moved.push_data.items() >= counted.items()
    assert project.events.list(action="pushed", get_all=True)[1].push_data == moved.push_data


def test_events_are_filtered(project, request_of):
    request_of("feature")
    tomorrow, yesterday = ((datetime.now(UTC) + timedelta(days=days)).date().isoformat() for days in (1, -1))
    assert [one.action_name for one in project.events.list(action="created", get_all=True)] == ["opened", "created"]
    assert len(project.events.list(action="pushed", sort="asc", get_all=True)) == 2
    assert [one.target_iid for one in project.events.list(target_type="merge_request", get_all=True)] == [1]
    assert len(project.events.list(after=yesterday, before=tomorrow, get_all=True)) == 4
    assert project.events.list(before=yesterday, get_all=True) == []
    assert project.events.list(target_type="issue", get_all=True) == []
    with pytest.raises(Exception, match="action does not have a valid value"):
        project.events.list(action="danced", get_all=True)


def test_a_users_events_are_seen_where_the_project_is(root, project, make_user, client_of, server):
    user, stranger = make_user(), make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    own = client_of(user)
    about = {"branch": "mine", "start_branch": "master", "file_path": "x", "content": "x", "commit_message": "x"}
    own.projects.get(project.id).files.create(about)
    assert [one.push_data["ref"] for one in own.events.list(action="pushed", get_all=True)] == ["mine"]
    assert [one.action_name for one in root.users.get(user.id).events.list(get_all=True)] == ["pushed new", "joined"]
    assert client_of(stranger).users.get(user.id).events.list(get_all=True) == []
    with refused(404, "404 User Not Found"):
        root.http_list("/users/nobody-of-that-name/events", get_all=True)


def test_forks_and_users_of_a_project_are_listed(root, project, make_user, unique):
    name = unique("fork")
    project.forks.create({"name": name, "path": name})
    assert [one.path for one in project.forks.list(get_all=True)] == [name]
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 20})
    assert {one.username for one in project.users.list(get_all=True)} == {"root", user.username}


def test_whose_namespace_it_is_owns_the_project_and_stays(root, project):
    owner = project.members.get(root.user.id)
    assert (owner.username, owner.access_level) == ("root", 50)
    with refused(409, "Member already exists"):
        project.members.create({"user_id": root.user.id, "access_level": 30})
    with refused(403, "403 Forbidden"):
        owner.delete()


def test_who_joins_and_leaves_a_project_is_told(shared, make_user):
    user = make_user()
    shared.members.create({"user_id": user.id, "access_level": 30})
    shared.members.delete(user.id)
    told = [(one.action_name, one.author_username) for one in shared.events.list(get_all=True)]
    assert told[:2] == [("left", user.username), ("joined", user.username)]


def test_what_is_removed_is_in_no_activity(shared, asked):
    def told(target: str) -> list[int]:
        return [one.target_id for one in shared.events.list(target_type=target, get_all=True)]

    request = asked()
    kept, gone = (request.notes.create({"body": body}) for body in ("kept", "gone"))
    gone.delete()
    assert (told("note"), told("merge_request")) == ([kept.id], [request.id])
    request.delete()
    assert (told("note"), told("merge_request")) == ([], [])
