# ruff: noqa: RUF001 (Jenkins' own quotation marks)
"""The variables every script has: env, params, currentBuild, scm; and the objects that steps give."""

from __future__ import annotations

from typing import Any

from runner_driver import Runner, value


def echoed(runner: Runner, script: str, **fields: Any) -> list[str]:
    return runner.run(script, **fields).echoed


def test_undeclared_variables_belong_to_the_whole_script(runner: Runner) -> None:
    script = "def f() { sh \"$shared\" }\nnode { shared = 'v' }\nf()"

    assert runner.run(script).called("sh") == ["v"]


def test_env_reads_writes_and_nests(runner: Runner) -> None:
    script = """
        env.A = '1'
        withEnv(['A=2', 'B=b']) {
            echo "$A ${env.A} $B ${env['B']}"
            env.A = '3'
            echo env.A
        }
        echo "${env.A} ${env.B} ${env.BUILD_NUMBER} $JOB_NAME"
        env.A = null
        echo "${env.A}"
    """

    assert echoed(runner, script) == ["2 2 b b", "2", "3 null 7 job", "null"]


def test_what_is_assigned_empty_is_there(runner: Runner) -> None:
    build = runner.run("env.E = ''\necho \"${env.E == ''} $E.\"\nwithEnv(['E=']) { echo \"${env.E}\" }\nsh 'x'")

    assert build.echoed == ["true .", "null"]
    assert build.steps[-1]["context"]["env"]["E"] == ""


def test_path_plus_prepends(runner: Runner) -> None:
    build = runner.run("node { withEnv(['PATH+X=/x', 'PATH+Y=/y']) { sh 'z' } }")

    env = build.steps[-1]["context"]["env"]
    assert env["PATH"] == "/y:/x:/usr/bin:/bin"
    assert env["WORKSPACE"] == "/w"
    assert env["BUILD_NUMBER"] == "7"


def test_params_are_typed_and_global(runner: Runner) -> None:
    script = "if (params.DRY) { echo params.NAME + NAME + params.getOrDefault('x', 'y') }"

    assert echoed(runner, script, params={"DRY": True, "NAME": "n"}) == ["nny"]


def test_current_build_can_be_read_and_changed(runner: Runner) -> None:
    script = """
        echo "${currentBuild.number} ${currentBuild.displayName} ${currentBuild.result} ${currentBuild.currentResult}"
        currentBuild.displayName = "v${currentBuild.number}"
        currentBuild.description = 'why'
        currentBuild.result = 'UNSTABLE'
        currentBuild.result = 'SUCCESS'
        echo "${currentBuild.displayName} ${currentBuild.result} ${currentBuild.resultIsWorseOrEqualTo('UNSTABLE')}"
        def last = currentBuild.previousBuild
        echo "${last.result} ${last?.previousBuild} ${currentBuild.getPreviousBuild().number}"
        echo "${currentBuild.getBuildCauses('hudson.model.Cause$UserIdCause')[0].userId}"
    """
    build = runner.run(
        script.replace("$UserIdCause", "\\$UserIdCause"),
        currentBuild={"number": 7, "displayName": "#7", "previousBuild": {"number": 6, "result": "FAILURE"}},
        causes=[{"class": "hudson.model.Cause$UserIdCause", "userId": "admin"}],
    )

    assert build.echoed == ["7 #7 null SUCCESS", "v7 UNSTABLE true", "FAILURE null 6", "admin"]
    assert [(m["field"], m["value"]) for m in build.of("set")] == [
        ("displayName", "v7"),
        ("description", "why"),
        ("result", "UNSTABLE"),
    ]
    assert build.result == "UNSTABLE"


def test_raw_jenkins_objects_are_refused(runner: Runner) -> None:
    assert "Scripts not permitted" in runner.run("currentBuild.rawBuild").text


