"""Odd requests to both light servers for minutes, other ones in each run; see tests/contract/*/test_fuzz.py."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import gitlab
import pytest
import requests

from tests.contract import fuzzing
from tests.contract.gitlab import operations as gitlab_operations
from tests.contract.gitlab.light import LightServer
from tests.contract.jenkins import operations as jenkins_operations

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "servers" / "jenkins" / "tests"))

from jenkins_harness import LightJenkins, runner_jar

_SECONDS = 180
pytestmark = pytest.mark.timeout(_SECONDS * 4)


def test_the_light_gitlab_has_no_fault(tmp_path):
    server = LightServer.prepare(tmp_path, GITLAB_HOOK_TIMEOUT="1")
    server.start()
    with gitlab.Gitlab(server.url, private_token=server.token) as client, requests.Session() as session:
        project = client.projects.create({"name": "fuzzed", "default_branch": "master"})
        project.files.create({"branch": "master", "commit_message": "Begin", "content": "x", "file_path": "README.md"})
        session.headers["PRIVATE-TOKEN"] = server.token
        operations = gitlab_operations.operations(project)
        shots = fuzzing.shots(operations, gitlab_operations.parameters())
        answers: Counter[tuple[str, str] | None] = Counter()

        def send(shot: fuzzing.Shot) -> requests.Response:
            answer = fuzzing.fire(session, server.url, shot)
            answers[gitlab_operations.reached(answer)] += 1
            return answer

        fuzzing.hunt(shots, send, _SECONDS, anew=True)
    server.stop()
    print(f"light GitLab: {answers.total()} requests without a fault to {len(answers)} operations")
    assert {(one.method, one.template) for one in operations} <= set(answers)
    assert "Traceback" not in server.log(), server.log()


def test_the_light_jenkins_has_no_fault(tmp_path):
    server = LightJenkins(tmp_path, runner_jar())
    server.start()
    server.client.run("fuzzed", "node { stage('One') { echo 'one' } }")
    with requests.Session() as session:
        session.auth = (server.client.user, server.client.token)
        shots = fuzzing.shots(jenkins_operations.operations(), jenkins_operations.PARAMETERS)
        sent = fuzzing.hunt(shots, lambda shot: fuzzing.fire(session, server.url, shot), _SECONDS, anew=True)
    server.stop()
    print(f"light Jenkins: {sent} requests without a fault")
    assert sent > 0
    assert "Traceback" not in server.log.read_text(), server.log.read_text()
