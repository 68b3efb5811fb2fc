"""Hostile input: refused, no 5xx, nothing written outside."""

from __future__ import annotations

import base64
import itertools
import random
import socket
import string
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

WORDS = [
    "../../../../etc/passwd", "..%2f..%2fetc", "a\0b", "' OR 1=1 --",
    "<script>alert(1)</script>", "-x", "--upload-pack=touch /tmp/x", "$(touch /tmp/x)", "%00", "%ff%fe", "9" * 30, "-1",
    "1e9", "٣", "²", "😀" * 100, "a" * 5000, "refs/heads/master", "HEAD~1", "@{-1}", "master^{tree}", ":README.md",
    "*", "[a",
    "{}", "null", " ", ".", "..", ".git", "CON", "a\r\nX-Evil: 1", "%s%n", "{{7*7}}", "\u202e",
]  # fmt: skip
VALUES = [*WORDS, "", None, True, 0, -1, 2**63, 10**40, 1.5, 1e308, [], ["a"], {}, {"a": {"b": [{}]}}, [[[[]]]]]
TEMPLATES = [
    ("GET", "/projects/{}"), ("GET", "/projects/{id}/repository/branches/{}"),
    ("GET", "/projects/{id}/repository/tags/{}"), ("GET", "/projects/{id}/repository/files/{}?ref={}"),
    ("GET", "/projects/{id}/repository/tree?path={}&ref={}&per_page={}"),
    ("GET", "/projects/{id}/repository/commits/{}"),
    ("GET", "/projects/{id}/repository/commits?ref_name={}&path={}&since={}&author={}"),
    ("GET", "/projects/{id}/repository/commits/{}/diff"),
    ("GET", "/projects/{id}/repository/blobs/{}"),
    ("GET", "/projects/{id}/repository/compare?from={}&to={}"),
    ("GET", "/projects/{id}/repository/merge_base?refs[]={}&refs[]={}"),
    ("GET", "/projects/{id}/hooks/{}"), ("GET", "/projects/{id}/hooks/{}/events?status={}"),
    ("GET", "/projects/{id}/members/{}"),
    ("GET", "/groups/{}"), ("GET", "/namespaces/{}"), ("GET", "/users/{}"),
    ("GET", "/users?search={}&order_by={}&page={}"),
    ("GET", "/users/{}/projects"), ("GET", "/personal_access_tokens/{}"),
    ("GET", "/projects?search={}&id_after={}&page={}"),
    ("GET", "/projects/{id}/protected_branches/{}"), ("DELETE", "/projects/{id}/repository/tags/{}"),
    ("POST", "/projects/{id}/hooks/{}/test/{}"), ("POST", "/users/{}/{}"),
    ("GET", "/projects/{id}/merge_requests/{}"), ("GET", "/projects/{id}/merge_requests/{}/{}"),
    ("GET", "/merge_requests?scope=all&state={}&search={}&labels={}&author_username={}&created_after={}"),
    ("GET", "/projects/{id}/merge_requests?source_branch={}&order_by={}&iids[]={}"),
    ("GET", "/projects/{id}/merge_requests/1/notes/{}"), ("GET", "/projects/{id}/merge_requests/1/notes?sort={}"),
    ("GET", "/projects/{id}/merge_requests/1/discussions/{}"),
    ("DELETE", "/projects/{id}/merge_requests/1/discussions/{}/notes/{}"),
    ("GET", "/search?scope={}&search={}"), ("GET", "/projects/{id}/search?scope=blobs&search={}&ref={}"),
    ("GET", "/projects/{id}/search?scope=commits&search={}&ref={}"),
    ("GET", "/groups/{}/search?scope=projects&search={}"),
    ("GET", "/projects/{id}/repository/commits/{}/statuses?ref={}&stage={}&name={}"),
    ("GET", "/projects/{id}/repository/commits/{}/comments"), ("POST", "/projects/{id}/statuses/{}?state={}"),
]  # fmt: skip
BODIES = [
    ("POST", "/projects", ("name", "path", "namespace_id", "visibility", "default_branch", "topics", "description")),
    ("PUT", "/projects/{id}", ("name", "path", "description", "topics", "default_branch", "issues_enabled")),
    ("POST", "/groups", ("name", "path", "parent_id", "visibility", "description")),
    ("POST", "/users", ("username", "name", "email", "password", "admin", "projects_limit", "bio")),
    ("POST", "/projects/{id}/repository/branches", ("branch", "ref")),
    ("POST", "/projects/{id}/repository/tags", ("tag_name", "ref", "message")),
    ("POST", "/projects/{id}/repository/commits", ("branch", "commit_message", "actions", "start_branch")),
    ("POST", "/projects/{id}/repository/files/x", ("branch", "commit_message", "content", "encoding", "author_email")),
    ("POST", "/projects/{id}/hooks", ("url", "token", "push_events", "push_events_branch_filter", "custom_headers")),
    ("POST", "/projects/{id}/protected_branches", ("name", "push_access_level", "allow_force_push")),
    ("POST", "/projects/{id}/protected_tags", ("name", "create_access_level")),
    ("POST", "/projects/{id}/members", ("user_id", "access_level", "expires_at", "username")),
    ("POST", "/projects/{id}/access_tokens", ("name", "scopes", "expires_at", "access_level")),
    ("POST", "/projects/{id}/fork", ("namespace_path", "namespace_id", "name", "path")),
    ("PUT", "/projects/{id}/transfer", ("namespace",)),
    ("POST", "/projects/{id}/merge_requests", (
        "source_branch", "target_branch", "title", "description", "labels", "assignee_ids", "target_project_id",
    )),
    ("PUT", "/projects/{id}/merge_requests/1", ("title", "description", "labels", "state_event", "target_branch")),
    ("PUT", "/projects/{id}/merge_requests/1/merge", ("sha", "squash", "merge_commit_message", "auto_merge")),
    ("POST", "/projects/{id}/merge_requests/1/approve", ("sha", "approval_password")),
    ("POST", "/projects/{id}/merge_requests/1/notes", ("body", "created_at", "internal")),
    ("PUT", "/projects/{id}/merge_requests/1/notes/1", ("body",)),
    ("POST", "/projects/{id}/merge_requests/1/discussions", ("body", "position", "commit_id")),
    ("POST", "/projects/{id}/statuses/{sha}", (
        "state", "ref", "name", "context", "target_url", "description", "coverage", "pipeline_id",
    )),
    ("POST", "/projects/{id}/repository/commits/master/comments", ("note", "path", "line", "line_type")),
]  # fmt: skip
FITTING = {
    "branch": "master", "commit_message": "m", "ref": "master", "name": "fine", "username": "fine", "url": "http://a/",
    "email": "fine@example.org", "password": "long-enough-1", "content": "x", "path": "fine", "tag_name": "fine",
    "scopes": ["api"], "user_id": 1, "access_level": 30, "namespace": "root", "source_branch": "topic",
    "target_branch": "master", "title": "Topic", "body": "hm", "note": "hm", "state": "success",
}  # fmt: skip


