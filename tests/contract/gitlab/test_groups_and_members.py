"""Groups, subgroups, members and what their levels allow."""

from __future__ import annotations

import gitlab
import pytest
import requests

from tests.contract.gitlab.test_accounts import refused


@pytest.fixture
def group(root, unique):
    name = unique("team")
    return root.groups.create({"name": name, "path": name})


def test_a_group_is_created_nested_renamed_and_removed_with_its_projects(root, group):
    child = root.groups.create({"name": "Inner Part", "path": "inner", "parent_id": group.id})
    project = root.projects.create({"name": "Deep One", "namespace_id": child.id})

    assert child.full_path == f"{group.path}/inner"
    assert child.full_name == f"{group.name} / Inner Part"
    assert project.path_with_namespace == f"{group.path}/inner/deep-one"
    assert [one.id for one in group.subgroups.list(get_all=True)] == [child.id]
    assert [one.id for one in group.projects.list(include_subgroups=True, get_all=True)] == [project.id]
    assert root.groups.get(child.full_path).id == child.id

    group.path = group.path + "-moved"
    group.save()
    assert root.projects.get(f"{group.path}/inner/deep-one").id == project.id

    group.delete()
    with refused(404, "Project Not Found"):
        root.projects.get(project.id)


def test_some_settings_are_shown_of_one_group_alone_and_to_its_owners(root, group, make_user, client_of):
    group.enabled_git_access_protocol = "ssh"
    group.visibility = "internal"
    group.save()
    alone = root.groups.get(group.id)
    assert (alone.enabled_git_access_protocol, alone.prevent_sharing_groups_outside_hierarchy) == ("ssh", False)
    child = root.groups.create({"name": "Inner", "path": "inner", "parent_id": group.id})
    (listed,) = root.groups.list(search=group.path, top_level_only=True, get_all=True)
    seen = client_of(make_user()).groups.get(group.id)
    assert not any(hasattr(one, "enabled_git_access_protocol") for one in (child, listed, seen))
    assert not hasattr(seen, "runners_token")


def test_a_groups_path_is_taken_only_once(root, group):
    with refused(400, "has already been taken"):
        root.groups.create({"name": "other", "path": group.path.upper()})
    with refused(400, "path is missing"):
        root.http_post("/groups", post_data={"name": "other"})


def test_members_are_added_changed_listed_and_removed(make_user, group):
    user = make_user()
    member = group.members.create({"user_id": user.id, "access_level": gitlab.const.AccessLevel.DEVELOPER})
    assert (member.username, member.access_level, member.membership_state) == (user.username, 30, "active")
    with refused(409, "Member already exists"):
        group.members.create({"user_id": user.id, "access_level": 30})
    member.access_level = 40
    member.save()
    assert group.members.get(user.id).access_level == 40
    assert sorted(one.username for one in group.members.list(get_all=True)) == sorted(["root", user.username])
    member.delete()
    with refused(404):
        group.members.get(user.id)


def test_several_are_added_at_once(make_user, group):
    one, two = make_user(), make_user()
    group.members.create({"user_id": one.id, "access_level": 20})
    answer = group.manager.gitlab.http_post(
        f"/groups/{group.id}/members", post_data={"user_id": f"{one.id},{two.id}", "access_level": 30}
    )
    assert answer == {"status": "error", "message": {one.username: "Member already exists"}}
    assert group.members.get(two.id).access_level == 30


def test_membership_of_a_group_counts_in_its_projects(root, make_user, client_of, group):
    user = make_user()
    project = root.projects.create({"name": "inside", "namespace_id": group.id})
    client = client_of(user)
    with refused(404, "Project Not Found"):
        client.projects.get(project.id)

    group.members.create({"user_id": user.id, "access_level": 30})
    seen = client.projects.get(project.id)
    assert seen.permissions["group_access"]["access_level"] == 30
    assert user.id in [one.id for one in project.members_all.list(get_all=True)]
    with refused(403):
        seen.hooks.list(get_all=True)
    with refused(403):
        seen.delete()

    group.members.get(user.id).delete()
    project.members.create({"user_id": user.id, "access_level": 40})
    assert client.projects.get(project.id).hooks.list(get_all=True) == []


def test_nobody_raises_somebody_above_themselves(make_user, client_of, project):
    user, friend = make_user(), make_user()
    project.members.create({"user_id": user.id, "access_level": 40})
    own = client_of(user).projects.get(project.id)
    own.members.create({"user_id": friend.id, "access_level": 40})
    with refused(403):
        own.members.update(friend.id, {"access_level": 50})


def test_the_last_owner_of_a_group_stays(root, group):
    with refused(403):
        group.members.delete(root.user.id)


