"""No request, however odd, is a fault of the server's: the same few hundred each time; tests/bench sends new ones."""

from __future__ import annotations

import pytest
import requests
from jenkins_client import pipeline
from jenkins_harness import LightJenkins, runner_jar

from tests.contract import fuzzing
from tests.contract.jenkins.operations import PARAMETERS, operations

_SECONDS = 5


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """A server of its own, since the hunt leaves nothing as it was."""
    server = LightJenkins(tmp_path_factory.mktemp("fuzzed"), runner_jar())
    server.start()
    server.client.run("fuzzed", "node { stage('One') { echo 'one' } }")
    server.client.create("other", pipeline("echo 'other'"))
    yield server
    server.stop()


def test_no_request_is_a_fault(scratch):
    shots = fuzzing.shots(operations(), PARAMETERS)
    with requests.Session() as session:
        session.auth = (scratch.client.user, scratch.client.token)
        sent = fuzzing.hunt(shots, lambda shot: fuzzing.fire(session, scratch.url, shot), _SECONDS, anew=False)
    assert sent > 0
    assert "Traceback" not in scratch.log.read_text(), scratch.log.read_text()
