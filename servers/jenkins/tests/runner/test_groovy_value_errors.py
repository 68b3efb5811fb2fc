"""Errors of values and arguments in a Declarative model, told before anything runs, in Jenkins' words."""

from __future__ import annotations

import pytest
from model_scripts import OK_STAGES, errors, in_stage, top
from runner_driver import Runner


@pytest.mark.parametrize(
    "steps",
    [
        'echo "${1}"',
        "echo env.X",
        "retry(3) { sh 'x' }",
        "node { milestone() }",
        "dir('x') { deleteDir() }",
        "checkout scm",
        "checkout([$class: 'GitSCM', branches: [[name: 'x']]])",
        "withCredentials([string(credentialsId: 'x', variable: 'Y')]) { sh 'x' }",
        "sh script: 'x', returnStatus: true",
        "catchError(buildResult: 'SUCCESS') { echo 'x' }",
        "input 'x'",
        "stash name: 'x', includes: '**'",
        "unknownStep 1, 2",
    ],
)
def test_what_fits_is_no_error(runner: Runner, steps: str) -> None:
    assert errors(runner, in_stage(f"steps {{ {steps} }}")) == []


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            in_stage("steps { echo 1 }"),
            'Expecting "class java.lang.String" but got "1" of type class java.lang.Integer instead',
        ),
        (
            in_stage("steps { timeout(time: '1', unit: 'HOURS') { echo 'x' } }"),
            'Expecting "int" for parameter "time" but got "1" of type class java.lang.String instead',
        ),
        (top("triggers { cron() }"), '"cron" should have 1 arguments but has 0 arguments instead.'),
        (
            top("options { buildDiscarder(logRotator(numToKeep: '5')) }"),
            'Invalid parameter "numToKeep", did you mean "numToKeepStr"?',
        ),
        (top("parameters { booleanParam(namd: 'x') }"), 'Invalid parameter "namd", did you mean "name"?'),
        (
            top("parameters { string(name: 1234) }"),
            'for parameter "name" but got "1234" of type class java.lang.Integer instead',
        ),
        (in_stage("steps { sh scirpt: 'x' }"), 'Invalid parameter "scirpt", did you mean "script"?'),
        (in_stage("steps { writeFile file: 'x' }"), 'Missing required parameter: "text"'),
        (in_stage("steps { sh 'a', 'b' }"), 'Arguments to "sh" must be explicitly named.'),
        (
            in_stage("steps { readMavenPom 'x' }"),
            "Step does not take a single required parameter - use named parameters instead",
        ),
        (in_stage("steps { echo 'x' }\npost { always { mail to: 'x' } }"), 'Missing required parameter: "subject"'),
        (
            top("parameters { password(name: 'P', defaultValue: 1) }"),
            'Expecting "class java.lang.String" for parameter "defaultValue" but got "1" of type',
        ),
        (
            top("options { throttleJobProperty(maxConcurentTotal: 1) }"),
            'Invalid parameter "maxConcurentTotal", did you mean "maxConcurrentTotal"?',
        ),
        (
            top("options { rateLimitBuilds() }"),
            '"rateLimitBuilds" should have 1 arguments but has 0 arguments instead.',
        ),
        (in_stage("steps { throttle { node { echo 'x' } } }"), 'Missing required parameter: "categories"'),
        (
            top("options { preserveStashes(buildCount: 51) }"),
            "The number of builds to preserve must be between 1 and 50.",
        ),
        (
            top("options { durabilityHint('FAST') }"),
            'Expecting "class org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint" but got "FAST" of type',
        ),
        (
            top("options { buildDiscarder(node('x')) }"),
            'Invalid step "node" used - not allowed in this context - '
            "The node step cannot be called as an argument to a method in Declarative Pipelines",
        ),
        (
            in_stage("steps { echo ${FOO} }"),
            '${FOO} cannot be used as a value directly. Did you mean "${FOO}"? (add quotes)',
        ),
        (in_stage("steps { sh script: ${env.X} }"), "${env.X} cannot be used as a value directly. "),
        (in_stage("steps { sh(${A} + '/b') }"), "${A}+'/b' cannot be used as a value directly. "),
        (top("triggers { cron(foo { -> '* * * * *' }) }"), "Method call arguments"),
        (top("options { timeout(time: { 1 }) }"), "Method call arguments"),
        (top("options { buildDiscarder(foo.bar()) }"), 'Method calls on objects not allowed outside "script" blocks.'),
        (
            top("options { buildDiscarder(logRotator('5', numToKeepStr: '1')) }"),
            "Cannot mix named and unnamed arguments",
        ),
        (in_stage("steps { sh((X + 1): 'y') }"), "Expected string literal"),
        (top("environment { A = ${env.BUILD_NUMBER} }"), "${env.BUILD_NUMBER} cannot be used as a value directly. "),
        (top("tools { maven ${M} }"), "${M} cannot be used as a value directly. "),
        (
            "pipeline { agent { label ${L} }\n" + OK_STAGES + "}",
            "${L} cannot be used as a value directly. ",
        ),
        (
            in_stage("steps { sleep 9223372036854775808 }"),
            "BigIntegers cannot be used as constants in Declarative. "
            "The maximum value for an integer is 9,223,372,036,854,775,807 and the minimum value",
        ),
        (
            in_stage("parallel { stage('b') { steps { parallel(x: { echo '1' }, y: { echo '2' }) } } }"),
            '"matrix" or "parallel" cannot be nested inside another "matrix" or "parallel".',
        ),
    ],
)
def test_message(runner: Runner, script: str, expected: str) -> None:
    assert any(expected in message for message in errors(runner, script)), errors(runner, script)


