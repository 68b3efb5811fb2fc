"""Merge requests made and changed by `git push -o`, and what the payloads tell of options."""

from __future__ import annotations

import pytest


@pytest.fixture
def push(worktree):
    """Commits on a branch and pushes it with options."""

    def push(branch: str, message: str, *options: str) -> str:
        worktree.git("checkout", "--quiet", "-B", branch)
        sha = worktree.commit(message)
        words = [word for option in options for word in ("-o", option)]
        push.told = worktree.git("push", "--quiet", *words, "origin", branch).stderr
        return sha

    return push


def test_a_push_makes_a_merge_request(project, push):
    sha = push("add-it", "Add it\n\nBecause.", "merge_request.create")
    (made,) = project.mergerequests.list(get_all=True)
    assert (made.title, made.description, made.sha) == ("Add it", "Because.", sha)
    assert (made.source_branch, made.target_branch, made.state) == ("add-it", "master", "opened")
    assert (made.author["username"], made.assignee["username"]) == ("root", "root")
    assert f"View merge request for add-it:        \nremote:   {made.web_url}" in push.told


def test_the_pusher_reads_where_a_merge_request_can_be_made(project, push):
    push("feature/one", "One")
    address = f"{project.web_url}/-/merge_requests/new?merge_request%5Bsource_branch%5D=feature%2Fone"
    assert f"remote: To create a merge request for feature/one, visit:        \nremote:   {address}" in push.told
    push("master", "To the default branch")
    assert push.told == ""
    project.printing_merge_request_link_enabled = False
    project.save()
    push("feature/two", "Two")
    assert push.told == ""


def test_options_say_how_it_is_made(root, project, push):
    project.branches.create({"branch": "stable", "ref": "master"})
    milestone = project.milestones.create({"title": "First"})
    push(
        "topic", "Topic", "merge_request.create", "merge_request.target=stable", "merge_request.title=Other words",
        "merge_request.description=One\\nTwo", "merge_request.draft", "merge_request.label=a", "merge_request.label=b",
        "merge_request.remove_source_branch", "merge_request.squash", "merge_request.assign=root",
        "merge_request.milestone=First",
    )  # fmt: skip
    made = project.mergerequests.get(1)
    assert (made.target_branch, made.title, made.description) == ("stable", "Draft: Other words", "One\nTwo")
    assert (made.labels, made.draft, made.force_remove_source_branch, made.squash) == (["a", "b"], True, True, True)
    assert made.assignee["username"] == "root"
    assert made.milestone["id"] == milestone.id


def test_a_later_push_changes_the_same_one(project, push):
    push("topic", "First", "merge_request.create")
    push(
        "topic",
        "Second",
        "merge_request.create",
        "merge_request.title=Better",
        "merge_request.label=x",
    )
    (found,) = project.mergerequests.list(get_all=True)
    assert (found.title, found.labels) == ("Better", ["x"])
    assert found.assignee["username"] == "root"
    notes = [one.body for one in found.notes.list(get_all=True, sort="asc")]
    assert notes[0].startswith("added 1 commit")
    assert notes[1:] == ["changed title from **{-First-}** to **{+Better+}**"]
    push("topic", "Third", "merge_request.unlabel=x", "merge_request.unassign=root")
    found = project.mergerequests.get(found.iid)
    assert (found.labels, found.assignees) == ([], [])


def test_several_commits_are_named_by_their_branch(project, push, worktree):
    worktree.commit("One")
    push("my-first_idea", "Two", "merge_request.create")
    assert project.mergerequests.get(1).title == "My first idea"


def test_without_the_word_create_nothing_is_made(project, push):
    push("topic", "Topic", "merge_request.title=Other", "ci.skip")
    assert "A merge_request.create push option is required to create" in " ".join(
        push.told.replace("remote:", "").split()
    )
    push("elsewhere", "Topic", "merge_request.create", "merge_request.target=nowhere")
    assert "WARNINGS: Error encountered with push options" in push.told
    assert "does not exist" in push.told
    assert project.mergerequests.list(get_all=True) == []


def test_it_is_told_to_the_hooks(project, push, receiver):
    project.hooks.create({"url": receiver.url, "push_events": False, "merge_requests_events": True})
    push("topic", "Topic", "merge_request.create")
    body = receiver.wait_for(1)[0].body
    assert (body["object_kind"], body["object_attributes"]["action"]) == ("merge_request", "open")
    assert body["object_attributes"]["source_branch"] == "topic"
