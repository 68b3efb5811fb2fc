"""Merge requests, through python-gitlab and git."""

from __future__ import annotations

import datetime

from tests.contract.gitlab.test_accounts import refused
from tests.contract.gitlab.worktree import Worktree, with_login


def test_a_request_is_made_shown_and_listed(server, root, project, branch):
    sha = branch("feature")
    made = project.mergerequests.create({
        "source_branch": "feature", "target_branch": "master", "title": "Draft: Add it", "description": "Why",
        "labels": "b,a", "assignee_id": root.user.id, "reviewer_ids": [root.user.id], "squash": True,
        "remove_source_branch": True,
    })  # fmt: skip
    found = project.mergerequests.get(made.iid)
    assert (found.iid, found.state, found.sha, found.title, found.description) == (
        1,
        "opened",
        sha,
        "Draft: Add it",
        "Why",
    )
    assert (found.draft, found.work_in_progress, found.squash, found.labels) == (True, True, True, ["a", "b"])
    assert (found.author["username"], found.assignee["username"]) == ("root", "root")
    assert (found.force_remove_source_branch, found.has_conflicts, found.user["can_merge"]) == (True, False, True)
    assert found.references["full"] == f"{project.path_with_namespace}!1"
    assert found.web_url == f"{project.web_url}/-/merge_requests/1"
    assert (found.changes_count, found.diff_refs["head_sha"]) == ("1", sha)
    assert found.detailed_merge_status == "draft_status"
    assert [one.iid for one in project.mergerequests.list(get_all=True)] == [1]
    assert made.id in [one.id for one in root.mergerequests.list(get_all=True)]


def test_lists_are_filtered(root, project, request_of, make_user, client_of):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    one, two = request_of("one", labels="x"), request_of("two", reviewer_ids=[user.id])
    two.state_event = "close"
    two.save()

    def listed(**filters) -> list[int]:
        return [found.iid for found in project.mergerequests.list(get_all=True, **filters)]

    assert listed() == [2, 1]
    assert listed(sort="asc") == [1, 2]
    assert (listed(state="opened"), listed(state="closed"), listed(state="merged")) == ([1], [2], [])
    assert (listed(source_branch="two"), listed(target_branch="other")) == ([2], [])
    assert (listed(labels="x"), listed(search="ADD ONE"), listed(iids=[2])) == ([1], [1], [2])
    assert (listed(author_id=root.user.id), listed(author_id=user.id)) == ([2, 1], [])
    assert (listed(reviewer_id=user.id), listed(wip="yes")) == ([2], [])
    assert (listed(**{"not[labels]": "x"}), listed(**{"not[author_id]": root.user.id})) == ([2], [])
    assert (listed(reviewer_username=user.username), listed(search="add", **{"in": "description"})) == ([2], [])
    behind = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=-11))) - datetime.timedelta(minutes=10)
    assert (listed(created_after=behind.isoformat()), listed(updated_before=behind.isoformat())) == ([2, 1], [])
    with refused(400, "created_after is invalid"):
        listed(created_after="yesterday")
    mine = client_of(user)
    assert [found.id for found in mine.mergerequests.list(get_all=True, scope="reviews_for_me")] == [two.id]
    assert mine.mergerequests.list(get_all=True) == []
    assert one.id in [found.id for found in mine.mergerequests.list(get_all=True, scope="all", state="opened")]


def test_what_cannot_be_a_request_is_refused(project, request_of, make_user, client_of):
    with refused(422, "You can't use same project/branch"):
        project.mergerequests.create({"source_branch": "master", "target_branch": "master", "title": "x"})
    with refused(400, "title is missing"):
        project.manager.gitlab.http_post(
            f"/projects/{project.id}/merge_requests", post_data={"source_branch": "a", "target_branch": "master"}
        )
    with refused(400, "source_branch"):
        project.mergerequests.create({"source_branch": "none", "target_branch": "master", "title": "x"})
    request_of("twice")
    with refused(409, "Another open merge request already exists for this source branch: !1"):
        project.mergerequests.create({"source_branch": "twice", "target_branch": "master", "title": "x"})
    guest = make_user()
    project.members.create({"user_id": guest.id, "access_level": 20})
    with refused(403, "403 Forbidden"):
        client_of(guest).projects.get(project.id).mergerequests.create(
            {"source_branch": "twice", "target_branch": "master", "title": "x"}
        )