def test_personal_and_group_namespaces_are_listed(root, group):
    kinds = {space.full_path: space.kind for space in root.namespaces.list(get_all=True)}
    assert kinds["root"] == "user"
    assert kinds[group.full_path] == "group"
    assert root.namespaces.get(group.full_path).id == group.id


def test_a_project_and_a_group_are_shared_with_a_group(root, make_user, make_project, client_of, group, unique):
    user, project = make_user(), make_project()
    other = root.groups.create({"name": unique("other"), "path": unique("other")})
    group.members.create({"user_id": user.id, "access_level": 40})
    project.share(group.id, 30)
    assert [
        (one["group_id"], one["group_access_level"]) for one in root.projects.get(project.id).shared_with_groups
    ] == [(group.id, 30)]
    theirs = client_of(user)
    assert theirs.projects.get(project.id).permissions["group_access"]["access_level"] == 30
    assert project.id in [one.id for one in theirs.projects.list(membership=True, get_all=True)]
    assert [one.id for one in group.shared_projects.list(get_all=True)] == [project.id]
    assert [one.id for one in project.groups.list(with_shared=True, get_all=True)] == [group.id]
    assert {one.id: one.access_level for one in project.members_all.list(get_all=True)}[user.id] == 30
    with refused(409, "already been shared"):
        project.share(group.id, 30)
    project.unshare(group.id)
    with refused(404):
        theirs.projects.get(project.id)

    inner = root.projects.create({"name": unique("inner"), "namespace_id": other.id})
    other.share(group.id, 20)
    assert theirs.projects.get(inner.id).id == inner.id
    assert [one["group_id"] for one in root.groups.get(other.id).shared_with_groups] == [group.id]
    other.unshare(group.id)
    with refused(404):
        theirs.projects.get(inner.id)


def test_a_groups_settings_and_its_old_path_are_kept(server, root, group):
    group.project_creation_level = "maintainer"
    group.require_two_factor_authentication = True
    old = group.path
    group.path = old + "-moved"
    group.save()
    found = root.groups.get(group.id)
    assert (found.project_creation_level, found.require_two_factor_authentication) == ("maintainer", True)
    answer = requests.get(
        f"{server.url}/api/v4/groups/{old}", headers={"PRIVATE-TOKEN": server.token}, timeout=30, allow_redirects=False
    )
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{server.url}/api/v4/groups/{group.id}")


def test_a_group_moves_with_what_is_below_it(root, group, unique):
    name = unique("above")
    above = root.groups.create({"name": name, "path": name})
    project = root.projects.create({"name": "deep", "namespace_id": group.id})
    group.transfer(above.id)
    assert root.projects.get(project.id).path_with_namespace == f"{name}/{group.path}/deep"
    with refused(400, "already associated"):
        group.transfer(above.id)
    group.transfer()
    assert root.groups.get(group.id).full_path == group.path
    outside = root.projects.create({"name": unique("outside")})
    group.transfer_project(outside.id)
    assert root.projects.get(outside.id).namespace["id"] == group.id


def test_who_asks_to_be_let_in_is_let_in_or_not(root, make_user, client_of, make_project):
    user, project = make_user(), make_project(visibility="internal")
    theirs = client_of(user).projects.get(project.id)
    theirs.accessrequests.create()
    with refused(400, "already exists"):
        theirs.accessrequests.create()
    (asked,) = project.accessrequests.list(get_all=True)
    asked.approve(access_level=20)
    assert project.members.get(user.id).access_level == 20
    assert project.accessrequests.list(get_all=True) == []
    project.members.delete(user.id)
    theirs.accessrequests.create()
    project.accessrequests.delete(user.id)
    assert project.accessrequests.list(get_all=True) == []


def test_groups_are_chosen_by_membership_and_show_what_is_shared_with_them(root, make_user, make_project, group):
    user, shared = make_user(), make_project()
    shared.share(group.id, 30)
    assert shared.id in [one.id for one in group.projects.list(get_all=True)]
    assert shared.id not in [one.id for one in group.projects.list(with_shared=False, get_all=True)]
    inner = root.groups.create({"name": "inner", "path": "inner", "parent_id": group.id})
    group.members.create({"user_id": user.id, "access_level": 30})
    mine = root.groups.list(all_available=False, sudo=user.id, get_all=True)
    assert {one.id for one in mine} == {group.id, inner.id}
    assert [one.id for one in root.groups.list(search=group.path, skip_groups=[group.id], get_all=True)] == [inner.id]
    assert [one.id for one in group.members.list(user_ids=[user.id], get_all=True)] == [user.id]