@pytest.fixture
def session(server):
    with requests.Session() as made:
        made.headers["PRIVATE-TOKEN"] = server.token
        made.trust_env = False
        yield made


@pytest.fixture
def requested(project):
    """A project with a merge request that has a note."""
    about = {"branch": "topic", "start_branch": "master", "commit_message": "Topic", "content": "x", "file_path": "x"}
    project.files.create(about)
    request = project.mergerequests.create({"source_branch": "topic", "target_branch": "master", "title": "Topic"})
    request.notes.create({"body": "hm"})
    return project


def test_no_address_brings_the_server_to_fall(server, session, requested):
    chance = random.Random(7)
    for method, template in TEMPLATES:
        for word in chance.sample(WORDS, 20):
            path = template.replace("{id}", str(requested.id))
            while "{}" in path:
                raw = "".join(f"%{byte:02X}" for byte in word.encode("utf-8", "surrogatepass"))
                path = path.replace("{}", raw if chance.random() < 0.8 else "x", 1)
            answer = session.request(method, f"{server.url}/api/v4{path}", timeout=10)
            assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
            assert "X-Evil" not in answer.headers


def test_no_body_brings_the_server_to_fall(server, session, requested):
    chance = random.Random(5)
    head = requested.branches.get("master").commit["id"]
    for method, template, names in BODIES:
        path = template.replace("{id}", str(requested.id)).replace("{sha}", head)
        trials = list(itertools.product(names, VALUES))
        for name, value in chance.sample(trials, min(60, len(trials))):
            body = {other: FITTING[other] for other in names if other in FITTING} | {name: value}
            answer = session.request(method, f"{server.url}/api/v4{path}", json=body, timeout=10)
            assert answer.status_code < 500, f"{method} {path} {name}={value!r}: {answer.text[:300]}"


def test_what_is_removed_while_it_is_changed_is_not_there(server, project):
    """Whoever comes second reads 404, however close they are; whoever is in time is served."""
    headers = {"PRIVATE-TOKEN": server.token}
    about = f"{server.url}/api/v4/projects/{project.id}"

    def send(method: str, address: str, body: dict[str, str]) -> int:
        return requests.request(method, address, headers=headers, json=body, timeout=30).status_code

    with ThreadPoolExecutor(4) as together:
        for turn in range(12):
            label = project.labels.create({"name": f"l{turn}", "color": "#123456"})
            hook = project.hooks.create({"url": "http://127.0.0.1:9/"})
            calls = [
                ("PUT", f"{about}/labels/{label.id}", {"description": "changed"}),
                ("DELETE", f"{about}/labels/{label.id}", {}),
                ("PUT", f"{about}/hooks/{hook.id}", {"name": "changed"}),
                ("DELETE", f"{about}/hooks/{hook.id}", {}),
            ]
            told = list(together.map(send, *zip(*calls, strict=True)))
            assert (told[1], told[3]) == (204, 204)
            assert {told[0], told[2]} <= {200, 404}