def test_scm_is_what_the_job_has(runner: Runner) -> None:
    scm = {"$class": "GitSCM", "branches": [{"name": "*/main"}]}
    build = runner.run(
        "def found = checkout scm\necho found.GIT_COMMIT", {"checkout": value({"GIT_COMMIT": "abc"})}, scm=scm
    )

    assert build.called("checkout") == [scm]
    assert build.echoed == ["abc"]


def test_scm_of_a_job_without_one(runner: Runner) -> None:
    assert "ERROR: ‘checkout scm’ is only available" in runner.run("checkout scm").text


def test_symbols_become_describables(runner: Runner) -> None:
    build = runner.run("checkout scmGit(branches: [[name: 'x']], userRemoteConfigs: [[url: \"u${1}\"]])")

    assert build.called("checkout") == [
        {"$symbol": "scmGit", "branches": [{"name": "x"}], "userRemoteConfigs": [{"url": "u1"}]}
    ]


def test_properties_give_parameters_their_defaults_at_once(runner: Runner) -> None:
    script = """
        properties([parameters([string(name: 'Q', defaultValue: 'dq'), booleanParam(name: 'R', defaultValue: true),
            choice(name: 'C', choices: ['one', 'two'])]), pipelineTriggers([cron('H * * * *')])])
        echo "${params.Q} ${params.R} ${params.C}"
    """
    build = runner.run(script)

    assert build.echoed == ["dq true one"]
    assert build.called("properties")[0][1] == {
        "$symbol": "pipelineTriggers",
        "$args": [[{"$symbol": "cron", "$args": ["H * * * *"]}]],
    }


def test_a_maven_model_has_properties_getters_and_lists(runner: Runner) -> None:
    model = {
        "@type": "model",
        "groupId": "g",
        "artifactId": "a",
        "version": "1.2",
        "properties": {"java.version": "17"},
        "parent": {"version": "3"},
        "dependencies": [{"artifactId": "d", "version": "4"}],
    }
    script = """
        def pom = readMavenPom file: 'pom.xml'
        echo "${pom.version} ${pom.getVersion()} ${pom.parent.version} ${pom.getParent().getVersion()} ${pom.name}"
        def deps = pom.dependencies
        echo "${deps[0].artifactId} ${deps.size()} ${pom.modules.isEmpty()} ${pom.properties['java.version']}"
        for (d in pom.dependencies) { echo d.getVersion() }
        pom.version = '2.0'
        writeMavenPom model: pom
    """
    build = runner.run(script, {"readMavenPom": value(model)})

    assert build.echoed == ["1.2 1.2 3 3 null", "d 1 true 17", "4"]
    written = build.called("writeMavenPom")[0]["model"]
    assert written["@type"] == "model"
    assert written["version"] == "2.0"


def test_a_run_that_a_step_returns(runner: Runner) -> None:
    script = "def other = build job: 'other'\necho \"${other.result} ${other.number} ${other.getResult()}\""

    build = runner.run(script, {"build": value({"@type": "run", "number": 3, "result": "SUCCESS"})})

    assert build.echoed == ["SUCCESS 3 SUCCESS"]


def test_a_run_tells_where_it_comes_from_and_is_read_only(runner: Runner) -> None:
    script = """
        def up = currentBuild.upstreamBuilds
        echo "${up.size()} ${up[0].fullProjectName} ${up[0].number} ${up[0].externalizableId}"
        echo "${currentBuild.previousNotFailedBuild.number}"
        try { currentBuild.previousBuild.result = 'SUCCESS' } catch (SecurityException e) { echo e.message }
    """
    older = {"number": 1, "result": "SUCCESS", "previousBuild": None}
    current = {
        "number": 3,
        "upstreamBuilds": [{"number": 9, "projectName": "up", "fullProjectName": "folder/up", "result": "SUCCESS"}],
        "previousBuild": {"number": 2, "result": "FAILURE", "previousBuild": older},
    }

    assert echoed(runner, script, currentBuild=current) == [
        "1 folder/up 9 folder/up#9",
        "1",
        "can only set the result property on the current build",
    ]
