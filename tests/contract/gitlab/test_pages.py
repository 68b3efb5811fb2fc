"""The pages for people."""

from __future__ import annotations

import io
import re
import tarfile
from urllib.parse import urlsplit

import pytest
import requests

from tests.contract.gitlab.conftest import PASSWORD


class Browser:
    """Fills in forms as a person does."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self.url = url
        self.session = session

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=10)

    def send(self, page: str, action: str, **fields: str) -> requests.Response:
        """Sends a form of a page, with the hidden fields that the page has."""
        token = re.search(r'name="authenticity_token" value="([^"]+)"', self.get(page).text)
        assert token, f"{page} has no form"
        return self.session.post(self.url + action, data=fields | {"authenticity_token": token[1]}, timeout=10)

    def sign_in(self, name: str, password: str, back: str = "/") -> requests.Response:
        fields = {"user[login]": name, "user[password]": password, "redirect": back}
        return self.send("/users/sign_in", "/users/sign_in", **fields)


@pytest.fixture
def browser(server):
    with requests.Session() as session:
        yield Browser(server.url, session)


@pytest.fixture
def signed_in(server, browser):
    assert browser.sign_in("root", server.root_password).ok
    return browser


def test_a_private_page_leads_to_sign_in_and_back(server, browser, project):
    path = f"/{project.path_with_namespace}/-/hooks"
    page = browser.get(path)
    assert urlsplit(page.url).path == "/users/sign_in"
    page = browser.sign_in("root", server.root_password, back=path)
    assert urlsplit(page.url).path == path
    cookie = next(cookie for cookie in browser.session.cookies if cookie.name == "_gitlab_session")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert browser.send("/", "/users/sign_out").ok
    assert urlsplit(browser.get(path).url).path == "/users/sign_in"


def test_wrong_words_open_nothing(browser):
    page = browser.sign_in("root", "wrong")
    assert page.status_code == 422
    assert "Invalid login or password" in page.text
    assert "_gitlab_session" not in browser.session.cookies


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(server, browser, back):
    page = browser.sign_in("root", server.root_password, back=back)
    assert page.url.startswith(server.url)


@pytest.mark.parametrize(("page", "shows"), [
    ("", "README.md"), ("/-/tree/master", "README.md"), ("/-/tree/feature/x/src", "app.py"),
    ("/-/blob/master/README.md", "<h1>Hello</h1>"), ("/-/blob/master/README.md?plain=1", "# Hello"),
    ("/-/blame/master/README.md", "# Hello"), ("/-/compare/master...feature/x", "app.py"),
    ("/-/raw/master/README.md", "# Hello"), ("/-/commits/master", "Begin"),
    ("/-/commits/feature/x/src/app.py", "Add app"), ("/-/commit/master", "# Hello</td>"), ("/-/branches", "feature/x"),
    ("/-/tags", "v1.0.0.0"), ("/-/settings/integrations", "Webhooks"), ("/-/hooks", "New webhook"),
])  # fmt: skip
def test_a_projects_pages_show_it(signed_in, project, page, shows):
    about = {"branch": "feature/x", "start_branch": "master", "commit_message": "Add app", "content": "print()"}
    project.files.create(about | {"file_path": "src/app.py"})
    project.tags.create({"tag_name": "v1.0.0.0", "ref": "master"})
    answer = signed_in.get(f"/{project.path_with_namespace}{page}")
    assert answer.status_code == 200
    assert shows in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_projects_and_groups_are_listed(signed_in, project):
    for page in ("/", "/dashboard/projects", "/root", "/groups/root"):
        assert project.path_with_namespace in signed_in.get(page).text


def test_a_webhook_is_made_tested_changed_and_removed_by_hand(signed_in, project, receiver):
    hooks = f"/{project.path_with_namespace}/-/hooks"
    page = signed_in.send(hooks, hooks, url=receiver.url, token="s3cret", push_events="1")
    assert receiver.url in page.text
    hook = project.hooks.list(get_all=True)[0]
    assert (hook.push_events, hook.tag_push_events) == (True, False)

    page = signed_in.send(hooks, f"{hooks}/{hook.id}/test", trigger="push_events")
    assert "taken" in page.text
    assert "s3cret" not in page.text
    assert receiver.wait_for(1)[0].headers["X-Gitlab-Token"] == "s3cret"
    page = signed_in.send(urlsplit(page.url).path, urlsplit(page.url).path + "/retry")
    assert len(receiver.wait_for(2)) == 2

    edit = f"{hooks}/{hook.id}/edit"
    assert signed_in.get(edit).text.count("Push Hook") == 2
    signed_in.send(edit, f"{hooks}/{hook.id}", url=receiver.url + "2", tag_push_events="1")
    changed = project.hooks.get(hook.id)
    assert (changed.url, changed.push_events, changed.tag_push_events) == (receiver.url + "2", False, True)
    refused = signed_in.send(hooks, hooks, url="ftp://x/")
    assert refused.status_code == 422
    assert "Invalid url given" in refused.text
    signed_in.send(hooks, f"{hooks}/{hook.id}/delete")
    assert project.hooks.list(get_all=True) == []


def test_an_access_token_is_made_and_revoked_by_hand(server, signed_in, unique):
    tokens = "/-/user_settings/personal_access_tokens"
    page = signed_in.send(tokens, tokens, name=unique("laptop"), scope_api="1")
    secret = re.search(r"glpat-[\w-]+", page.text)[0]
    headers = {"PRIVATE-TOKEN": secret}
    own = requests.get(f"{server.url}/api/v4/personal_access_tokens/self", headers=headers, timeout=30).json()
    assert secret not in signed_in.get(tokens).text
    signed_in.send(tokens, f"{tokens}/{own['id']}/revoke")
    assert requests.get(f"{server.url}/api/v4/user", headers=headers, timeout=30).status_code == 401


def test_forms_of_other_sites_are_refused(server, signed_in, project):
    hooks = f"/{project.path_with_namespace}/-/hooks"
    fields = {"url": "http://x/"}
    assert signed_in.session.post(server.url + hooks, data=fields, timeout=30).status_code == 422
    token = re.search(r'name="authenticity_token" value="([^"]+)"', signed_in.get(hooks).text)[1]
    foreign = signed_in.session.post(
        server.url + hooks, data=fields | {"authenticity_token": token}, headers={"Origin": "http://evil.example"},
        timeout=30,
    )  # fmt: skip
    assert foreign.status_code == 422
    api = f"{server.url}/api/v4/projects/{project.id}/hooks"
    assert signed_in.session.get(api, timeout=30).json() == []
    assert signed_in.session.post(api, json=fields, timeout=30).status_code == 401
    assert signed_in.session.post(api, json=fields, headers={"X-CSRF-Token": token}, timeout=30).status_code == 201


def test_what_somebody_may_not_see_is_not_there(browser, make_user, project):
    user = make_user()
    browser.sign_in(user.username, PASSWORD)
    assert browser.get(f"/{project.path_with_namespace}").status_code == 404
    project.members.create({"user_id": user.id, "access_level": 30})
    assert browser.get(f"/{project.path_with_namespace}").status_code == 200
    assert browser.get(f"/{project.path_with_namespace}/-/hooks").status_code == 404


def test_nothing_of_a_repository_becomes_markup(signed_in, project):
    evil = "<script>alert(1)</script>"
    project.files.create({"file_path": "README", "branch": "master", "content": evil, "commit_message": evil})
    base = f"/{project.path_with_namespace}"
    for page in ("", "/-/blob/master/README", "/-/commits/master", "/-/commit/master"):
        assert evil not in signed_in.get(base + page).text
    raw = signed_in.get(f"{base}/-/raw/master/README")
    assert raw.headers["Content-Type"].startswith("text/plain")


def test_an_archive_is_fetched_from_its_page_by_a_token(server, shared):
    shared.tags.create({"tag_name": "v1", "ref": "master"})
    name = f"{shared.path}-v1"
    address = f"{server.url}/{shared.path_with_namespace}/-/archive/v1/{name}.tar.gz"
    answer = requests.get(address, headers={"PRIVATE-TOKEN": server.token}, timeout=30)
    assert answer.headers["Content-Type"] == "application/gzip"
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as files:
        assert any(one.endswith("/README.md") for one in files.getnames())
    assert "users/sign_in" in requests.get(address, timeout=30).url
    assert requests.get(address, headers={"PRIVATE-TOKEN": "wrong"}, timeout=30).status_code == 401


def test_the_pages_of_a_moved_project_lead_to_it_and_tell_what_was_done(signed_in, shared, asked, unique):
    old = shared.path_with_namespace
    shared.path = unique("moved")
    shared.save()
    page = signed_in.get(f"/{old}/-/commits/master")
    assert urlsplit(page.url).path == f"/root/{shared.path}/-/commits/master"
    assert page.ok
    found = asked()
    found.title = "Another"
    found.save()
    page = signed_in.get(urlsplit(found.web_url).path)
    assert "changed title from" in page.text


def test_a_file_and_a_release_are_opened_in_a_browser(signed_in, shared):
    made = shared.upload("notes.txt", filedata="words")
    assert signed_in.get(made["full_path"]).text == "words"
    assert signed_in.get(f"/{shared.path_with_namespace}{made['url']}").text == "words"
    assert signed_in.get(f"/{shared.path_with_namespace}{made['url']}x").status_code == 404
    shared.releases.create({
        "tag_name": "out/1", "ref": "master", "name": "The <first>", "description": "**bold**",
        "assets": {"links": [{"name": "notes", "url": "https://example.org/", "direct_asset_path": "/n"}]},
    })  # fmt: skip
    for page in ("/-/releases", "/-/releases/out/1", "/-/releases/out%2F1", "/-/releases/permalink/latest"):
        shown = signed_in.get(f"/{shared.path_with_namespace}{page}").text
        assert "The &lt;first&gt;" in shown
        assert "<strong>bold</strong>" in shown
        assert f"/{shared.path_with_namespace}/-/releases/out/1/downloads/n" in shown
    assert signed_in.get(f"/{shared.path_with_namespace}/-/releases/v2").status_code == 404


def test_a_clone_address_leads_to_the_project(signed_in, shared):
    assert signed_in.get(f"/{shared.path_with_namespace}.git").url == shared.web_url


def test_addresses_of_old_lead_to_the_pages(signed_in, shared):
    for old in ("tree/master", "blob/master/README.md?plain=1", "commit/master", "merge_requests"):
        page = signed_in.get(f"/{shared.path_with_namespace}/{old}")
        assert page.ok
        assert page.url == f"{shared.web_url}/-/{old}"


def test_requests_and_commits_are_fetched_as_patches(signed_in, shared, asked):
    request = asked(title="As a patch")
    page = f"/{shared.path_with_namespace}/-/merge_requests/{request.iid}"
    mails = signed_in.get(f"{page}.patch")
    assert mails.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert mails.text.startswith(f"From {request.sha} ")
    assert f"Subject: [PATCH] Add {request.source_branch}" in mails.text
    assert signed_in.get(f"{page}.diff").text.startswith(f"diff --git a/{request.source_branch}.txt")
    commit = f"/{shared.path_with_namespace}/-/commit/{request.sha}"
    assert signed_in.get(f"{commit}.diff").text == signed_in.get(f"{page}.diff").text
    assert signed_in.get(f"{commit}.patch").text == mails.text
    first = signed_in.get(f"/{shared.path_with_namespace}/-/commit/master.patch")
    assert first.text.count("\nSubject: ") == 1
    assert signed_in.get(f"{page}0.patch").status_code == 404


def test_a_files_name_may_hold_what_addresses_are_made_of(signed_in, shared):
    name = "#odd? 100%.md"
    shared.files.create({"file_path": name, "branch": "master", "content": "odd\n", "commit_message": "Odd"})
    page = f"/{shared.path_with_namespace}/-/tree/master"
    link = re.search(r'href="([^"]*%23odd[^"]*)"', signed_in.get(page).text)
    assert link
    assert "odd" in signed_in.get(link[1]).text
    assert signed_in.get(link[1].replace("/blob/", "/raw/")).text == "odd\n"


def test_only_who_may_ask_is_offered_a_new_request(browser, make_user, make_project):
    user, project = make_user(), make_project(visibility="internal", initialize_with_readme=True)
    browser.sign_in(user.username, PASSWORD)
    page = f"/{project.path_with_namespace}/-/merge_requests"
    assert "New merge request" not in browser.get(page).text
    project.members.create({"user_id": user.id, "access_level": 30})
    assert "New merge request" in browser.get(page).text
