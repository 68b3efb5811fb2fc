"""The server as a program: start, stop, restart, sudden end."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import time
from urllib.parse import urlsplit

import gitlab
import psutil
import pytest
import requests

from tests.contract.gitlab.light import LightServer
from tests.contract.gitlab.receiver import Receiver
from tests.contract.gitlab.worktree import Worktree, with_login


@pytest.fixture
def project(light):
    with gitlab.Gitlab(light.url, private_token=light.token) as root:
        made = root.projects.create({"name": "service", "default_branch": "master"})
        made.files.create({"file_path": "a", "branch": "master", "content": "a", "commit_message": "Begin"})
        yield made


def clone(light, project, path):
    return Worktree.clone(with_login(project.http_url_to_repo, "root", light.root_password), path)


def test_it_is_ready_in_two_seconds_small_and_ends_at_once(light):
    light.stop()
    assert light.start() < 2 * load()
    assert light.process is not None
    resident = psutil.Process(light.process.pid).memory_info().rss / 2**20
    assert resident < 150
    assert light.stop() < 1 * load()
    assert light.process.returncode in (0, -signal.SIGTERM)


def load() -> float:
    """How much slower the machine is than an idle one; the time bounds are meant for that."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def test_it_ends_soon_though_a_client_hangs(light):
    with requests.Session() as session:
        connection = session.get(f"{light.url}/-/health", stream=True, timeout=30)
        upload = subprocess.Popen(
            ["curl", "-s", "-T", "-", "-X", "POST", f"{light.url}/api/v4/projects"], stdin=subprocess.PIPE
        )
        time.sleep(0.2)
        assert light.stop() < 7 * load()
        upload.kill()
        upload.communicate()
        connection.close()


def test_what_was_kept_is_there_after_a_sudden_end(light, project, tmp_path):
    work = clone(light, project, tmp_path / "work")
    sha = work.commit("Kept", b_txt="b")
    work.git("push", "--quiet", "origin", "master")
    light.stop(signal.SIGKILL)
    light.start()
    assert project.branches.get("master").commit["id"] == sha
    assert project.files.get("b.txt", "master").decode() == b"b"


def test_a_delivery_that_waits_survives_a_sudden_end(light, project):
    # Takes connections and never answers, so that all three wait: a refusal would let the hook rest after some.
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        port = hanging.getsockname()[1]
        project.hooks.create({"url": f"http://127.0.0.1:{port}/hook", "push_events": True})
        for number in range(3):
            project.files.create(
                {"file_path": f"f{number}", "branch": "master", "content": "a", "commit_message": f"m{number}"}
            )
        light.stop(signal.SIGKILL)
    back = Receiver(port=port)
    try:
        light.start()
        titles = {request.body["commits"][0]["title"] for request in back.wait_for(3)}
        assert titles == {"m0", "m1", "m2"}
    finally:
        back.close()


def test_no_push_is_untold_or_told_twice_when_the_server_ends_in_its_midst(light, project, receiver, tmp_path):
    project.hooks.create({"url": receiver.url, "push_events": True})
    work = clone(light, project, tmp_path / "work")
    told: set[str] = set()
    for number in range(4):
        sha = work.commit(f"Round {number}", a_txt=str(number))
        push = subprocess.Popen(
            ["git", "push", "--quiet", "origin", "HEAD:master"], cwd=work.path,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.02 * number + 0.01)
        light.stop(signal.SIGKILL)
        push.wait(timeout=60)
        light.start()
        if project.branches.get("master").commit["id"] == sha:
            told.add(sha)
    work.git("commit", "--quiet", "--allow-empty", "--message", "Last")
    work.git("push", "--quiet", "origin", "HEAD:master")
    told.add(work.head())
    until = time.monotonic() + 60
    while {request.body["after"] for request in receiver.requests} < told and time.monotonic() < until:
        time.sleep(0.05)
    heard = [request.body["after"] for request in receiver.requests]
    assert set(heard) == told
    # A receiver may be told again only of a delivery whose answer the server did not live to note: with the same key.
    keys = {(request.body["after"], request.headers["Idempotency-Key"]) for request in receiver.requests}
    assert len(keys) == len(told)
    clone(light, project, tmp_path / "check").git("fsck", "--full", "--strict")


def test_a_sudden_end_amid_a_push_leaves_no_git_behind(light, project):
    """http-backend, left alone with a body whose length was announced, would ask for its rest for ever."""
    account = base64.b64encode(f"root:{light.root_password}".encode()).decode()
    path = f"/{project.path_with_namespace}.git/git-receive-pack"
    address = urlsplit(light.url)
    with socket.create_connection((address.hostname, address.port)) as pusher:
        pusher.sendall(
            f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Basic {account}\r\n"
            "Content-Type: application/x-git-receive-pack-request\r\nContent-Length: 1000\r\n\r\n00".encode()
        )
        server = psutil.Process(light.process.pid)
        until = time.monotonic() + 60
        while not (begun := server.children(recursive=True)) and time.monotonic() < until:
            time.sleep(0.02)
        assert begun
        light.stop(signal.SIGKILL)
    _, left = psutil.wait_procs(begun, timeout=60)
    assert left == []


def test_changed_secret_files_count_from_the_next_start_on(light, project):
    old = light.token
    (light.folder / "token").write_text("glpat-another-root-token")
    (light.folder / "password").write_text("another-password-2")
    light.stop()
    light.start()

    def status(token: str) -> int:
        return requests.get(f"{light.url}/api/v4/user", headers={"PRIVATE-TOKEN": token}, timeout=30).status_code

    assert status(old) == 401
    assert status("glpat-another-root-token") == 200
    info = f"{project.http_url_to_repo}/info/refs?service=git-upload-pack"
    assert requests.get(info, auth=("root", light.root_password), timeout=30).status_code == 401
    assert requests.get(info, auth=("root", "another-password-2"), timeout=30).status_code == 200


def test_a_password_that_was_changed_by_hand_stays_while_its_file_is_the_same(light, project):
    with gitlab.Gitlab(light.url, private_token=light.token) as root:
        root.users.update(1, {"password": "changed-by-hand-3"})
    light.stop()
    light.start()
    info = f"{project.http_url_to_repo}/info/refs?service=git-upload-pack"
    assert requests.get(info, auth=("root", "changed-by-hand-3"), timeout=30).status_code == 200


def test_no_secret_lies_in_the_data_folder(light, project):
    with gitlab.Gitlab(light.url, private_token=light.token) as root:
        user = root.users.create(
            {"username": "u", "name": "u", "email": "u@example.org", "password": "a-secret-password-4"}
        )
        token = user.personal_access_tokens.create({"name": "t", "scopes": ["api"]}).token
    light.stop()
    for file in (light.folder / "data").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            for secret in (light.token, light.root_password, token, "a-secret-password-4"):
                assert secret.encode() not in content, file
    log = light.log()
    assert light.token not in log
    assert light.root_password not in log


@pytest.mark.parametrize(
    ("variable", "value"),
    [("GITLAB_PORT", "many"), ("GITLAB_EXTERNAL_URL", "nonsense"), ("GITLAB_ROOT_TOKEN_FILE", "/does/not/exist")],
)
def test_settings_that_cannot_be_are_said_in_one_line(tmp_path, variable, value):
    server = LightServer.prepare(tmp_path, **{variable: value})
    with pytest.raises(AssertionError, match=value):
        server.start()
    assert "Traceback" not in server.log()
