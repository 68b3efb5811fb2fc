"""Projects."""

from __future__ import annotations

import requests

from tests.contract.gitlab.test_accounts import refused


def test_a_project_has_gitlabs_fields(server, root, unique):
    name = unique("uuid")
    project = root.projects.create({"name": name, "description": "Makes UUIDs", "default_branch": "master"})
    assert project.path_with_namespace == f"root/{name}"
    assert project.http_url_to_repo == f"{server.url}/root/{name}.git"
    assert project.ssh_url_to_repo.endswith((f":root/{name}.git", f"/root/{name}.git"))
    assert project.web_url == f"{server.url}/root/{name}"
    assert project.visibility == "private"
    assert project.empty_repo
    assert project.namespace["kind"] == "user"
    assert (project.owner["id"], project.owner["username"]) == (root.user.id, "root")
    assert project._links["self"] == f"{server.url}/api/v4/projects/{project.id}"
    assert project._links["labels"] == f"{server.url}/api/v4/projects/{project.id}/labels"
    assert (project.readme_url, project.import_status) == (None, "none")


def test_a_project_is_found_by_its_path_in_any_case(root, project):
    assert root.projects.get(project.path_with_namespace).id == project.id
    assert root.projects.get(project.path_with_namespace.upper()).id == project.id


def test_a_project_is_changed_moved_archived_and_removed(root, project, unique):
    project.description = "Better"
    project.path = unique("renamed")
    project.topics = ["demo", "talk"]
    project.save()
    found = root.projects.get(f"root/{project.path}")
    assert (found.id, found.description, found.topics) == (project.id, "Better", ["demo", "talk"])
    assert found.files.get("README.md", "master").decode() == b"# Hello\n"

    name = unique("group")
    group = root.groups.create({"name": name, "path": name})
    found.transfer(group.path)
    assert root.projects.get(project.id).path_with_namespace == f"{group.path}/{project.path}"

    found.archive()
    assert root.projects.get(project.id).archived
    found.unarchive()
    found.delete()
    with refused(404, "Project Not Found"):
        root.projects.get(project.id)


def test_what_cannot_be_is_refused(root, project):
    with refused(400, "has already been taken"):
        root.projects.create({"name": project.name})
    with refused(400, "name, path are missing"):
        root.http_post("/projects", post_data={})
    with refused(400):
        root.projects.create({"name": "x", "path": "../../etc"})
    with refused(400, "visibility does not have a valid value"):
        root.projects.create({"name": "x", "visibility": "secret"})
    with refused(404, "404 Project Not Found"):
        root.projects.get("root/nothing-here")


def test_projects_are_searched_and_filtered(root, make_project, make_user, client_of, unique):
    word = unique("needle")
    mine = make_project(name=f"{word}-one")
    shown = make_project(name=f"{word}-two", visibility="internal")
    user = make_user()
    assert [one.id for one in root.projects.list(search=word, order_by="id", sort="asc", get_all=True)] == [
        mine.id, shown.id,
    ]  # fmt: skip
    client = client_of(user)
    assert [one.id for one in client.projects.list(search=word, get_all=True)] == [shown.id]
    assert client.projects.list(search=word, membership=True, get_all=True) == []
    assert [one.id for one in root.projects.list(search=word, visibility="private", get_all=True)] == [mine.id]


def test_lists_of_projects_know_gitlabs_other_filters_and_orders(root, make_project, make_user, client_of, unique):
    word = unique("listed")
    plain = make_project(name=f"{word} one", initialize_with_readme=True)
    starred = make_project(name=f"{word} two", issues_enabled=True, merge_requests_enabled=False, visibility="internal")
    starred.star()

    def found(**wanted: object) -> list[int]:
        return [one.id for one in root.projects.list(search=word, get_all=True, **wanted)]

    assert found(order_by="star_count") == [starred.id, plain.id]
    assert found(order_by="star_count", sort="asc") == [plain.id, starred.id]
    assert (found(with_issues_enabled=True), found(with_merge_requests_enabled=True)) == ([starred.id], [plain.id])
    assert found(updated_before="2001-01-01T00:00:00Z") == []
    assert [one.id for one in root.projects.list(search=f"TWO {word}", get_all=True)] == [starred.id]
    assert [one.id for one in root.users.get(root.user.id).projects.list(search=f"{word}-one", simple=True)] == [
        plain.id
    ]
    counted = {one.id: one.statistics for one in root.projects.list(search=word, statistics=True, get_all=True)}
    assert (counted[plain.id]["commit_count"], counted[starred.id]["commit_count"]) == (1, 0)
    assert counted[plain.id]["repository_size"] > 0
    guest = client_of(make_user())
    assert not hasattr(guest.projects.list(search=word, statistics=True, get_all=True)[0], "statistics")


