"""The section ``post``: its conditions, in Jenkins' order: that of the plugin's extensions, not of its page."""

from __future__ import annotations

import pytest
from runner_driver import Runner

CONDITIONS = [
    "cleanup",
    "unsuccessful",
    "unstable",
    "success",
    "failure",
    "aborted",
    "regression",
    "fixed",
    "changed",
    "always",
    "notBuilt",
]
ALL = "\n".join(f"{name} {{ echo 'post {name}' }}" for name in CONDITIONS)


def posted(runner: Runner, steps: str, previous: str | None) -> list[str]:
    """The pipeline's actions that ran, in order."""
    script = f"pipeline {{ agent any\nstages {{ stage('s') {{ steps {{ {steps} }} }} }}\npost {{ {ALL} }} }}"
    last = {"number": 6, "result": previous} if previous else None
    build = runner.run(script, currentBuild={"number": 7, "previousBuild": last})
    return [line.removeprefix("post ") for line in build.echoed if line.startswith("post ")]


@pytest.mark.parametrize(
    ("steps", "previous", "expected"),
    [
        ("echo 'x'", None, "always changed success cleanup"),
        ("echo 'x'", "SUCCESS", "always success cleanup"),
        ("echo 'x'", "FAILURE", "always changed fixed success cleanup"),
        ("error 'x'", "SUCCESS", "always changed regression unsuccessful failure cleanup"),
        ("error 'x'", "FAILURE", "always unsuccessful failure cleanup"),
        ("unstable 'x'", "SUCCESS", "always changed regression unsuccessful unstable cleanup"),
        ("unstable 'x'", "FAILURE", "always changed unsuccessful unstable cleanup"),
        (
            "script { currentBuild.result = 'ABORTED' }",
            "SUCCESS",
            "always changed regression aborted unsuccessful cleanup",
        ),
        (
            "script { currentBuild.result = 'NOT_BUILT' }",
            "SUCCESS",
            "always changed regression unsuccessful notBuilt cleanup",
        ),
    ],
)
def test_which_run_and_in_which_order(runner: Runner, steps: str, previous: str | None, expected: str) -> None:
    assert posted(runner, steps, previous) == expected.split()


def test_they_run_in_a_stage_of_their_own(runner: Runner) -> None:
    script = "pipeline { agent any\nstages { stage('s') { steps { echo 'x' } } }\npost { always { echo 'p' } } }"

    assert runner.run(script).stages == [("s", "SUCCESS"), ("Declarative: Post Actions", "SUCCESS")]


def test_no_stage_appears_when_none_is_due(runner: Runner) -> None:
    script = "pipeline { agent any\nstages { stage('s') { steps { echo 'x' } } }\npost { failure { echo 'p' } } }"

    assert runner.run(script).stages == [("s", "SUCCESS")]


def test_a_stages_post_follows_its_own_outcome(runner: Runner) -> None:
    script = """
        pipeline { agent any
          stages {
            stage('a') { steps { script { try { error 'x' } catch (e) { echo 'caught' } } }
                         post { success { echo 'a fine' }
                                failure { echo 'a broken' } } }
            stage('b') { steps { error 'boom' }
                         post { success { echo 'b fine' }
                                failure { echo "b broken ${currentBuild.currentResult}" }
                                cleanup { echo 'b swept' } } }
          }
        }
    """
    build = runner.run(script)

    assert [line for line in build.echoed if line[:2] in ("a ", "b ")] == ["a fine", "b broken FAILURE", "b swept"]
    assert "Post stage" in build.log


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("script { currentBuild.result = 'FAILURE' }", ["always", "failure"]),
        ("catchError(buildResult: 'SUCCESS', stageResult: 'FAILURE') { error 'x' }", ["always", "failure"]),
        ("catchError(buildResult: 'UNSTABLE', stageResult: 'UNSTABLE') { error 'x' }", ["always", "unstable"]),
        ("catchError(buildResult: 'SUCCESS') { error 'x' }", ["always", "success"]),
    ],
)
def test_a_stages_post_knows_what_steps_said_of_it(runner: Runner, steps: str, expected: list[str]) -> None:
    conditions = " ".join(f"{name} {{ echo 'did {name}' }}\n" for name in ("always", "success", "unstable", "failure"))
    build = runner.run(
        f"pipeline {{ agent any\nstages {{ stage('s') {{ steps {{ {steps} }}\npost {{ {conditions} }} }} }} }}"
    )

    assert [line.removeprefix("did ") for line in build.echoed if line.startswith("did ")] == expected


def test_a_failing_action_lets_the_others_run_and_fails_the_build(runner: Runner) -> None:
    script = """
        pipeline { agent any
          stages { stage('s') { steps { echo 'x' } } }
          post { always { error 'post broke' }
                 cleanup { echo 'swept' } } }
    """
    build = runner.run(script)

    assert build.result == "FAILURE"
    assert "Error when executing always post condition:" in build.log
    assert "swept" in build.log
    assert build.log[-1] == "ERROR: post broke"
