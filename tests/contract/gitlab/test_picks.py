"""Commits made anew on other branches and undone, through python-gitlab."""

from __future__ import annotations

import pytest
from gitlab.exceptions import GitlabCherryPickError, GitlabRevertError


@pytest.fixture
def commit(project, branch):
    """A commit of its own branch."""
    return project.commits.get(branch("feature", a_txt="a"))


def test_a_commit_is_picked_onto_a_branch(project, commit):
    project.branches.create({"branch": "release", "ref": "master"})
    commit.cherry_pick("release")
    made = project.commits.get("release")
    assert made.message == f"Change by feature\n\n(cherry picked from commit {commit.id})"
    assert (made.author_name, made.committer_name) == ("Ann Author", "Administrator")
    assert project.files.raw("a.txt", "release") == b"a"
    with pytest.raises(GitlabCherryPickError, match="Sorry, we cannot cherry-pick this commit automatically") as caught:
        commit.cherry_pick("release")
    assert caught.value.response_code == 400
    assert b'"error_code":"empty"' in caught.value.response_body.replace(b" ", b"")


def test_a_commit_is_undone_on_a_branch(project, commit):
    commit.revert("feature")
    made = project.commits.get("feature")
    assert made.message == f'Revert "Change by feature"\n\nThis reverts commit {commit.id}'
    assert made.parent_ids == [commit.id]
    assert [one["name"] for one in project.repository_tree(ref="feature", get_all=True)] == ["README.md"]


def test_a_first_commit_is_undone_too(project):
    first = project.commits.list(get_all=True)[-1]
    project.branches.create({"branch": "empty", "ref": "master"})
    first.revert("empty")
    assert project.repository_tree(ref="empty", get_all=True) == []


def test_what_conflicts_moves_no_branch(project, commit):
    about = {"branch": "other", "start_branch": "master", "file_path": "a.txt", "content": "b", "commit_message": "b"}
    project.files.create(about)
    before = project.branches.get("other").commit["id"]
    with pytest.raises(GitlabCherryPickError) as caught:
        commit.cherry_pick("other")
    assert b'"error_code":"conflict"' in caught.value.response_body.replace(b" ", b"")
    with pytest.raises(GitlabRevertError) as undone:
        commit.revert("master")
    assert b'"error_code":"empty"' in undone.value.response_body.replace(b" ", b"")
    assert project.branches.get("other").commit["id"] == before


def test_a_rehearsal_changes_nothing(root, project, commit):
    before = project.branches.get("master").commit["id"]
    path = f"/projects/{project.id}/repository/commits/{commit.id}/cherry_pick"
    assert root.http_post(path, post_data={"branch": "master", "dry_run": True}) == {"dry_run": "success"}
    assert project.branches.get("master").commit["id"] == before


def test_what_is_not_there_or_not_allowed_is_refused(project, commit, make_user, client_of):
    with pytest.raises(GitlabCherryPickError, match="404 Branch Not Found"):
        commit.cherry_pick("nowhere")
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    with pytest.raises(GitlabCherryPickError, match="403 Forbidden - You are not allowed to push into this branch"):
        client_of(user).projects.get(project.id, lazy=True).commits.get(commit.id).cherry_pick("master")


def test_a_commit_tells_its_place_and_that_it_is_not_signed(root, project, commit):
    assert root.http_get(f"/projects/{project.id}/repository/commits/{commit.id}/sequence") == {"count": 2}
    answer = root.http_request("get", f"/projects/{project.id}/repository/commits/{commit.id}", streamed=False)
    assert answer.status_code == 200
    with pytest.raises(Exception, match="404 Signature Not Found"):
        commit.signature()
