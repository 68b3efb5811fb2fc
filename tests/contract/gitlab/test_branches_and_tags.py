"""Branches and tags through the API."""

from __future__ import annotations

import pytest

from tests.contract.gitlab.test_accounts import refused


def test_branches_are_made_listed_searched_and_removed(project):
    made = project.branches.create({"branch": "feature/one", "ref": "master"})
    assert (made.name, made.default, made.merged, made.protected) == ("feature/one", False, False, False)
    names = [branch.name for branch in project.branches.list(get_all=True)]
    assert names == ["feature/one", "master"]
    assert [branch.name for branch in project.branches.list(search="^fea", get_all=True)] == ["feature/one"]
    assert project.branches.get("feature/one").commit["title"] == "Begin"
    made.delete()
    with refused(404, "404 Branch Not Found"):
        project.branches.get("feature/one")


def test_the_default_branch_is_protected_from_the_first_push_on(project):
    branch = project.branches.get("master")
    assert branch.default
    assert branch.protected
    assert branch.can_push
    rule = project.protectedbranches.get("master")
    assert [level["access_level"] for level in rule.push_access_levels] == [40]
    with refused(400):
        branch.delete()


@pytest.mark.parametrize("name", ["-x", "a..b", "a b", "x.lock", "@{u}", "a~1", "refs\\x", "."])
def test_names_that_git_refuses_are_refused(project, name):
    with refused(400):
        project.branches.create({"branch": name, "ref": "master"})
    with refused(400):
        project.tags.create({"tag_name": name, "ref": "master"})


def test_a_branch_needs_a_beginning_and_a_free_name(project):
    with refused(400, "invalid reference name"):
        project.branches.create({"branch": "x", "ref": "nowhere"})
    with refused(400, "Branch already exists"):
        project.branches.create({"branch": "master", "ref": "master"})


def test_tags_light_and_annotated(project):
    head = project.branches.get("master").commit["id"]
    light = project.tags.create({"tag_name": "v1.0.0.0", "ref": "master"})
    assert (light.target, light.message, light.commit["id"]) == (head, "", head)
    annotated = project.tags.create({"tag_name": "v2.0.0.0", "ref": head, "message": "Second"})
    assert annotated.message == "Second"
    assert annotated.target != head
    assert annotated.commit["id"] == head
    assert {tag.name for tag in project.tags.list(get_all=True)} == {"v1.0.0.0", "v2.0.0.0"}
    with refused(400, "Tag v1.0.0.0 already exists"):
        project.tags.create({"tag_name": "v1.0.0.0", "ref": "master"})
    light.delete()
    with refused(404, "404 Tag Not Found"):
        project.tags.get("v1.0.0.0")


def test_tags_are_sorted_by_version(project):
    for name in ("v1.9.0", "v1.10.0", "v1.2.0"):
        project.tags.create({"tag_name": name, "ref": "master"})
    names = [tag.name for tag in project.tags.list(order_by="version", sort="asc", get_all=True)]
    assert names == ["v1.2.0", "v1.9.0", "v1.10.0"]


def test_protection_is_made_listed_and_ended(project):
    rule = project.protectedbranches.create({"name": "release/*", "push_access_level": 0, "merge_access_level": 30})
    assert [level["access_level"] for level in rule.push_access_levels] == [0]
    project.branches.create({"branch": "free", "ref": "master"})
    assert not project.branches.get("free").protected
    with refused(403):
        project.branches.create({"branch": "release/1", "ref": "master"})
    with refused(409, "already exists"):
        project.protectedbranches.create({"name": "release/*"})
    assert {one.name for one in project.protectedbranches.list(get_all=True)} == {"master", "release/*"}
    project.protectedbranches.delete("release/*")
    project.branches.create({"branch": "release/1", "ref": "master"})

    project.protectedtags.create({"name": "v*", "create_access_level": 40})
    assert project.tags.create({"tag_name": "v1", "ref": "master"}).protected


def test_clients_of_old_protect_a_branch_by_itself(root, shared):
    address = f"/projects/{shared.id}/repository/branches/master"
    shown = root.http_put(f"{address}/protect", post_data={"developers_can_push": True})
    assert (shown["protected"], shown["developers_can_push"], shown["developers_can_merge"]) == (True, True, False)
    assert root.http_put(f"{address}/unprotect")["protected"] is False
    assert root.http_put(f"{address}/protect")["developers_can_push"] is False


def test_branches_are_chosen_by_expression_and_sorted_by_time(shared):
    for name in ("rel-1", "rel-20", "old"):
        shared.branches.create({"branch": name, "ref": "master"})
    shared.files.create({"file_path": "n", "branch": "rel-1", "content": "x", "commit_message": "Newer"} | {
        "author_name": "A",
    })  # fmt: skip
    assert [one.name for one in shared.branches.list(regex="^rel-[0-9]+$", get_all=True)] == ["rel-1", "rel-20"]
    assert len(shared.branches.list(sort="updated_desc", get_all=True)) == len(shared.branches.list(get_all=True))
    with refused(400, "not valid RE2 syntax"):
        shared.branches.list(regex="(", get_all=True)
    with refused(400, "sort does not have a valid value"):
        shared.branches.list(sort="size", get_all=True)


def test_a_common_ancestor_is_of_two_or_more(shared):
    master = shared.branches.get("master").commit["id"]
    assert shared.repository_merge_base(["master", "master", master])["id"] == master
    for refs, words in ((["master"], "Provide at least 2 refs"), (["master", "no", "nil"], "find refs: no, nil")):
        with refused(400, words):
            shared.repository_merge_base(refs)
