# ruff: noqa: RUF001 (Jenkins' own quotation marks)
"""Errors of a Declarative model: all told before anything runs, in Jenkins' words, with line and column."""

from __future__ import annotations

import pytest
from model_scripts import OK_STAGES, errors, in_stage, matrix, top
from runner_driver import Message, Runner


def test_the_log_shows_every_error_with_its_place(runner: Runner) -> None:
    script = """pipeline {
    agent any

    stagez {
    }
    stages {
        stage('a') {
            stps { echo 'y' }
        }
    }
}
"""
    build = runner.run(script)

    assert build.result == "FAILURE"
    assert build.steps == []
    assert build.log == [
        "org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:",
        'WorkflowScript: 4: Undefined section "stagez" @ line 4, column 5.',
        "       stagez {",
        "       ^",
        "",
        'WorkflowScript: 7: Unknown stage section "stps". Starting with version 0.5, steps in a stage must be in a '
        "‘steps’ block. @ line 7, column 9.",
        "           stage('a') {",
        "           ^",
        "",
        'WorkflowScript: 7: Expected one of "steps", "stages", or "parallel" for stage "a" @ line 7, column 9.',
        "           stage('a') {",
        "           ^",
        "",
        "3 errors",
        "",
    ]


def test_validation_gives_line_and_column(runner: Runner) -> None:
    answer: Message = runner.ask(
        {"type": "validate", "id": "v", "script": "pipeline {\n  agent any\n  foo { }\n" + OK_STAGES + "}"}
    )

    assert answer["type"] == "validated"
    assert answer["id"] == "v"
    assert answer["errors"] == [{"line": 3, "column": 3, "message": 'Undefined section "foo"'}]
    assert answer["text"].startswith("startup failed:\nWorkflowScript: 3: Undefined section")


def test_a_pipeline_stands_in_no_other_block(runner: Runner) -> None:
    assert errors(runner, "node { " + top("") + " }") == [
        "pipeline block must be at the top-level, not within another block."
    ]


def test_a_pipeline_under_a_condition_is_groovy(runner: Runner) -> None:
    script = "if (true) { " + top("") + " }"

    assert errors(runner, script) == []
    assert "No such property: any for class: groovy.lang.Binding" in runner.run(script).text


def test_a_script_has_one_pipeline(runner: Runner) -> None:
    build = runner.run(top("") + "\n" + top("").replace("'x'", "'y'"))

    assert build.echoed == ["x"]
    assert "No such property: any for class: groovy.lang.Binding" in build.text


def test_a_method_call_may_hold_several_pipelines(runner: Runner) -> None:
    other = top("").replace("'x'", "'y'")
    script = f"def call(which) {{ if (which) {{ {top('')} }} else {{ {other} }} }}\ncall(WHICH)"

    assert [runner.run(script.replace("WHICH", which)).echoed for which in ("true", "false")] == [["x"], ["y"]]
    assert errors(runner, script.replace("agent any", "agent any\nfoo { }", 1)) == ['Undefined section "foo"']


def test_tools_that_are_not_installed_are_told(runner: Runner) -> None:
    script = top("tools { maven 'maven-3' }")
    message = {"type": "validate", "id": "v", "script": script, "tools": {"maven": ["maven-3.5.2", "other"]}}

    assert [error["message"] for error in runner.ask(message)["errors"]] == [
        'Tool type "maven" does not have an install of "maven-3" configured - did you mean "maven-3.5.2"?'
    ]
    assert runner.ask({**message, "tools": {"maven": ["maven-3"]}})["errors"] == []


def test_a_sound_pipeline_has_none(runner: Runner) -> None:
    answer = runner.ask({"type": "validate", "id": "v", "script": top("")})

    assert answer["errors"] == []
    assert answer["text"] is None


