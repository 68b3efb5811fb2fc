"""Labels, milestones and releases, as a delivery chain's clients touch them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests

from tests.contract.gitlab.test_accounts import refused


@pytest.fixture(scope="module")
def group(root, unique):
    name = unique("team")
    return root.groups.create({"name": name, "path": name})


def test_labels_of_a_project_and_of_the_groups_above(root, group, unique):
    project = root.projects.create({"name": unique("service"), "namespace_id": group.id})
    group.labels.create({"name": "shared", "color": "#00ff00"})
    made = project.labels.create({"name": "bug", "color": "red", "description": "It fails", "priority": 1})
    assert (made.color, made.text_color, made.is_project_label) == ("#ff0000", "#FFFFFF", True)
    assert [one.name for one in project.labels.list(get_all=True)] == ["bug", "shared"]
    assert [one.name for one in project.labels.list(include_ancestor_groups=False, get_all=True)] == ["bug"]
    made.new_name = "fault"
    made.save()
    assert project.labels.get("fault").description == "It fails"
    assert project.labels.get(made.id).priority == 1
    with refused(409, "Label already exists"):
        project.labels.create({"name": "shared", "color": "#00ff00"})
    with refused(400, "must be a valid color code"):
        project.labels.create({"name": "x", "color": "reddish"})
    plain = project.labels.create({"name": "plain", "color": "#00ff00", "description": ""})
    assert plain.description == ""
    assert not hasattr(plain, "archived")  # which came with GitLab 18.3
    project.labels.delete("fault")
    with refused(404, "Label Not Found"):
        project.labels.get("fault")


def test_one_subscribes_to_a_label_once(root, group, unique):
    project = root.projects.create({"name": unique("service"), "namespace_id": group.id})
    group.labels.create({"name": "heard", "color": "#00ff00"})
    label, above = project.labels.get("heard"), group.labels.get("heard")
    label.subscribe()
    assert (project.labels.get("heard").subscribed, group.labels.get("heard").subscribed) == (True, False)
    with refused(304):
        label.subscribe()
    above.subscribe()  # takes the place of the one in the project
    assert (project.labels.get("heard").subscribed, group.labels.get("heard").subscribed) == (True, True)
    with refused(304):
        label.unsubscribe()
    above.unsubscribe()
    assert not project.labels.get("heard").subscribed
    with refused(304):
        above.unsubscribe()


def test_a_merge_requests_labels_become_the_projects(shared, asked):
    found = asked(labels="new,other")
    assert [one.name for one in shared.labels.list(get_all=True)] == ["new", "other"]
    (listed,) = shared.mergerequests.list(with_labels_details=True, labels="new", get_all=True)
    assert [one["name"] for one in listed.labels] == ["new", "other"]
    label = shared.labels.get("other")
    label.new_name = "renamed"
    label.save()
    shared.labels.delete("new")
    found = shared.mergerequests.get(found.iid)
    assert found.labels == ["renamed"]
    found.labels = []
    found.save()
    events = [(one.action, (one.label or {}).get("name")) for one in found.resourcelabelevents.list(get_all=True)]
    assert events == [("add", None), ("add", "renamed"), ("remove", "renamed")]
    assert found.iid in [one.iid for one in shared.mergerequests.list(labels="None", get_all=True)]


def test_milestones(shared, group, asked, receiver):
    hook = shared.hooks.create({"url": receiver.url, "push_events": False, "milestone_events": True})
    made = shared.milestones.create({"title": "First", "start_date": "2020-01-01", "due_date": "2020-01-31"})
    assert (made.iid, made.state, made.expired, made.project_id) == (1, "active", True, shared.id)
    found = asked(milestone_id=made.id)
    assert found.milestone["title"] == "First"
    assert [one.iid for one in made.merge_requests()] == [found.iid]
    assert [one.iid for one in shared.mergerequests.list(milestone="First", get_all=True)] == [found.iid]
    made.state_event = "close"
    made.save()
    assert [one.title for one in shared.milestones.list(state="closed", get_all=True)] == ["First"]
    with refused(400, "already being used"):
        shared.milestones.create({"title": "First"})
    assert group.milestones.create({"title": "Ours"}).group_id == group.id
    made.delete()
    assert [request.body["action"] for request in receiver.wait_for(3)] == ["create", "close", "delete"]
    assert receiver.requests[0].headers["X-Gitlab-Event"] == "Milestone Hook"
    hook.delete()
    assert shared.mergerequests.get(found.iid).milestone is None


def test_what_becomes_of_a_requests_milestone_is_told_in_events(shared, asked):
    one, two = (shared.milestones.create({"title": title}) for title in ("Alpha", "Beta"))
    found = asked(milestone_id=one.id)
    for milestone_id in (two.id, 0, 0, one.id):
        shared.mergerequests.update(found.iid, {"milestone_id": milestone_id})
    events = found.resourcemilestoneevents.list(get_all=True)
    assert [(event.action, event.milestone["title"], event.state) for event in events] == [
        ("add", "Alpha", "opened"), ("add", "Beta", "opened"), ("remove", "Beta", "opened"), ("add", "Alpha", "opened"),
    ]  # fmt: skip
    assert found.resourcemilestoneevents.get(events[0].id).user["username"] == "root"
    two.delete()
    assert found.resourcemilestoneevents.get(events[1].id).milestone is None
    assert asked().resourcemilestoneevents.list(get_all=True) == []
    one.delete()


def test_releases_of_tags(root, shared, receiver):
    shared.hooks.create({"url": receiver.url, "push_events": False, "releases_events": True})
    with refused(422, "Ref is not specified"):
        shared.releases.create({"tag_name": "v1", "description": "One"})
    made = shared.releases.create({
        "tag_name": "v1", "ref": "master", "name": "One", "description": "The first",
        "assets": {"links": [{"name": "image", "url": "https://example.org/image", "link_type": "image"}]},
    })  # fmt: skip
    assert shared.tags.get("v1").release == {"tag_name": "v1", "description": "The first"}
    assert (made.assets["count"], made.assets["links"][0]["link_type"]) == (5, "image")
    assert made.commit["id"] == shared.tags.get("v1").commit["id"]
    body = receiver.wait_for(1)[0].body
    assert (body["object_kind"], body["action"], body["tag"]) == ("release", "create", "v1")
    with refused(409, "Release already exists"):
        shared.releases.create({"tag_name": "v1", "description": "Again"})
    made.name = "First"
    made.save()
    assert [one.name for one in shared.releases.list(get_all=True)] == ["First"]
    assert root.http_get(f"/projects/{shared.id}/releases/permalink/latest")["tag_name"] == "v1"
    link = made.links.create({"name": "notes", "url": "https://example.org/notes", "direct_asset_path": "/notes"})
    assert link.direct_asset_url.endswith("/-/releases/v1/downloads/notes")
    token = {"PRIVATE-TOKEN": root.private_token}
    answer = requests.get(link.direct_asset_url, headers=token, timeout=30, allow_redirects=False)
    assert answer.headers["Location"] == "https://example.org/notes"
    latest = f"{shared.web_url}/-/releases/permalink/latest/downloads/notes"
    answer = requests.get(latest, headers=token, timeout=30, allow_redirects=False)
    assert answer.headers["Location"] == urlsplit(link.direct_asset_url).path
    api = f"{root.api_url}/projects/{shared.id}/releases"
    answer = requests.get(f"{api}/permalink/latest/downloads/notes", headers=token, timeout=30, allow_redirects=False)
    assert answer.headers["Location"] == f"{api}/v1/downloads/notes"
    answer = requests.get(f"{api}/v1/downloads/notes", headers=token, timeout=30, allow_redirects=False)
    assert answer.headers["Location"] == "https://example.org/notes"
    assert requests.get(link.direct_asset_url, timeout=30).url.startswith(f"{root.url}/users/sign_in")
    link.delete()
    assert [one.name for one in made.links.list(get_all=True)] == ["image"]
    shared.releases.delete("v1")
    with refused(404):
        shared.releases.get("v1")
    assert shared.tags.get("v1").release is None