def test_a_project_begins_with_a_readme_if_asked(root, make_project):
    project = make_project(initialize_with_readme=True, description="About it")
    assert not project.empty_repo
    assert project.files.get("README.md", "master").decode().startswith(b"# " + project.name.encode())
    assert root.projects.get(project.id).readme_url == f"{project.web_url}/-/blob/master/README.md"


def test_a_fork_has_the_same_branches_and_tags(root, project, unique):
    project.tags.create({"tag_name": "v1", "ref": "master"})
    name = unique("forks")
    group = root.groups.create({"name": name, "path": name})
    fork = project.forks.create({"namespace_path": group.full_path})
    copy = root.projects.get(fork.id)
    assert (copy.forked_from_project["id"], copy.import_status) == (project.id, "finished")
    assert [tag.name for tag in copy.tags.list(get_all=True)] == ["v1"]
    assert copy.branches.get("master").commit["id"] == project.branches.get("master").commit["id"]


def test_the_default_branch_is_the_one_that_a_clone_checks_out(project, url, tmp_path):
    from tests.contract.gitlab.worktree import Worktree

    project.branches.create({"branch": "next", "ref": "master"})
    project.default_branch = "next"
    project.save()
    clone = Worktree.clone(url(project), tmp_path / "clone")
    assert clone.git("branch", "--show-current").stdout.strip() == "next"
    with refused(400):
        project.default_branch = "missing"
        project.save()


def test_settings_of_parts_that_are_not_here_are_kept(root, shared):
    given = {
        "ci_config_path": "ci.yml", "builds_access_level": "private", "allow_merge_on_skipped_pipeline": True,
        "merge_commit_template": "%{title}", "build_timeout": 600,
    }  # fmt: skip
    root.projects.update(shared.id, given)
    found = root.projects.get(shared.id)
    assert {name: getattr(found, name) for name in given} == given
    assert (found.jobs_enabled, found.repository_access_level) == (True, "enabled")


def test_languages_and_stars(root, make_user, client_of, project):
    files = (("a.py", "x" * 30), ("b.sh", "y" * 10), ("c.md", "z" * 99))
    actions = [{"action": "create", "file_path": name, "content": content} for name, content in files]
    project.commits.create({"branch": "master", "commit_message": "Add files", "actions": actions})
    counted = root.projects.get(project.id, statistics=True).statistics
    assert counted["commit_count"] == 2
    assert counted["repository_size"] > 0
    assert project.languages() == {"Python": 75.0, "Shell": 25.0}
    project.star()
    assert root.projects.get(project.id).star_count == 1
    assert root.http_get(f"/projects/{project.id}/starrers")[0]["user"]["username"] == "root"
    assert project.id in [one.id for one in root.users.get(root.user.id).starred_projects.list(get_all=True)]
    project.unstar()
    assert root.projects.get(project.id).star_count == 0


def test_a_fork_is_related_and_unrelated(root, shared, make_project):
    other = make_project()
    other.create_fork_relation(shared.id)
    assert root.projects.get(other.id).forked_from_project["id"] == shared.id
    other.delete_fork_relation()
    assert not hasattr(root.projects.get(other.id), "forked_from_project")


def test_files_are_attached_and_fetched(server, shared, make_user, client_of):
    made = shared.upload("../we ird.txt", filedata=b"\x00\xff words")
    assert made["alt"] == "we_ird.txt"
    assert made["markdown"] == f"[we_ird.txt]({made['url']})"
    assert shared.upload("plan.png", filedata="x")["markdown"].startswith("![plan](/uploads/")
    token = {"PRIVATE-TOKEN": server.token}
    _, secret, name = made["url"].strip("/").split("/")
    listed = requests.get(f"{server.url}/api/v4/projects/{shared.id}/uploads", headers=token, timeout=30).json()
    assert [(one["filename"], one["size"]) for one in listed] == [("plan.png", 1), ("we_ird.txt", 8)]
    by_secret = f"{server.url}/api/v4/projects/{shared.id}/uploads/{secret}/{name}"
    for address in (by_secret, f"{server.url}/api/v4/projects/{shared.id}/uploads/{listed[1]['id']}"):
        got = requests.get(address, headers=token, timeout=30)
        assert got.content == b"\x00\xff words"
        assert got.headers["Content-Disposition"].startswith("attachment")
    assert requests.get(server.url + made["full_path"], timeout=30).url.startswith(f"{server.url}/users/sign_in")
    stranger = client_of(make_user())
    with refused(404):
        stranger.http_get(f"/projects/{shared.id}/uploads/{secret}/{name}")
    assert requests.delete(by_secret, headers=token, timeout=30).status_code == 204
    assert requests.get(by_secret, headers=token, timeout=30).status_code == 404