def test_a_merge_makes_a_commit_of_both(project, request_of, worktree):
    found = request_of("feature", remove_source_branch=True)
    assert found.detailed_merge_status == "mergeable"
    head, before = found.sha, project.branches.get("master").commit["id"]
    found.merge()
    merged = project.mergerequests.get(1)
    assert (merged.state, merged.merged_by["username"], merged.detailed_merge_status) == ("merged", "root", "not_open")
    tip = project.commits.get("master")
    assert (tip.id, tip.parent_ids) == (merged.merge_commit_sha, [before, head])
    assert tip.message == (
        f"Merge branch 'feature' into 'master'\n\nAdd feature\n\nSee merge request {project.path_with_namespace}!1"
    )
    assert [branch.name for branch in project.branches.list(get_all=True)] == ["master"]
    assert [one["iid"] for one in project.commits.get(head).merge_requests()] == [1]
    with refused(405, "405 Method Not Allowed"):
        found.merge()


def test_a_merged_branch_is_told_to_be(project, request_of):
    request_of("feature").merge()
    assert (project.branches.get("feature").merged, project.branches.get("master").merged) == (True, False)
    project.delete_merged_branches()
    assert [branch.name for branch in project.branches.list(get_all=True)] == ["master"]


def test_squashing_makes_one_commit_of_many(project, branch, worktree):
    branch("feature")
    worktree.commit("Second", b_txt="b")
    worktree.git("push", "--quiet", "origin", "feature")
    found = project.mergerequests.create({"source_branch": "feature", "target_branch": "master", "title": "All of it"})
    found.merge(squash=True, squash_commit_message="One thing")
    merged = project.mergerequests.get(1)
    squash = project.commits.get(merged.squash_commit_sha)
    assert (squash.message, len(squash.parent_ids)) == ("One thing", 1)
    assert project.commits.get(merged.merge_commit_sha).parent_ids[1] == squash.id
    assert {entry["path"] for entry in project.repository_tree(get_all=True)} == {"README.md", "b.txt", "feature.txt"}


def test_diffs_name_their_files_where_that_is_asked_for(shared, asked):
    request = asked()
    name = f"{request.source_branch}.txt"
    address = f"/projects/{shared.id}"
    ways = {
        f"{address}/merge_requests/{request.iid}/diffs": lambda answer: answer,
        f"{address}/merge_requests/{request.iid}/changes": lambda answer: answer["changes"],
        f"{address}/repository/commits/{request.sha}/diff": lambda answer: answer,
        f"{address}/repository/compare": lambda answer: answer["diffs"],
    }
    between = {"from": "master", "to": request.source_branch}
    for path, diffs in ways.items():
        (plain,) = diffs(shared.manager.gitlab.http_get(path, between))
        (named,) = diffs(shared.manager.gitlab.http_get(path, {"unidiff": True} | between))
        assert plain["diff"].startswith("@@ ")
        assert named["diff"] == f"--- /dev/null\n+++ b/{name}\n{plain['diff']}"


def test_messages_are_made_by_the_projects_templates(shared, asked, root):
    shared.merge_commit_template = "%{title} (%{local_reference})\n\n%{description}\n\n%{approved_by}\n%{nothing}"
    shared.save()
    request = asked(title="One", description="")
    shared.mergerequests.get(request.iid).approve()
    merged = shared.commits.get(request.merge()["merge_commit_sha"])
    approver = f"Approved-by: {root.user.name} <{root.user.email}>"
    assert merged.message == f"One (!{request.iid})\n\n{approver}\n%{{nothing}}"
    shared.merge_commit_template = ""
    shared.save()
    request = asked(title="Two")
    message = shared.commits.get(request.merge()["merge_commit_sha"]).message
    reference = f"See merge request {shared.path_with_namespace}!{request.iid}"
    assert message == f"Merge branch '{request.source_branch}' into 'master'\n\nTwo\n\n{reference}"


