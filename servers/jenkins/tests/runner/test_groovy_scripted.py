# ruff: noqa: RUF001 (Jenkins' own quotation marks)
"""Scripted pipelines: the language, and the variables every script has."""

from __future__ import annotations

from typing import Any

from runner_driver import ABORT, Runner, fails, value


def echoed(runner: Runner, script: str, **fields: Any) -> list[str]:
    return runner.run(script, **fields).echoed


def test_loops_and_closures_may_run_steps(runner: Runner) -> None:
    build = runner.run(
        """
        node {
            for (int i = 0; i < 2; i++) { sh "for $i" }
            for (x in ['a', 'b']) { sh "in $x" }
            [1, 2].each { sh "each $it" }
            [k: 'v'].each { key, v -> sh "map $key=$v" }
            (1..2).each { sh "range $it" }
            2.times { sh "times $it" }
            def i = 0
            while (i < 2) { i++; sh "while $i" }
        }
        """
    )

    assert build.called("sh") == [
        "for 0",
        "for 1",
        "in a",
        "in b",
        "each 1",
        "each 2",
        "map k=v",
        "range 1",
        "range 2",
        "times 0",
        "times 1",
        "while 1",
        "while 2",
    ]


def test_a_steps_value_is_what_the_server_answers(runner: Runner) -> None:
    script = """
        def out = sh(script: 'x', returnStdout: true)
        def status = sh(script: 'y', returnStatus: true)
        echo out.trim() + status
    """
    answers = {"sh": lambda step: {"value": 3 if "returnStatus" in step["args"] else "text\n"}}

    assert runner.run(script, answers).echoed == ["text3"]


def test_methods_collections_and_operators(runner: Runner) -> None:
    script = """
        def twice(n) { sh "twice $n"; return n * 2 }
        echo "${[1, 2].collect { twice(it) }} ${[3, 1, 2].sort()} ${[a: 1].collectEntries { k, v -> [k, v + 1] }}"
        echo "${[1, 2, 3].findAll { it > 1 }} ${[1, 2].any { it == 2 }} ${[1, 2].inject(0) { a, b -> a + b }}"
        def (a, b) = [1, 2]
        def c = null
        echo "${a + b} ${c ?: 'elvis'} ${c?.length()} ${'abc'[0..1]} ${'x' in ['x']} ${a <=> b}"
        switch ('abc') { case ~/a.*/: echo 'matched'; break; default: echo 'no' }
        def s = 'x'
        s += 'y'
        echo s.toUpperCase()
        String multi = '''one
two'''
        echo multi.readLines().last()
    """

    assert echoed(runner, script) == [
        "[2, 4] [1, 2, 3] [a:2]",
        "[2, 3] true 3",
        "3 elvis null ab true -1",
        "matched",
        "XY",
        "two",
    ]


def test_noncps_methods_run_plain_groovy(runner: Runner) -> None:
    script = """
        @NonCPS
        def shout(String text) { text.split('').collect { it.toUpperCase() }.sort { x, y -> y <=> x }.join('-') }
        echo shout('abc')
    """

    assert echoed(runner, script) == ["C-B-A"]


def test_classes_may_call_steps_through_the_script(runner: Runner) -> None:
    script = """
        class Tool implements Serializable {
            def script
            Tool(script) { this.script = script }
            def go() { script.sh 'from class'; return 5 }
        }
        echo "${new Tool(this).go()}"
    """
    build = runner.run(script)

    assert build.called("sh") == ["from class"]
    assert build.echoed == ["5"]


def test_try_catch_finally_around_a_failing_step(runner: Runner) -> None:
    script = """
        try { sh 'x' }
        catch (hudson.AbortException e) { echo "caught ${e.message}" }
        finally { sh 'finally' }
    """
    answers = {"sh": lambda s: {} if s["positional"] == ["finally"] else fails("script returned exit code 1")(s)}

    build = runner.run(script, answers)

    assert build.echoed == ["caught script returned exit code 1"]
    assert build.result == "SUCCESS"


def test_an_uncaught_step_failure_fails_the_build_with_its_message(runner: Runner) -> None:
    build = runner.run("node { sh 'x' }", {"sh": fails("script returned exit code 2")})

    assert build.result == "FAILURE"
    assert build.log[-2:] == ["[Pipeline] End of Pipeline", "ERROR: script returned exit code 2"]
    assert build.of("leave")[0]["outcome"] == "failure"
    assert build.error is not None
    assert build.error["class"] == ABORT