def test_syntax_errors_have_places_too(runner: Runner) -> None:
    answer = runner.ask({"type": "validate", "id": "v", "script": "node {\n  echo 'x\n}"})

    assert (answer["errors"][0]["line"], answer["errors"][0]["column"]) == (2, 10)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (in_stage("parallel { }"), ["No stages specified"] * 2),
        (
            in_stage("parallel { stage('b') { steps { } }\nstage('b') { steps { echo 'x' } } }"),
            ['Duplicate stage name: "b"', "No steps specified for branch", 'Duplicate stage name: "b"'],
        ),
        (
            in_stage("steps { }\nwhen { not { brnch 'x' } }\nagent { foo 'x' }").replace("any", "any\ntools { x 'y' }"),
            ["Invalid agent type", *["Unknown conditional brnch"] * 2, "No steps specified", "Invalid tool type"],
        ),
        (in_stage("input { message 'x'; parameters { } }\nsteps { echo 'x' }"), []),
        (top("libraries { lib(env.L) }"), []),
    ],
)
def test_all_that_is_wrong_is_told_in_the_plugins_order(runner: Runner, script: str, expected: list[str]) -> None:
    told = errors(runner, script)

    assert len(told) == len(expected), told
    assert all(message.startswith(start) for message, start in zip(told, expected, strict=True)), told


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("pipeline { agent any }", 'Missing required section "stages"'),
        ("pipeline { " + OK_STAGES + " }", 'Missing required section "agent"'),
        ("pipeline { agent any\nagent none\n" + OK_STAGES + "}", "Multiple occurrences of the agent section"),
        ("pipeline { agent any\nstages { } }", "No stages specified"),
        ("pipeline { agent any\nstages { echo 'x' } }", "Expected a stage"),
        (
            "pipeline { agent any\nstages { stage { steps { echo 'x' } } } }",
            "Stage does not have a block",
        ),
        (top("").replace("stages {", "stages { stage('a') { steps { echo 'y' } }\n"), 'Duplicate stage name: "a"'),
        (in_stage("steps { }"), "No steps specified for branch"),
        (in_stage("steps { def x = 1 }"), "Expected a step"),
        (in_stage("steps { if (true) { echo 'x' } }"), "Expected a step"),
        (in_stage("steps { foo.bar() }"), 'Method calls on objects not allowed outside "script" blocks.'),
        (
            in_stage("steps { echo 'x' }\nparallel { stage('b') { steps { echo 'y' } } }"),
            'Only one of "matrix", "parallel", "stages", or "steps" allowed for stage "a"',
        ),
        (
            in_stage("agent any\nparallel { stage('b') { steps { echo 'y' } } }"),
            '"agent" is not allowed in stage "a" as it contains parallel or matrix stages',
        ),
        (
            in_stage("parallel { stage('b') { parallel { stage('c') { steps { echo 'y' } } } } }"),
            '"matrix" or "parallel" cannot be nested inside another "matrix" or "parallel".',
        ),
        (in_stage("when { branch 'x' } steps { echo 'y' }"), "Expected a symbol"),
        (in_stage("when { branch 'x' } steps { echo 'y' }"), 'Unknown stage section "error". '),
        (in_stage("2 + 2"), 'Not a valid stage section definition: "2 + 2". Some extra configuration is required.'),
        (in_stage("steps { script 'x' }"), "Script step without a block"),
        (
            in_stage("steps { timeout(5) { foo.bar() } }"),
            'Method calls on objects not allowed outside "script" blocks.',
        ),
        (
            in_stage("steps { echo 'x'\nstage('y') { echo 'z' } }"),
            'Invalid step "stage" used - not allowed in this context',
        ),
        (in_stage("steps { parallel(a: 1) }"), "Expected closure or failFast"),
        (in_stage("steps { parallel() }"), 'Expected one of "steps", "stages", or "parallel" for stage "a"'),
        (in_stage("steps { parallel { } }"), 'Expected one of "steps", "stages", or "parallel" for stage "a"'),
        (
            in_stage("steps { parallel failFast: true }"),
            'Expected one of "steps", "stages", or "parallel" for stage "a"',
        ),
        (in_stage("when { changelog() }\nsteps { echo 'x' }"), 'Missing required parameter: "pattern"'),
        (in_stage("when { changelog() }\nsteps { echo 'x' }"), 'Changelog is missing required parameter "pattern".'),
        (matrix("axis { name 'A'; values x }"), "Expected string literal but got ${x}"),
        (top("options { triggers([]) }"), 'The "triggers" job property can\'t be used in the "options" directive.'),
        (in_stage("failFast 'x'\nsteps { echo 'x' }"), "Expected a boolean with failFast"),
        (
            in_stage("options { skipStagesAfterUnstable() }\nsteps { echo 'x' }"),
            'Invalid option type "skipStagesAfterUnstable". ',
        ),
        (
            in_stage("when { branch pattern: 'x', banana: 'y' }\nsteps { echo 'x' }"),
            'Invalid parameter "banana", did you mean ',
        ),
        (in_stage("when { environment name: 'x' }\nsteps { echo 'x' }"), 'Missing required parameter: "value"'),
        (in_stage("when { changelog '[' }\nsteps { echo 'x' }"), '"[" is not a valid regular expression. '),
        (
            in_stage("when { allOf('x') { branch 'y' } }\nsteps { echo 'x' }"),
            "No additional arguments are allowed for children",
        ),
        (in_stage("when { branch { tag 'x' } }\nsteps { echo 'x' }"), "No children when conditions are allowed"),
        (in_stage("when { beforeAgent 'x'; branch 'y' }\nsteps { echo 'x' }"), "Expected a boolean with beforeAgent"),
        (in_stage("input { message 'x'; banana 'y' }\nsteps { echo 'x' }"), 'Not a valid field for input: "banana"'),
        (
            in_stage("input { message 'x'; message 'y' }\nsteps { echo 'x' }"),
            "Multiple occurrences of the message section",
        ),
        (in_stage("matrix { axes { }\nstages { stage('b') { steps { echo 'x' } } } }"), "No axis directives specified"),
        (matrix("axis { values 'x' }"), 'Missing required section "name"'),
        (matrix("axis { name 'A' }"), 'Missing required section "values"'),
        (matrix("axis { name 'A'; values 'x', 'x' }"), 'Duplicate axis value: "x"'),
        (
            matrix("axis { name '1A'; values 'x' }"),
            '"1A" is not a valid identifier and cannot be used for an environment',
        ),
        (matrix("axis { name 'A'; values 'x' }", "exclude { }"), "No axis directives specified"),
        (
            matrix("axis { name 'A'; values 'x' }", "exclude { axis { name 'A'; values 'x'; notValues 'y' } }"),
            'Exclude axis must contain either "values" or "notValues"',
        ),
        (in_stage("when { }\nsteps { echo 'x' }"), "Empty when closure, remove the property or add some content."),
        (
            in_stage("when { brnch 'x' }\nsteps { echo 'x' }"),
            "Unknown conditional brnch. Valid conditionals are: allOf, anyOf, branch, ",
        ),
        (
            in_stage("when { not { branch 'a'\nbranch 'b' } }\nsteps { echo 'x' }"),
            'Nested when condition "not" requires exactly 1 child condition(s).',
        ),
        (
            in_stage("when { allOf { } }\nsteps { echo 'x' }"),
            'Nested when condition "allOf" requires at least one child condition.',
        ),
        (in_stage("input { ok 'x' }\nsteps { echo 'x' }"), "No message specified for input"),
        (in_stage("matrix { axes { axis { name 'A'; values 'x' } } }"), 'Missing required section "stages"'),
        (
            "pipeline { agent 'linux'\n" + OK_STAGES + "}",
            'Only "agent none", "agent any" or "agent {...}" are allowed.',
        ),
        (
            "pipeline { agent { foo 'x' }\n" + OK_STAGES + "}",
            'Invalid agent type "foo" specified. Must be one of [any, docker, ',
        ),
        (
            "pipeline { agent { }\n" + OK_STAGES + "}",
            "No agent type specified. Must be one of [any, docker, dockerfile, label, none]",
        ),
        (
            "pipeline { agent { node { customWorkspace 'x' } }\n" + OK_STAGES + "}",
            'Missing required parameter for agent type "node": label',
        ),
        (
            "pipeline { agent { docker { image 'x'; fruit 'y' } }\n" + OK_STAGES + "}",
            'Invalid config option "fruit" for agent type "docker". ',
        ),
        (
            "pipeline { agent { label 'x'; label 'y' }\n" + OK_STAGES + "}",
            "Only one agent type is allowed per agent section",
        ),
        (
            top("notifications { }"),
            "The ‘notifications’ section has been removed as of version 0.6. Use ‘post’ for all",
        ),
        (
            top("options { echo() }"),
            'Invalid option type "echo". Valid option types: [ansiColor, authorizationMatrix, buildDiscarder, ',
        ),
        (top("options { parameters([]) }"), 'The "parameters" job property can\'t be used in the "options" directive.'),
        (top("options { timeout(time: 1) { } }"), "Options definitions cannot have blocks"),
        (top("options { retry 3, count: 2 }"), "Cannot mix named and unnamed arguments"),
        (
            top("triggers { banana('x') }"),
            'Invalid trigger type "banana". Valid trigger types: [GenericTrigger, cron, ',
        ),
        (top("tools { banana 'x' }"), 'Invalid tool type "banana". Valid tool types: [ant, git, gradle, jdk, '),
        (top("libraries { }"), "libraries can not be empty"),
        (top("libraries { foo('x') }"), "Expected a \"lib(...)\" but got foo('x')"),
        (top("environment { A = 1 - 2 }"), "Environment variable values can only be joined together with ‘+’s."),
        (
            top("environment { A = ['x'] }"),
            "Environment variable values must either be single quoted, double quoted, or function",
        ),
        (
            top("environment { A = 'x' + 2.max(3) }"),
            "Environment variable values to be concatenated together must be single or",
        ),
        (top("environment 'x'"), "Expected a block for environment"),
        (top("post { }"), "post can not be empty"),
        (
            top("post { allways { echo 'x' } }"),
            'Invalid condition "allways" - valid conditions are [always, changed, fixed, regression, aborted, success, '
            "unsuccessful, unstable, failure, notBuilt, cleanup]",
        ),
        (top("environment { }"), "No variables specified for environment"),
        (top("environment { foo('a') }"), "is not a valid environment expression."),
        (top("environment { A = 'a'\nA = 'b' }"), 'Duplicate environment variable name: "A"'),
        (
            top("parameters { strng(name: 'x') }"),
            'Invalid parameter type "strng". Valid parameter types: [booleanParam, ',
        ),
        (top("options { timestamps()\ntimestamps() }"), 'Duplicate option name: "timestamps"'),
        (top("triggers { cron('x')\ncron('y') }"), 'Duplicate trigger name: "cron"'),
        (top("tools { }"), "No tools specified"),
    ],
)
def test_message(runner: Runner, script: str, expected: str) -> None:
    assert any(expected in message for message in errors(runner, script)), errors(runner, script)