def test_a_conflict_is_told_and_refused(project, request_of, worktree):
    found = request_of("feature", {"README_md": "theirs"})
    project.files.update("README.md", {"branch": "master", "content": "ours", "commit_message": "Ours"})
    found = project.mergerequests.get(found.iid)
    assert (found.has_conflicts, found.merge_status, found.detailed_merge_status) == (
        True,
        "cannot_be_merged",
        "conflict",
    )
    before = project.branches.get("master").commit["id"]
    with refused(422, "Branch cannot be merged"):
        found.merge()
    assert project.branches.get("master").commit["id"] == before
    found.rebase()
    assert "Rebase failed" in project.mergerequests.get(found.iid).merge_error


def test_drafts_other_heads_and_strangers_do_not_merge(project, request_of, make_user, client_of):
    found = request_of("feature", title="Draft: x")
    with refused(405, "405 Method Not Allowed"):
        found.merge()
    found.title = "x"
    found.save()
    with refused(409, "SHA does not match HEAD of source branch"):
        found.merge(sha="0" * 40)
    developer = make_user()
    project.members.create({"user_id": developer.id, "access_level": 30})
    theirs = client_of(developer).projects.get(project.id).mergerequests.get(1)
    assert theirs.user["can_merge"] is False
    with refused(401, "401 Unauthorized"):
        theirs.merge()


def test_fast_forward_wants_a_rebase_and_makes_no_merge_commit(project, request_of):
    project.merge_method = "ff"
    project.save()
    found = request_of("feature")
    project.files.create({"file_path": "other.txt", "branch": "master", "content": "x", "commit_message": "Other"})
    assert project.mergerequests.get(1).detailed_merge_status == "need_rebase"
    with refused(422, "Branch cannot be merged"):
        found.merge()
    found.rebase()
    rebased = project.mergerequests.get(1, include_rebase_in_progress=True)
    assert (rebased.rebase_in_progress, rebased.merge_error, rebased.detailed_merge_status) == (
        False,
        None,
        "mergeable",
    )
    assert rebased.sha != found.sha
    rebased.merge()
    assert project.branches.get("master").commit["id"] == rebased.sha
    assert project.mergerequests.get(1).merge_commit_sha is None


def test_a_push_makes_a_new_version_and_the_ref_follows(project, request_of, worktree):
    found = request_of("feature")
    sha = worktree.commit("More", c_txt="c")
    worktree.git("push", "--quiet", "origin", "feature")
    now = project.mergerequests.get(found.iid)
    assert (now.sha, [commit.title for commit in now.commits()]) == (sha, ["More", "Change by feature"])
    assert [one.head_commit_sha for one in now.diffs.list(get_all=True)] == [sha, found.sha]
    worktree.git("fetch", "--quiet", "origin", "merge-requests/1/head")
    assert worktree.git("rev-parse", "FETCH_HEAD").stdout.strip() == sha
    assert "hidden ref" in worktree.git("push", "origin", "+HEAD~1:refs/merge-requests/1/head", check=False).stderr


def test_a_push_to_the_target_merges_and_a_gone_branch_closes(project, request_of, worktree):
    merged, closed = request_of("one"), request_of("two")
    worktree.git("push", "--quiet", "origin", "one~0:master", check=False)
    worktree.git("push", "--quiet", "origin", "one:master")
    worktree.git("push", "--quiet", "origin", ":two")
    assert project.mergerequests.get(merged.iid).state == "merged"
    assert project.mergerequests.get(closed.iid).state == "closed"