def test_an_exception_is_printed_with_the_scripts_lines(runner: Runner) -> None:
    build = runner.run("def f() {\n  throw new IllegalStateException('bad')\n}\nf()")

    assert build.result == "FAILURE"
    assert build.log[-3:] == [
        "java.lang.IllegalStateException: bad",
        "\tat WorkflowScript.f(WorkflowScript:2)",
        "\tat WorkflowScript.run(WorkflowScript:4)",
    ]


def test_a_failure_of_the_servers_own_kind_keeps_its_class_name(runner: Runner) -> None:
    build = runner.run("sh 'x'", {"sh": fails("no space", "java.io.IOException")})

    assert "java.io.IOException: no space" in build.log


def test_an_unknown_step_names_those_there_are(runner: Runner) -> None:
    build = runner.run("foo 'x'", steps=["sh"], blockSteps=["node"], symbols=["cron"])

    assert build.result == "FAILURE"
    assert (
        "java.lang.NoSuchMethodError: No such DSL method 'foo' found among steps [catchError, echo, error, evaluate, "
        "isUnix, library, load, lock, node, parallel, print, println, readCSV, retry, script, sh, sleep, stage, "
        "timeout, unstable, waitUntil, warnError, withEnv, writeCSV] or symbols [cron] or globals [currentBuild, "
        "docker, env, params, pipeline, scm]" in build.log
    )


def test_an_unknown_variable_is_reported_as_jenkins_does(runner: Runner) -> None:
    build = runner.run("echo bar")

    assert (
        "hudson.remoting.ProxyException: groovy.lang.MissingPropertyException: No such property: bar for class: "
        "groovy.lang.Binding" in build.log
    )


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


def test_load_runs_a_file_of_the_workspace(runner: Runner) -> None:
    loaded = 'def hello(name) { sh name; return "hello $name" }\nreturn this'
    build = runner.run("def lib = load 'lib.groovy'\necho lib.hello('x')", {"readFile": value(loaded)})

    assert build.called("readFile") == [{"file": "lib.groovy"}]
    assert build.called("sh") == ["x"]
    assert build.echoed == ["hello x"]


def test_evaluate_shares_the_scripts_variables(runner: Runner) -> None:
    assert echoed(runner, 'x = 1\nevaluate(\'y = x + 1; echo "in $y"\')\necho "$y"') == ["in 2", "2"]


def test_print_and_println_are_echo(runner: Runner) -> None:
    assert echoed(runner, "print 'a'\nprintln 'b'\n[1].each { println it }") == ["a", "b", "1"]


def test_json_may_be_parsed_by_groovys_own_slurper(runner: Runner) -> None:
    script = """
        import groovy.json.JsonSlurperClassic
        def data = new JsonSlurperClassic().parseText('{"a": [1, 2]}')
        sh 'x'
        echo "${data.a[1]}"
    """

    assert echoed(runner, script) == ["2"]


def test_docker_images_build_push_and_hold_steps(runner: Runner) -> None:
    script = """
        def image = docker.build('reg/app:1', '-f x .')
        image.push()
        image.push('latest')
        docker.image('maven').inside('-v /m:/m') { sh 'mvn' }
        docker.withRegistry('https://reg', 'cred') { sh 'in registry' }
        image.withRun('-p 1:1') { c -> sh "use ${c.id}" }
    """
    build = runner.run(script, {"sh": lambda s: {"value": "cid\n" if s["args"].get("returnStdout") else None}})

    assert build.result == "SUCCESS", build.text
    assert build.called("withDockerContainer") == [{"image": "maven", "args": "-v /m:/m"}]
    assert build.called("withDockerRegistry") == [{"url": "https://reg", "credentialsId": "cred"}]
    assert [c for c in build.called("sh") if isinstance(c, str)] == [
        'docker build -t "$JD_IMAGE" -f x .',
        *['docker tag "$JD_ID" "$JD_TAGGED_IMAGE_NAME"', 'docker push "$JD_TAGGED_IMAGE_NAME"'] * 2,
        'docker pull "$JD_TO_PULL"',
        "mvn",
        "in registry",
        "use cid",
        'docker stop "$JD_ID" && docker rm -f --volumes "$JD_ID"',
    ]
