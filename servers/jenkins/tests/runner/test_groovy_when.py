"""The directive ``when``."""

from __future__ import annotations

from typing import Any

import pytest
from runner_driver import Runner, fails

USER = {"class": "hudson.model.Cause$UserIdCause", "userId": "admin"}
TIMER = {"class": "hudson.triggers.TimerTrigger$TimerTriggerCause"}
CHANGES = [
    {
        "message": "Fix the parser",
        "comment": "Fix the parser\n\nIt was broken",
        "paths": [{"editType": "edit", "file": name} for name in ("src/main/A.java", "README.md")],
    }
]


def ran(runner: Runner, when: str, **fields: Any) -> bool:
    script = f"pipeline {{ agent any\nstages {{ stage('s') {{ when {{ {when} }}\nsteps {{ echo 'ran' }} }} }} }}"
    build = runner.run(script, **fields)
    assert build.result == "SUCCESS", build.text
    skipped = 'Stage "s" skipped due to when conditional' in build.log
    assert skipped != ("ran" in build.log)
    return not skipped


@pytest.mark.parametrize(
    ("when", "env", "expected"),
    [
        ("branch 'master'", {"BRANCH_NAME": "master"}, True),
        ("branch 'master'", {"BRANCH_NAME": "dev"}, False),
        ("branch 'master'", {}, False),
        ("branch 'MASTER'", {"BRANCH_NAME": "master"}, True),
        ("branch 'release/**'", {"BRANCH_NAME": "release"}, True),
        ("branch 'local'", {"GIT_LOCAL_BRANCH": "local"}, True),
        ("branch null", {"BRANCH_NAME": "master"}, False),
        ("branch 'release-*'", {"BRANCH_NAME": "release-1"}, True),
        ("branch pattern: 'release-\\\\d+', comparator: 'REGEXP'", {"BRANCH_NAME": "release-12"}, True),
        ("branch pattern: 'rel', comparator: 'EQUALS'", {"BRANCH_NAME": "release"}, False),
        ("tag 'v*'", {"TAG_NAME": "v1"}, True),
        ("tag 'v*'", {}, False),
        ("buildingTag()", {"TAG_NAME": "v1"}, True),
        ("buildingTag()", {}, False),
        ("environment name: 'E', value: 'x'", {"E": "x"}, True),
        ("environment name: 'E', value: 'X', ignoreCase: true", {"E": "x"}, True),
        ("environment name: 'E', value: 'y'", {"E": "x"}, False),
        ("equals expected: 2, actual: 1 + 1", {}, True),
        ("equals expected: 2, actual: 3", {}, False),
        ("expression { return env.E == 'x' }", {"E": "x"}, True),
        ("expression { null }", {}, False),
        ("not { branch 'master' }", {"BRANCH_NAME": "dev"}, True),
        ("allOf { branch 'dev'\nenvironment name: 'E', value: 'x' }", {"BRANCH_NAME": "dev", "E": "x"}, True),
        ("allOf { branch 'dev'\nenvironment name: 'E', value: 'y' }", {"BRANCH_NAME": "dev", "E": "x"}, False),
        ("anyOf { branch 'a'\nbranch 'b' }", {"BRANCH_NAME": "b"}, True),
        ("anyOf { branch 'a'\nbranch 'b' }", {"BRANCH_NAME": "c"}, False),
        ("branch 'a'\nexpression { false }", {"BRANCH_NAME": "a"}, False),
        ("changeRequest()", {"CHANGE_ID": "5"}, True),
        ("changeRequest()", {}, False),
        ("changeRequest target: 'main'", {"CHANGE_ID": "5", "CHANGE_TARGET": "main"}, True),
        ("changeRequest target: 'main'", {"CHANGE_ID": "5", "CHANGE_TARGET": "x"}, False),
        ("isRestartedRun()", {}, False),
        ("beforeAgent true\nbranch 'a'", {"BRANCH_NAME": "a"}, True),
    ],
)
def test_condition(runner: Runner, when: str, env: dict[str, str], expected: bool) -> None:
    assert ran(runner, when, env=env) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("triggeredBy 'TimerTrigger'", True),
        ("triggeredBy 'UserIdCause'", False),
        ("triggeredBy cause: 'TimerTrigger'", True),
        ("triggeredBy 'timer'", True),
    ],
)
def test_triggered_by_a_timer(runner: Runner, when: str, expected: bool) -> None:
    assert ran(runner, when, causes=[TIMER]) is expected