def test_changes_and_participants(project, request_of, worktree, root):
    found = request_of("feature")
    assert [change["new_path"] for change in found.changes()["changes"]] == ["feature.txt"]
    assert [person["username"] for person in found.participants()] == ["root"]
    version = found.diffs.get(found.diffs.list(get_all=True)[0].id)
    assert [diff["new_path"] for diff in version.diffs] == ["feature.txt"]
    (listed,) = found.diffs.list(get_all=True)
    shell = f"alias.made=!git diff {listed.base_commit_sha} {listed.head_commit_sha} | git patch-id --verbatim"
    patch_id = worktree.git("-c", shell, "made").stdout.split()[0]
    assert (listed.real_size, listed.patch_id_sha) == (version.real_size, version.patch_id_sha) == ("1", patch_id)


def test_it_is_changed_closed_and_reopened(project, request_of):
    found = request_of("feature")
    found.title, found.description, found.labels = "Other", "Because", ["new"]
    found.save()
    found = project.mergerequests.get(1)
    assert (found.title, found.description, found.labels) == ("Other", "Because", ["new"])
    found.state_event = "close"
    found.save()
    closed = project.mergerequests.get(1)
    assert (closed.state, closed.closed_by["username"]) == ("closed", "root")
    closed.state_event = "reopen"
    closed.save()
    assert project.mergerequests.get(1).state == "opened"
    project.mergerequests.delete(1)
    assert project.mergerequests.list(get_all=True) == []


def test_approvals_are_given_and_taken_back(project, request_of, make_user, client_of):
    found = request_of("feature")
    found.approve()
    found = project.mergerequests.get(1)  # python-gitlab takes the answer for the merge request itself
    given = found.approvals.get()
    assert (given.approved, given.user_has_approved, given.approved_by[0]["user"]["username"]) == (True, True, "root")
    with refused(401, "401 Unauthorized"):
        found.approve()
    found.unapprove()
    found = project.mergerequests.get(1)
    assert found.approvals.get().approved is False
    with refused(404, "Not Found"):
        found.unapprove()


def test_notes_and_threads(project, request_of):
    found = request_of("feature")
    note = found.notes.create({"body": "First"})
    assert (note.body, note.noteable_type, note.noteable_iid, note.resolvable) == ("First", "MergeRequest", 1, False)
    note.body = "Changed"
    note.save()
    thread = found.discussions.create({"body": "Why?"})
    reply = thread.notes.create({"body": "Because"})
    assert [one["body"] for one in found.discussions.get(thread.id).attributes["notes"]] == ["Why?", "Because"]
    project.only_allow_merge_if_all_discussions_are_resolved = True
    project.save()
    assert project.mergerequests.get(1).detailed_merge_status == "discussions_not_resolved"
    found.discussions.update(thread.id, {"resolved": True})
    assert project.mergerequests.get(1).detailed_merge_status == "mergeable"
    on_line = found.discussions.create({"body": "Here", "position": found.diff_refs | {
        "position_type": "text", "new_path": "feature.txt", "new_line": 1,
    }})  # fmt: skip
    assert on_line.attributes["notes"][0]["position"]["new_path"] == "feature.txt"
    reply.delete()
    notes = found.notes.list(get_all=True)
    assert {one.body for one in notes if not one.system} == {"Changed", "Why?", "Here"}
    assert [one.body for one in notes if one.system] == ["resolved all threads"]


def test_a_fork_asks_to_be_merged(server, project, make_user, client_of, tmp_path):
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 20})
    client = client_of(user)
    fork = client.projects.get(client.projects.get(project.id).forks.create({}).id)
    tree = Worktree.clone(with_login(fork.http_url_to_repo, "x", client.private_token), tmp_path / "fork")
    sha = tree.commit("From afar", far_txt="far")
    tree.git("push", "--quiet", "origin", "HEAD:feature")
    made = fork.mergerequests.create({
        "source_branch": "feature", "target_branch": "master", "target_project_id": project.id, "title": "From a fork",
    })  # fmt: skip
    assert (made.project_id, made.source_project_id, made.sha) == (project.id, fork.id, sha)
    project.mergerequests.get(made.iid).merge()
    assert project.commits.get("master").parent_ids[1] == sha
