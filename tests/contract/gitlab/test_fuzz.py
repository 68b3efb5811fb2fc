"""No request, however odd, is a fault of the server's: the same few hundred each time; tests/bench sends new ones."""

from __future__ import annotations

import pytest
import requests

from tests.contract import fuzzing
from tests.contract.gitlab.light import LightServer
from tests.contract.gitlab.operations import operations, parameters, reached

import gitlab  # isort: skip

_ROUNDS = 2
_ROUNDS_OF_A_PAGE = 8


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """A server of its own, since the hunt leaves nothing as it was."""
    light = LightServer.prepare(tmp_path_factory.mktemp("fuzzed"), GITLAB_HOOK_TIMEOUT="1")
    light.start()
    yield light
    light.stop()


@pytest.fixture(scope="module")
def project(scratch):
    with gitlab.Gitlab(scratch.url, private_token=scratch.token) as client:
        project = client.projects.create({"name": "fuzzed", "default_branch": "master"})
        about = {"branch": "master", "commit_message": "Begin", "content": "# Hello\n"}
        project.files.create(about | {"file_path": "README.md"})
        project.files.create(about | {"file_path": "b", "branch": "topic", "start_branch": "master"})
        project.tags.create({"tag_name": "v1", "ref": "master"})
        request = project.mergerequests.create({"source_branch": "topic", "target_branch": "master", "title": "Topic"})
        request.notes.create({"body": "hm"})
        project.hooks.create({"url": "http://127.0.0.1:9/"})
        yield project


def test_no_request_to_the_api_is_a_fault(scratch, project):
    wanted = operations(project)
    found = set()
    with requests.Session() as session:
        session.headers["PRIVATE-TOKEN"] = scratch.token

        def send(shot):
            answer = fuzzing.fire(session, scratch.url, shot)
            found.add(reached(answer))
            return answer

        fuzzing.sweep(wanted, parameters(), send, _ROUNDS)
    assert {(one.method, one.template) for one in wanted} <= found
    assert "Traceback" not in scratch.log(), scratch.log()


def test_no_address_of_a_page_is_a_fault(scratch, project):
    base = f"/{project.path_with_namespace}/-/"
    file, ref, hook = "master/README.md", "master", project.hooks.list(get_all=True)[0]
    kinds = {
        "tree": ref, "blob": file, "raw": file, "blame": file, "commits": ref, "commit": ref, "compare": "master...v1",
        "merge_requests": "1", "hooks": str(hook.id), "tags": "v1",
    }  # fmt: skip
    pages = [fuzzing.Operation("GET", f"{base}{kind}/:rest", {"rest": (known,)}) for kind, known in kinds.items()]
    pages += [
        fuzzing.Operation("GET", template) for template in (base + "tree/master/:rest", "/:rest", "/groups/:rest")
    ]
    with requests.Session() as session:
        login = session.get(f"{scratch.url}/users/sign_in", timeout=60).text
        token = login.split('name="csrf-token" content="')[1].split('"')[0]
        fields = {"user[login]": "root", "user[password]": scratch.root_password, "authenticity_token": token}
        assert session.post(f"{scratch.url}/users/sign_in", data=fields, timeout=60).ok
        shown = set()

        def send(shot):
            answer = fuzzing.fire(session, scratch.url, shot)
            if answer.ok and answer.text:
                shown.add(shot.path.removeprefix(base).split("/")[0])
            return answer

        fuzzing.sweep(pages, ["page", "name", "ref", "path", "state", "from", "to", "plain"], send, _ROUNDS_OF_A_PAGE)
    assert set(kinds) <= shown
    assert "Traceback" not in scratch.log(), scratch.log()
