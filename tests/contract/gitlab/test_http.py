"""The API's form: pages, errors, encodings; with requests and curl."""

from __future__ import annotations

import json
import subprocess

import gitlab
import pytest
import requests

from tests.contract.gitlab.test_accounts import refused


@pytest.fixture
def call(server):
    """Calls the API as root, with plain HTTP."""

    def make(method: str, path: str, **options):
        headers = {"PRIVATE-TOKEN": server.token} | options.pop("headers", {})
        return requests.request(method, f"{server.url}/api/v4{path}", headers=headers, timeout=10, **options)

    return make


def test_pages_are_told_by_gitlabs_headers(server, call, project):
    for number in range(5):
        project.branches.create({"branch": f"b{number}", "ref": "master"})
    path = f"/projects/{project.id}/repository/branches"
    answer = call("GET", path, params={"per_page": 2, "page": 2, "search": "b"})
    assert [branch["name"] for branch in answer.json()] == ["b2", "b3"]
    shown = {name: answer.headers[f"X-{name}"] for name in (
        "Total", "Total-Pages", "Page", "Per-Page", "Next-Page", "Prev-Page",
    )}  # fmt: skip
    assert shown == {
        "Total": "5", "Total-Pages": "3", "Page": "2", "Per-Page": "2", "Next-Page": "3", "Prev-Page": "1",
    }  # fmt: skip
    assert set(answer.links) == {"next", "prev", "first", "last"}
    assert answer.links["next"]["url"].startswith(f"{server.url}/api/v4{path}?")
    following = requests.get(answer.links["next"]["url"], headers={"PRIVATE-TOKEN": server.token}, timeout=30)
    assert [branch["name"] for branch in following.json()] == ["b4"]
    assert following.headers["X-Next-Page"] == ""
    assert len(call("GET", path, params={"per_page": 1000}).json()) == 6
    assert call("GET", path, params={"page": 0}).json() == {"error": "page does not have a valid value"}


def test_python_gitlab_walks_all_pages(project):
    for number in range(5):
        project.tags.create({"tag_name": f"t{number}", "ref": "master"})
    assert len(list(project.tags.list(iterator=True, per_page=2))) == 5


def test_projects_are_walked_by_keyset(root, make_project, unique):
    word = unique("keyset")
    made = [make_project(name=f"{word}-{number}").id for number in range(3)]
    make_project()  # which the following pages leave out as the first one does
    found = root.projects.list(search=word, pagination="keyset", order_by="id", sort="asc", per_page=2, iterator=True)
    assert [project.id for project in found] == made
    found = root.projects.list(search=word, pagination="keyset", order_by="id", per_page=1, iterator=True)
    assert [project.id for project in found] == made[::-1]
    with refused(405, "Keyset pagination is not yet available for this type of request"):
        root.projects.list(pagination="keyset", order_by="name", get_all=False)


@pytest.mark.parametrize("path", [
    "/nothing", "/projects/1/merge_trains", "/", "/projects/1/nothing/%2e%2e", "/hooks",
    *(f"/projects/1/{part}" for part in (
        "pipelines", "variables", "integrations", "push_rule", "invitations", "repository/changelog",
        "remote_mirrors", "export", "feature_flags", "transfer_locations", "merge_requests/1/context_commits",
    )),
    "/topics", "/templates/licenses", "/broadcast_messages", "/user/preferences", "/user/gpg_keys",
    "/users/1/followers", "/users/1/custom_attributes",
])  # fmt: skip
def test_what_is_not_there_is_told_in_gitlabs_form(call, path):
    answer = call("GET", path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "404 Not Found"}


def test_programs_read_what_is_not_beside_the_api_either(server):
    for path in ("/oauth/token", "/api/graphql", "/jwt/auth"):
        answer = requests.post(server.url + path, json={"query": "{ currentUser { id } }"}, timeout=30)
        assert (answer.status_code, answer.json()) == (404, {"error": "404 Not Found"})
    gone = requests.get(f"{server.url}/api/v3/projects", timeout=30)
    assert (gone.status_code, gone.json()["error"]) == (410, "API V3 is no longer supported. Use API V4 instead.")


def test_a_method_that_a_path_does_not_have(call):
    answer = call("PATCH", "/version")
    assert (answer.status_code, answer.json()) == (405, {"error": "405 Not Allowed"})
    assert "GET" in answer.headers["Allow"]
    asked = call("OPTIONS", "/version")
    assert (asked.status_code, asked.headers["Allow"]) == (204, "OPTIONS, HEAD, GET")


def test_head_tells_without_a_body(call):
    answer = call("HEAD", "/projects")
    assert answer.status_code == 200
    assert answer.headers["X-Page"] == "1"
    assert answer.content == b""


def test_head_of_a_branch_says_only_whether_it_is_there(call, shared):
    branches = f"/projects/{shared.id}/repository/branches"
    there, absent = call("HEAD", f"{branches}/master"), call("HEAD", f"{branches}/none")
    assert (there.status_code, there.content, absent.status_code, absent.content) == (204, b"", 404, b"")
    assert call("OPTIONS", f"{branches}/master").headers["Allow"] == "OPTIONS, HEAD, DELETE, GET"


