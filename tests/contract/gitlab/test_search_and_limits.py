"""Search, blame, pages by keyset, tokens of groups, and limits on calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import gitlab
import pytest
import requests

from tests.contract.gitlab.light import LightServer
from tests.contract.gitlab.test_accounts import refused


@pytest.fixture
def filled(project):
    for name, content in (("src/app.py", "import os\nprint('Needle')\n"), ("docs/a.md", "nothing\n")):
        project.files.create(
            {"file_path": name, "branch": "master", "content": content, "commit_message": f"Add {name}"}
        )
    return project


def test_files_and_commits_are_searched(filled):
    (hit,) = filled.search("blobs", "needle")
    assert (hit["path"], hit["filename"], hit["basename"]) == ("src/app.py", "src/app.py", "src/app")
    assert (hit["startline"], hit["data"], hit["project_id"], hit["ref"]) == (
        2,
        "print('Needle')\n",
        filled.id,
        "master",
    )
    assert filled.search("blobs", "--no-such-option") == []
    assert [(hit["path"], hit["data"]) for hit in filled.search("blobs", "A.MD")] == [("docs/a.md", "nothing\n")]
    found = {text: [hit["path"] for hit in filled.search("blobs", text)] for text in (
        "needle -extension:py", "needle filename:app", "path:docs", "extension:.py n",
    )}  # fmt: skip
    assert list(found.values()) == [[], ["src/app.py"], ["docs/a.md"], ["src/app.py"]]
    assert [commit["title"] for commit in filled.search("commits", "add docs")] == ["Add docs/a.md"]
    for search, scope in ((filled.search, "nonsense"), (filled.manager.gitlab.search, "blobs")):
        with refused(400, "scope does not have a valid value"):  # of code everywhere GitLab CE knows nothing
            search(scope, "x")


def test_projects_users_and_merge_requests_are_searched(root, filled, make_user, client_of):
    user = make_user("searchable")
    filled.branches.create({"branch": "b", "ref": "master"})
    filled.files.create({"file_path": "c", "branch": "b", "content": "c", "commit_message": "c"})
    made = filled.mergerequests.create(
        {"source_branch": "b", "target_branch": "master", "title": f"Find {filled.name}"}
    )
    assert [one["id"] for one in root.search("projects", filled.name)] == [filled.id]
    assert [one["id"] for one in root.search("merge_requests", filled.name)] == [made.id]
    assert [one["username"] for one in root.search("users", user.username)] == [user.username]
    sprint = filled.milestones.create({"title": f"Sprint of {filled.name}"})
    assert [one["id"] for one in root.search("milestones", sprint.title.lower())] == [sprint.id]
    assert filled.search("issues", "x") == []
    assert client_of(user).search("projects", filled.name) == []
    assert client_of(user).search("merge_requests", filled.name) == []


def test_blame_tells_who_wrote_which_lines(filled):
    first = filled.commits.list(get_all=False)[1].id
    file = filled.files.get("src/app.py", "master")
    file.content = "import os\nprint('Needle')\nprint('More')\n"
    file.encoding = "text"
    file.save(branch="master", commit_message="More")
    runs = filled.files.blame("src/app.py", "master")
    assert [run["lines"] for run in runs] == [["import os", "print('Needle')"], ["print('More')"]]
    assert (runs[0]["commit"]["id"], runs[1]["commit"]["message"]) == (first, "More")


def test_trees_branches_and_tags_are_walked_by_keyset(filled):
    for number in range(4):
        filled.branches.create({"branch": f"b{number}", "ref": "master"})
    walk = filled.branches.list(pagination="keyset", per_page=2, iterator=True)
    assert [branch.name for branch in walk] == ["b0", "b1", "b2", "b3", "master"]
    tree = filled.repository_tree(pagination="keyset", per_page=1, iterator=True)
    assert [entry["path"] for entry in tree] == ["docs", "src", "README.md"]


def test_a_groups_token_acts_in_its_projects_and_ends(server, root, unique):
    group = root.groups.create({"name": unique("team"), "path": unique("team")})
    project = root.projects.create({"name": unique("p"), "namespace_id": group.id})
    until = datetime.now(UTC).date() + timedelta(days=90)
    made = group.access_tokens.create(
        {"name": "bot", "scopes": ["api"], "access_level": 30, "expires_at": until.isoformat()}
    )
    with gitlab.Gitlab(server.url, private_token=made.token) as client:
        assert client.projects.get(project.id).id == project.id
        client.auth()
        assert client.user.username.startswith(f"group_{group.id}_bot_")
        assert [token.id for token in group.access_tokens.list(get_all=True)] == [made.id]
        group.access_tokens.delete(made.id)
        with refused(401, "invalid_token"):
            client.projects.get(project.id)


def test_calls_are_counted_and_bounded(tmp_path):
    light = LightServer.prepare(tmp_path / "gitlab", GITLAB_API_LIMIT="5")
    light.start()
    headers = {"PRIVATE-TOKEN": light.token}
    answers = [requests.get(f"{light.url}/api/v4/version", headers=headers, timeout=30) for _ in range(11)]
    first = answers[0].headers
    assert (first["RateLimit-Limit"], first["RateLimit-Name"]) == ("5", "throttle_authenticated_api")
    assert (first["RateLimit-Observed"], first["RateLimit-Remaining"]) == ("1", "4")
    late = next(answer for answer in answers if answer.status_code == 429)
    assert late.headers["RateLimit-Remaining"] == "0"
    assert 1 <= int(late.headers["Retry-After"]) <= 60
    assert requests.get(f"{light.url}/api/v4/projects", timeout=30).status_code == 200
    light.stop()


def test_the_server_tells_of_itself(root, shared, unique):
    settings = root.settings.get()
    assert (settings.signup_enabled, settings.default_project_visibility) == (False, "private")
    settings.allow_local_requests_from_web_hooks_and_services = False
    settings.default_branch_name = "stem"
    settings.save()
    changed = root.settings.get()
    assert changed.allow_local_requests_from_web_hooks_and_services is False
    assert root.projects.create({"name": unique("stemmed"), "initialize_with_readme": True}).default_branch == "stem"
    changed.default_branch_name = ""
    changed.allow_local_requests_from_web_hooks_and_services = True
    changed.save()
    assert int(root.statistics.get().projects) >= 1
    assert "<h1>Title</h1>" in root.markdown("# Title")
    assert root.notificationsettings.get().level == "participating"
    kept = shared.notificationsettings.get()
    kept.level = "watch"
    kept.save()
    assert shared.notificationsettings.get().level == "watch"