def test_lists_are_whole_while_parts_of_them_come_and_go(server, session, root, unique):
    """Projects are made and removed; whoever lists them meanwhile is served."""
    word = unique("fleeting")

    def come_and_go(number: int) -> None:
        for turn in range(4):
            root.projects.create({"name": f"{word}-{number}-{turn}"}).delete()

    with ThreadPoolExecutor(2) as others:
        coming = [others.submit(come_and_go, number) for number in range(2)]
        told = set()
        while not all(one.done() for one in coming):
            told.add(session.get(f"{server.url}/api/v4/projects?search={word}", timeout=30).status_code)
        for one in coming:
            one.result()
    assert told == {200}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"), (b"[1]", "application/json"), (b"\xff\xfe", "application/json"),
        (b"[" * 100_000, "application/json"), (b'{"a":' * 2000 + b"1" + b"}" * 2000, "application/json"),
        (b'{"name": "\\ud800"}', "application/json"), (b'{"name": "a\\u0000"}', "application/json"),
        (b"a[b][c]=1&a[b]=2&a=3", "application/x-www-form-urlencoded"),
        (b"&" * 5000, "application/x-www-form-urlencoded"),
        (b"x=1&" * 5000, "application/x-www-form-urlencoded"), (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data"), (b"a=1", "text/plain"), (b'{"topics": 1e999}', "application/json"),
        (b'{"namespace_id": 1' + b"0" * 5000 + b"}", "application/json"),
    ],
)  # fmt: skip
def test_bodies_that_are_none(server, session, body, kind):
    answer = session.post(f"{server.url}/api/v4/projects", data=body, headers={"Content-Type": kind}, timeout=10)
    assert 400 <= answer.status_code < 500
    assert answer.json()


def test_bodies_that_are_too_long(server):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            f"POST /api/v4/projects HTTP/1.1\r\nHost: x\r\nPRIVATE-TOKEN: {server.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{".encode()
        )
        assert b" 413 " in connection.recv(200)


@pytest.mark.parametrize("path", [
    "/../../etc/passwd", "/..%2f..%2fetc/passwd.git/info/refs?service=git-upload-pack", "/assets/../settings.py",
    "/root/../../x.git/git-upload-pack", "/%00.git/info/refs?service=git-upload-pack", "//etc/passwd", "/-/",
    "/x/-/raw/master/..%2f..%2fetc%2fpasswd", "/x.git/info/refs?service=--help", "/x.git/objects/info/packs", "/%ff",
])  # fmt: skip
def test_addresses_that_try_to_climb(server, path):
    answer = requests.get(server.url + path, timeout=10)
    assert answer.status_code < 500
    assert "root:" not in answer.text


def test_a_file_may_be_called_as_it_likes(project, session, server):
    for name in ("*", "[x]", ":(top)a", "a b", "ü", "--help", "'quote\"", "tab\tname", "{{7*7}}", "<b>"):
        project.files.create({"file_path": name, "branch": "master", "content": name, "commit_message": name})
        assert project.files.get(name, ref="master").decode().decode() == name
    page = session.get(f"{project.web_url}/-/tree/master", timeout=30)
    assert "<b>" not in page.text


def test_random_requests_get_answers(server):
    chance = random.Random(11)
    host, port = server.url.removeprefix("http://").split(":")
    for _ in range(40):
        noise = "".join(chance.choices(string.printable, k=chance.randint(1, 400))).encode()
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(noise + b"\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            assert b" 500 " not in connection.recv(300)


def test_pushes_that_break_off_leave_git_to_the_others(server, project):
    """More of them than a server runs gits at once; each announces a body and sends the first of it."""
    host, port = server.url.removeprefix("http://").split(":")
    login = base64.b64encode(f"root:{server.token}".encode()).decode()
    place = f"/{project.path_with_namespace}.git"
    broken_off = (
        f"POST {place}/git-receive-pack HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Basic {login}\r\n"
        "Content-Type: application/x-git-receive-pack-request\r\nContent-Length: 1000000\r\n\r\n0094"
    )
    for _ in range(40):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(broken_off.encode())
    time.sleep(1)
    refs = requests.get(
        f"{server.url}{place}/info/refs?service=git-upload-pack", auth=("root", server.token), timeout=60
    )
    assert refs.status_code == 200
    assert b"refs/heads/master" in refs.content