def test_parameters_come_as_json_form_multipart_and_query(call, unique):
    names = [unique("enc") for _ in range(4)]
    answers = [
        call("POST", "/projects", json={"name": names[0], "topics": ["a", "b"]}),
        call("POST", "/projects", data={"name": names[1], "topics[]": ["a", "b"]}),
        call("POST", "/projects", files={"name": (None, names[2]), "topics[]": (None, "a")}),
        call("POST", "/projects", params={"name": names[3], "topics": "a,b"}),
    ]
    assert [answer.status_code for answer in answers] == [201] * 4
    assert [answer.json()["name"] for answer in answers] == names
    assert [answer.json()["topics"] for answer in answers] == [["a", "b"], ["a", "b"], ["a"], ["a", "b"]]


def test_a_form_may_come_in_chunks(server, shared):
    headers = ["--header", f"PRIVATE-TOKEN: {server.token}", "--header", "Transfer-Encoding: chunked"]
    form = ["--form", "file=@-;filename=notes.txt", f"{server.url}/api/v4/projects/{shared.id}/uploads"]
    command = ["curl", "--silent", *headers, *form]
    answer = subprocess.run(command, input="notes", capture_output=True, check=True, text=True).stdout
    assert json.loads(answer)["alt"] == "notes.txt"


def test_curl_as_gitlabs_documentation_writes_it(server, project):
    address = f"{server.url}/api/v4/projects/{project.path_with_namespace.replace('/', '%2F')}"

    def curl(*words: str) -> dict:
        command = ["curl", "--silent", "--header", f"PRIVATE-TOKEN: {server.token}", *words]
        return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert curl(address)["id"] == project.id
    assert curl("--request", "POST", f"{address}/repository/tags?tag_name=v1&ref=master")["name"] == "v1"
    assert curl("--request", "POST", "--form", "url=http://127.0.0.1:9/x", "--form", "push_events=true",
                f"{address}/hooks")["push_events"]  # fmt: skip
    assert curl(
        "--request", "POST", "--header", "Content-Type: application/json",
        "--data", '{"branch": "master", "commit_message": "m", "content": "x"}',
        f"{address}/repository/files/app%2Fproject%2Erb",
    ) == {"file_path": "app/project.rb", "branch": "master"}  # fmt: skip
    assert curl("--url", f"{server.url}/api/v4/version?private_token={server.token}")["version"]


def test_an_administrator_acts_as_somebody_else(server, root, make_user):
    user = make_user()
    with gitlab.Gitlab(server.url, private_token=server.token) as client:
        project = client.projects.create({"name": "theirs"}, sudo=user.username)
        assert project.namespace["path"] == user.username
        with refused(404, "Not Found"):
            client.projects.list(sudo="nobody-at-all", get_all=False)


def test_the_health_addresses_answer_without_signing_in(server):
    assert requests.get(f"{server.url}/-/readiness", timeout=30).json()["status"] == "ok"
    assert requests.get(f"{server.url}/-/liveness", timeout=30).json()["status"] == "ok"
    assert requests.get(f"{server.url}/-/health", timeout=30).text == "GitLab OK"


def test_an_answer_is_told_by_its_mark_and_not_sent_twice(call, shared):
    path = f"/projects/{shared.id}/repository/branches"
    first = call("GET", path)
    assert first.headers["ETag"].startswith('W/"')
    assert first.headers["Cache-Control"] == "max-age=0, private, must-revalidate"
    again = call("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    shared.branches.create({"branch": "newer", "ref": "master"})
    assert call("GET", path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_what_has_changed_meanwhile_is_not_removed(call, shared):
    shared.branches.create({"branch": "seen", "ref": "master"})
    path = f"/projects/{shared.id}/repository/branches/seen"
    told = call("DELETE", path, headers={"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"})
    assert (told.status_code, told.json()) == (412, {"message": "412 Precondition Failed"})
    assert call("DELETE", path, headers={"If-Unmodified-Since": "no time"}).status_code == 204


def test_bodies_of_other_kinds_are_refused_and_empty_json_is_passed_over(server, call, shared):
    path = f"/projects/{shared.id}/star"
    told = call("POST", path, data="<a/>", headers={"Content-Type": "application/xml"})
    refused = {"error": "The provided content-type 'application/xml' is not supported."}
    assert (told.status_code, told.json()) == (415, refused)
    # GitLab's Go client sends this where it has no options.
    assert call("POST", path, data="null", headers={"Content-Type": "application/json"}).status_code == 201
    assert call("POST", "/projects", data=b"{}", headers={"Content-Type": ""}).json() == {
        "error": "name, path are missing, at least one parameter must be provided"
    }
    lacking = call("POST", f"/projects/{shared.id}/merge_requests", json={})
    assert lacking.json() == {"error": "title is missing, source_branch is missing, target_branch is missing"}
    assert (
        requests.get(f"{server.url}/api/v4/user?access_token={server.token}", timeout=30).json()["username"] == "root"
    )


def test_pages_of_any_origin_may_call_the_api(call):
    origin = {"Origin": "https://app.example.org"}
    answer = call("GET", "/projects", headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Next-Page" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = call("OPTIONS", "/projects", headers=origin | {
        "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "private-token",
    })  # fmt: skip
    assert (asked.status_code, asked.headers["Access-Control-Allow-Headers"]) == (200, "private-token")
    assert "PUT" in asked.headers["Access-Control-Allow-Methods"]