def test_a_bare_dollar_is_told_at_its_place(runner: Runner) -> None:
    script = "pipeline {\n  agent any\n  environment {\n    A = ${B}\n  }\n" + OK_STAGES + "}"
    answer = runner.ask({"type": "validate", "id": "v", "script": script})

    assert answer["errors"] == [
        {
            "line": 4,
            "column": 9,
            "message": '${B} cannot be used as a value directly. Did you mean "${B}"? (add quotes)',
        }
    ]


def test_one_branch_of_the_step_parallel_is_no_nesting(runner: Runner) -> None:
    alone = "steps { parallel(x: { echo '1' }, failFast: true) }"

    assert errors(runner, in_stage(f"parallel {{ stage('b') {{ {alone} }} }}")) == []
    assert errors(runner, in_stage("steps { parallel(x: { echo '1' }, y: { echo '2' }) }")) == []


@pytest.mark.parametrize(
    "option",
    [
        "durabilityHint('PERFORMANCE_OPTIMIZED')",
        "preserveStashes(buildCount: 50)",
        "rateLimitBuilds(throttle: [count: 1, durationName: 'hour', userBoost: false])",
        "throttleJobProperty(categories: ['a'], throttleEnabled: true, throttleOption: 'category')",
        "throttle(['a'])",
    ],
)
def test_options_that_fit_are_no_error(runner: Runner, option: str) -> None:
    assert errors(runner, top(f"options {{ {option} }}")) == []


def test_places_of_what_stands_inside_arguments(runner: Runner) -> None:
    script = top(
        "triggers {\n    cron(foo { -> 'x' })\n}\noptions {\n    buildDiscarder(logRotator(numToKeep: '5'))\n}"
    )
    answer = runner.ask({"type": "validate", "id": "v", "script": script})

    # As there, the inner call is looked at as an argument and as a call.
    assert [(error["line"], error["column"], error["message"][:30]) for error in answer["errors"]] == [
        (3, 10, "Method call arguments"),
        (6, 31, 'Invalid parameter "numToKeep",'),
        (6, 31, 'Invalid parameter "numToKeep",'),
    ]


def test_no_more_than_ten_errors_are_told(runner: Runner) -> None:
    sections = "\n".join(f"section{number} {{ }}" for number in range(12))

    assert errors(runner, top(sections)) == [f'Undefined section "section{number}"' for number in range(10)]