def test_issues_are_as_where_they_are_turned_off(root, shared):
    assert shared.issues_enabled is False
    assert shared.issues.list(get_all=True) == root.issues.list(get_all=True) == []
    assert shared.issues_statistics.get().statistics["counts"] == {"all": 0, "closed": 0, "opened": 0}
    with refused(403):
        shared.issues.create({"title": "A fault"})


def test_topics_choose_projects_and_go_again(root, make_project, unique):
    word = unique("topic")
    made = make_project(topics=[word, "other"], description=f"About {word}")
    assert [one.id for one in root.projects.list(topic=f"{word},other", get_all=True)] == [made.id]
    assert [one.id for one in root.projects.list(search=f"about {word}", get_all=True)] == [made.id]
    root.http_post(f"/projects/{made.id}/star")
    assert made.id in [one.id for one in root.projects.list(starred=True, get_all=True)]
    assert root.projects.list(topic=word, last_activity_before="2020-01-01T02:00:00+02:00", get_all=True) == []
    made.topics = []
    made.save()
    assert root.projects.get(made.id).topics == []
    with refused(400, "visibility does not have a valid value"):
        root.projects.list(visibility="secret", get_all=True)


def test_a_project_is_made_for_a_user_and_not_imported(root, make_user, unique):
    user = make_user()
    made = user.projects.create({"name": "theirs"})
    assert made.path_with_namespace == f"{user.username}/theirs"
    with refused(403):
        root.projects.create({"name": unique("import"), "import_url": "http://127.0.0.1:9/x.git"})


def test_badges_of_a_project_and_of_the_groups_above(root, unique, make_user, client_of):
    name = unique("badged")
    group = root.groups.create({"name": name, "path": name})
    image = "https://example.org/build.svg"
    above = group.badges.create({"link_url": "https://example.org/%{project_path}", "image_url": image})
    assert above.rendered_link_url == "https://example.org/%{project_path}"  # no project yet
    project = root.projects.create({"name": "Service", "namespace_id": group.id, "initialize_with_readme": True})
    link = "https://example.org/%{project_namespace}/%7Bproject_id%7D?sha=%{commit_sha}&tag=%{latest_tag}&%{other}"
    made = project.badges.create({"link_url": link.replace("%7Bp", "%%7Bp"), "image_url": image, "name": "build"})
    sha = project.commits.list(get_all=False)[0].id
    assert made.rendered_link_url == (
        f"https://example.org/{name}/{project.id}?sha={sha}&tag=%{{latest_tag}}&%{{other}}"
    )
    assert [(one.kind, one.name) for one in project.badges.list(get_all=True)] == [
        ("group", None),
        ("project", "build"),
    ]
    assert [one.id for one in project.badges.list(name="build", get_all=True)] == [made.id]
    assert [one.id for one in group.badges.list(get_all=True)] == [above.id]
    assert group.badges.get(above.id).rendered_link_url == f"https://example.org/{name}/service"
    made.image_url = "https://example.org/other.svg"
    made.save()
    assert project.badges.get(made.id).image_url == "https://example.org/other.svg"
    assert project.badges.render(link_url="https://a.b/%{project_name}", image_url=image)["rendered_link_url"] == (
        "https://a.b/service"
    )
    for wrong, why in (("ftp://a.b", "Only allowed schemes are http, https"), ("https://%{x}/", "URI is invalid")):
        with refused(400, why):
            project.badges.create({"link_url": wrong, "image_url": image})
    with refused(403, "To delete a Group badge please use the Group endpoint"):
        project.badges.delete(above.id)
    user = make_user()
    project.members.create({"user_id": user.id, "access_level": 30})
    with refused(403):
        client_of(user).projects.get(project.id).badges.create({"link_url": image, "image_url": image})
    made.delete()
    with refused(404, "404 Not found"):
        project.badges.get(made.id)
