"""What builds that are told by commit statuses do to merge requests."""

from __future__ import annotations

from tests.contract.gitlab.test_accounts import refused


def test_a_builds_state_is_seen_on_the_commit_and_on_the_request(project, request_of):
    project.only_allow_merge_if_pipeline_succeeds = True
    project.save()
    found = request_of("feature")
    assert found.detailed_merge_status == "ci_must_pass"
    commit = project.commits.get(found.sha)
    commit.statuses.create({"state": "running", "name": "jenkins", "ref": "feature"})
    assert project.mergerequests.get(1).detailed_merge_status == "ci_still_running"
    with refused(405, "405 Method Not Allowed"):
        found.merge()
    commit.statuses.create({"state": "success", "name": "jenkins", "ref": "feature"})
    now = project.mergerequests.get(1)
    assert (now.head_pipeline["status"], now.head_pipeline["sha"], now.pipeline["source"]) == (
        "success", found.sha, "external",
    )  # fmt: skip
    assert [one.status for one in now.pipelines.list(get_all=True)] == ["success"]
    assert project.commits.get(found.sha).status == "success"
    now.merge()
    assert project.mergerequests.get(1).state == "merged"


def test_a_merge_waits_for_the_builds_if_asked_to(shared, asked):
    found = asked()
    with refused(405):
        found.merge(merge_when_pipeline_succeeds=True)
    commit = shared.commits.get(found.sha)
    commit.statuses.create({"state": "running", "name": "jenkins"})
    found.merge(merge_when_pipeline_succeeds=True, should_remove_source_branch=True)
    waiting = shared.mergerequests.get(found.iid)
    assert (waiting.state, waiting.merge_when_pipeline_succeeds, waiting.merge_user["username"]) == (
        "opened", True, "root",
    )  # fmt: skip
    waiting.cancel_merge_when_pipeline_succeeds()
    assert not shared.mergerequests.get(found.iid).merge_when_pipeline_succeeds
    found.merge(merge_when_pipeline_succeeds=True, should_remove_source_branch=True)
    commit.statuses.create({"state": "success", "name": "jenkins"})
    merged = shared.mergerequests.get(found.iid)
    assert (merged.state, merged.merged_by["username"]) == ("merged", "root")
    assert found.source_branch not in [one.name for one in shared.branches.list(get_all=True)]


def test_new_commits_end_the_wait(shared, asked):
    found = asked()
    shared.commits.get(found.sha).statuses.create({"state": "pending", "name": "jenkins"})
    found.merge(merge_when_pipeline_succeeds=True)
    more = {"file_path": "more.txt", "branch": found.source_branch, "content": "more", "commit_message": "More"}
    shared.files.create(more)
    found = shared.mergerequests.get(found.iid)
    assert not found.merge_when_pipeline_succeeds
    assert any(one.body.startswith("aborted the automatic merge") for one in found.notes.list(get_all=True))