@pytest.mark.parametrize(("detail", "expected"), [("admin", True), ("other", False)])
def test_triggered_by_a_user(runner: Runner, detail: str, expected: bool) -> None:
    assert ran(runner, f"triggeredBy cause: 'UserIdCause', detail: '{detail}'", causes=[USER]) is expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("changeset '**/*.java'", True),
        ("changeset '*.java'", False),
        ("changeset 'src/'", True),
        ("changeset 'readme.MD'", True),
        ("changeset pattern: 'readme.MD', caseSensitive: true", False),
        ("changelog '.*parser.*'", True),
        ("changelog 'broken'", False),
        ("changelog 'nothing'", False),
    ],
)
def test_changes(runner: Runner, when: str, expected: bool) -> None:
    assert ran(runner, when, changes=CHANGES) is expected


def test_before_agent_spares_the_node(runner: Runner) -> None:
    stages = "stage('s') { agent any\nwhen { beforeAgent true\nexpression { false } }\nsteps { echo 'x' } }"
    build = runner.run(f"pipeline {{ agent none\nstages {{ {stages} }} }}")

    assert build.called("node") == []
    assert build.stages == [("s", "NOT_EXECUTED")]


def test_without_it_the_condition_is_asked_on_the_node(runner: Runner) -> None:
    stages = (
        "stage('s') { agent any\nwhen { expression { sh(script: 'x', returnStatus: true) == 0 } }\nsteps { echo 'x' } }"
    )
    build = runner.run(f"pipeline {{ agent none\nstages {{ {stages} }} }}", {"sh": lambda s: {"value": 1}})

    assert len(build.called("node")) == 1
    assert build.stages == [("s", "NOT_EXECUTED")]


def test_no_changes_are_told(runner: Runner) -> None:
    stages = "stage('s') { when { changeset '**' }\nsteps { echo 'x' } }"
    build = runner.run(f"pipeline {{ agent any\nstages {{ {stages} }} }}")

    assert "Warning, empty changelog. Probably because this is the first build." in build.log


def test_it_is_asked_before_the_stages_environment_and_tools(runner: Runner) -> None:
    stages = (
        "stage('s') { environment { X = credentials('none') }\ntools { jdk 'none' }\n"
        "when { expression { env.X != null } }\nsteps { echo 'x' } }"
    )
    build = runner.run(f"pipeline {{ agent any\nstages {{ {stages} }} }}")

    assert build.stages == [("s", "NOT_EXECUTED")]
    assert build.called("withCredentials") == build.called("tool") == []


def test_what_is_inside_a_skipped_stage_is_shown_as_skipped(runner: Runner) -> None:
    inner = "stages { stage('b') { steps { echo 'x' } } }"
    cells = "axes { axis { name 'A'\nvalues '1', '2' } }\nstages { stage('d') { steps { echo 'x' } } }"
    stages = (
        f"stage('a') {{ when {{ expression {{ false }} }}\n{inner} }}\n"
        f"stage('c') {{ steps {{ error 'no' }} }}\nstage('m') {{ matrix {{ {cells} }} }}"
    )
    build = runner.run(f"pipeline {{ agent any\nstages {{ {stages} }} }}")

    skipped = [name for name, status in build.stages if status == "NOT_EXECUTED"]
    assert skipped[:2] == ["b", "a"]
    assert sorted(skipped[2:-1]) == ["Matrix - A = '1'", "Matrix - A = '2'", "d", "d"]
    assert skipped[-1] == "m"
    assert build.log.count('Stage "a" skipped due to when conditional') == 2
    assert "Failed in branch Matrix - A = '1'" in build.log


def test_before_input_spares_the_question(runner: Runner) -> None:
    stages = "stage('s') { input { message 'm' }\nwhen { beforeInput true\nexpression { false } }\nsteps { echo 'x' } }"

    assert runner.run(f"pipeline {{ agent any\nstages {{ {stages} }} }}").called("input") == []


def test_before_options_spares_them(runner: Runner) -> None:
    stages = (
        "stage('s') { options { lock('l') }\nwhen { beforeOptions true\nexpression { false } }\nsteps { echo 'x' } }"
    )

    assert runner.run(f"pipeline {{ agent any\nstages {{ {stages} }} }}").called("lock") == []


def test_a_failing_expression_fails_the_stage(runner: Runner) -> None:
    stages = "stage('s') { when { expression { sh 'x' } }\nsteps { echo 'ran' } }"
    build = runner.run(f"pipeline {{ agent any\nstages {{ {stages} }} }}", {"sh": fails("no")})

    assert build.stages == [("s", "FAILURE")]
