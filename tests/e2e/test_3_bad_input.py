"""Bad input: a clear error that says what, why and the next command, at once, and nothing changed."""

from __future__ import annotations

import pytest

from kubestage.sandbox.sandbox import Sandbox

from .conftest import inv, served

CASES = {
    "unknown environment": (["cd.deploy", "--env", "staging", "--version", "v1.0.0.0"], "There are test and prod."),
    "unknown version": (["cd.deploy", "--env", "test", "--version", "v9.9.9.9"], "It holds v1.0.0.0, v2.0.0.0"),
    "no version at all": (["cd.deploy", "--env", "test", "--version", "v1; id"], "is no version"),
    "port not mapped": (
        ["cd.deploy", "--env", "test", "--version", "v1.0.0.0", "--node-port", "30099"],
        "maps 30050 to 30059",
    ),
    "unknown version to trace": (["trace", "v9.9.9.9"], "GitLab and the registry know v1.0.0.0, v2.0.0.0"),
    "version already built": (["ci.build", "--version", "v1.0.0.0"], "is not overwritten"),
    "unknown optional part": (["up", "--with", "nonsense"], "There is sonarqube."),
    "unknown part": (["logs", "nothing"], "There is no part"),
}

pytestmark = pytest.mark.usefixtures("builds_nothing")


@pytest.mark.parametrize(("args", "says"), CASES.values(), ids=CASES.keys())
def test_input_that_cannot_be_used_is_refused_early(sandbox: Sandbox, args: list[str], says: str):
    before = served(sandbox.settings, "test")["version"]
    run = inv(*args)
    assert run.code == 2, run.text
    assert says in run.stderr
    assert "try:" in run.stderr
    assert "Traceback" not in run.text
    assert run.seconds < 5
    assert served(sandbox.settings, "test")["version"] == before


def test_a_name_that_docker_would_refuse_is_refused_first():
    run = inv("status", env={"KUBESTAGE_SANDBOX": "Not A Name"})
    assert run.code == 2
    assert "KUBESTAGE_SANDBOX cannot be used" in run.stderr
    assert "Traceback" not in run.text
