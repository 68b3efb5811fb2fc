"""The API as an application, with operations of the tests' own."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import pytest
from gitlab_light.api.application import Api
from gitlab_light.api.routing import Routes
from gitlab_light.errors import Gone, bad_request
from gitlab_light.git.commands import GitError

routes = Routes()
calls: Counter[str] = Counter()


@routes.get("/list", anonymous=True)
def list_while_something_is_removed(call):
    calls["list"] += 1
    if calls["list"] < 3:
        raise Gone
    return ["what is left"]


@routes.get("/absent", anonymous=True)
def read_what_stays_away(call):
    calls["absent"] += 1
    raise Gone


@routes.post("/change", anonymous=True)
def change_what_is_gone(call):
    calls["change"] += 1
    raise Gone


@routes.get("/repository", anonymous=True)
def read_a_repository_that_is_gone(call):
    return call.instance.repositories.of(4711).text("for-each-ref")


@routes.post("/repository", anonymous=True)
def change_a_repository_that_is_gone(call):
    try:
        read_a_repository_that_is_gone(call)
    except GitError as error:
        raise bad_request("Could not update") from error


@pytest.fixture
def ask(instance):
    """Sends a request to an API of these operations; returns status and body of its answer."""
    api = Api(instance, [routes])

    def send(method: str, path: str) -> tuple[int, object]:
        told = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def take(message):
            told.append(message)

        scope = {
            "type": "http", "method": method, "path": f"/api/v4{path}", "raw_path": f"/api/v4{path}".encode(),
            "query_string": b"", "headers": [], "client": ("127.0.0.1", 1),
        }  # fmt: skip
        asyncio.run(api(scope, receive, take))
        return told[0]["status"], json.loads(told[1]["body"])

    return send


def test_a_list_is_made_anew_without_what_was_removed_meanwhile(ask):
    calls.clear()
    assert ask("GET", "/list") == (200, ["what is left"])


def test_what_is_gone_is_told_in_the_end_and_never_changed_twice(ask):
    calls.clear()
    absent = (404, {"message": "404 Not Found"})
    assert ask("GET", "/absent") == absent
    assert ask("POST", "/change") == absent
    assert calls == {"absent": 3, "change": 1}


def test_a_repository_that_is_gone_is_not_found_however_an_operation_words_it(ask, instance):
    absent = (404, {"message": "404 Not Found"})
    assert ask("GET", "/repository") == absent
    assert ask("POST", "/repository") == absent
    assert instance.repositories.of(4711).is_empty()  # as of a project that is just being made


def test_a_repository_is_empty_as_long_as_it_has_no_branch(instance):
    repository = instance.repositories.of(1)
    repository.create("main")
    assert repository.is_empty()
    tree = repository.text("mktree").strip()
    sha = repository.text("commit-tree", "-m", "One", tree).strip()
    for ref, empty in (("refs/tags/v1", True), ("refs/heads/other/one", False), ("refs/heads/main", False)):
        repository.run("update-ref", ref, sha)
        assert repository.is_empty() is empty
    repository.run("pack-refs", "--all")
    assert not repository.is_empty()
    for name in ("main", "other/one"):
        repository.run("update-ref", "-d", f"refs/heads/{name}")
    assert repository.is_empty()


def test_a_ref_stands_where_it_was_put_last_whether_it_is_packed_or_not(instance):
    repository = instance.repositories.of(1)
    repository.create("main")
    tree = repository.text("mktree").strip()
    one, two = (repository.text("commit-tree", "-m", message, tree).strip() for message in ("One", "Two"))
    ref = "refs/heads/über/one"
    assert repository.ref_target(ref) is None
    repository.run("update-ref", ref, one)
    repository.run("symbolic-ref", "refs/heads/alias", ref)
    assert repository.ref_target(ref) == repository.ref_target("refs/heads/alias") == one
    repository.run("pack-refs", "--all")
    assert repository.ref_target(ref) == one
    repository.run("update-ref", ref, two)
    assert repository.ref_target(ref) == repository.ref_target("refs/heads/alias") == two
    repository.run("update-ref", "-d", ref)
    assert repository.ref_target(ref) is None
    for name in ("refs/heads/../../HEAD", "refs/../HEAD", "refs/heads", "HEAD", "refs/heads/\ud800", "config"):
        assert repository.ref_target(name) is None
