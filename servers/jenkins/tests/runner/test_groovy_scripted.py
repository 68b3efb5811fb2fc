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


def test_variables_of_the_environment_are_found_in_any_case(runner: Runner) -> None:
    script = """node { echo "$workspace ${env.build_number} ${env.nothing}" }"""

    assert echoed(runner, script) == ["/w 7 null"]


def test_secrets_in_a_scripts_own_strings_are_warned_of(runner: Runner) -> None:
    answers = {"withCredentials": lambda step: {"env": {"TOKEN": "s3cret", "WHO": "me"}, "sensitive": ["TOKEN"]}}
    script = """withCredentials([]) { node { sh "x $TOKEN"
        sh 'x $TOKEN'
        sh "x $WHO" } }
        sh "x ${'s3' + 'cret'}" """

    assert echoed(runner, script, answers=answers) == [
        'Warning: A secret was passed to "sh" using Groovy String interpolation, which is insecure.',
        "\t\t Affected argument(s) used the following variable(s): [TOKEN]",
        "\t\t See https://jenkins.io/redirect/groovy-string-interpolation for details.",
    ]


def test_a_loop_follows_a_growing_list(runner: Runner) -> None:
    assert echoed(runner, 'def l = [1]\nfor (x in l) { if (x < 3) { l << x + 1 }\necho "$x" }') == ["1", "2", "3"]


def test_values_that_a_step_does_not_take_are_refused(runner: Runner) -> None:
    script = """
        for (value in [1, ['a'], new RuntimeException('x')]) {
            try { echo value } catch (IllegalArgumentException e) { println e.message }
        }
        try { sh 'a', 'b' } catch (IllegalArgumentException e) { println e.message }
        try { sh label: 'no script' } catch (IllegalArgumentException e) { println e.message }
        sh script: 'x', oops: 1
    """
    build = runner.run(script)

    step = "org.jenkinsci.plugins.workflow.steps.EchoStep"
    assert build.echoed == [
        f"Could not instantiate {{message={value}}} for {step}: java.lang.ClassCastException: {step}.message expects "
        f"class java.lang.String but received class {kind}"
        for value, kind in [
            ("1", "java.lang.Integer"),
            ("[a]", "java.util.ArrayList"),
            ("java.lang.RuntimeException: x", "java.lang.RuntimeException"),
        ]
    ] + [
        "Expected named arguments but got [a, b]",
        "Could not instantiate {label=no script} for org.jenkinsci.plugins.workflow.steps.durable_task.ShellStep: "
        "java.lang.reflect.InvocationTargetException",
        "WARNING: Unknown parameter(s) found for class type "
        "'org.jenkinsci.plugins.workflow.steps.durable_task.ShellStep': oops",
    ]


def test_what_a_script_gets_of_a_broken_one_has_groovys_name(runner: Runner) -> None:
    build = runner.run("try { evaluate '1 +' } catch (e) { echo e.toString().readLines()[0] }")

    assert build.echoed == ["org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:"]


def test_what_caused_a_failure_is_told_first(runner: Runner) -> None:
    build = runner.run("try {\nerror 'inner' } catch (e) {\nthrow new IllegalStateException(e) }")

    assert build.log[-5:] == [
        "[Pipeline] End of Pipeline",
        "hudson.AbortException: inner",
        "\tat WorkflowScript.run(WorkflowScript:2)",
        "Caused: java.lang.IllegalStateException",
        "\tat WorkflowScript.run(WorkflowScript:3)",
    ]


def test_classes_of_jenkins_can_be_named(runner: Runner) -> None:
    script = """
        import hudson.EnvVars
        import hudson.model.Cause
        import jenkins.model.Jenkins
        import org.jenkinsci.plugins.pipeline.modeldefinition.Utils
        import org.jenkinsci.plugins.workflow.support.steps.build.RunWrapper
        def number(RunWrapper build) { build.number }
        echo "${number(currentBuild)} ${new EnvVars([A: 'b']).expand('$A-$B')}"
        echo "${currentBuild.getBuildCauses(Cause.UserIdCause).size()}"
        try { Jenkins.instance.jobs } catch (SecurityException e) { echo e.message }
        stage('skipped') { Utils.markStageSkippedForConditional('skipped') }
    """
    cause = {"class": "hudson.model.Cause$UserIdCause", "userId": "admin"}
    build = runner.run(script, currentBuild={"number": 7}, causes=[cause])

    refused = "Scripts not permitted to use staticMethod jenkins.model.Jenkins getInstance"
    assert build.echoed == ["7 b-$B", "1", refused]
    assert build.stages == [("skipped", "NOT_EXECUTED")]


def test_a_loaded_scripts_call_is_called_by_its_variable(runner: Runner) -> None:
    script = "node { tool2 = load 'x.groovy' }\necho tool2('a')"

    assert echoed(runner, script, answers={"readFile": value("def call(x) { sh 'y'; \"$x!\" }\nthis")}) == ["a!"]


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
    script = "try { sh 'x' } catch (e) { echo \"caught $e\" }\nsh 'x'"
    build = runner.run(script, {"sh": fails("no space", "hudson.Nowhere")})

    assert build.echoed == ["caught hudson.Nowhere: no space"]
    assert "hudson.Nowhere: no space" in build.log


def test_an_unknown_step_names_those_there_are(runner: Runner) -> None:
    build = runner.run("foo 'x'", steps=["sh"], blockSteps=["node"], symbols=["cron"])

    assert build.result == "FAILURE"
    assert (
        "java.lang.NoSuchMethodError: No such DSL method 'foo' found among steps [catchError, echo, error, evaluate, "
        "isUnix, library, load, lock, node, parallel, print, println, readCSV, readJSON, retry, script, sh, sleep, "
        "stage, timeout, unstable, waitUntil, warnError, withEnv, writeCSV, writeJSON] or symbols [cron] or globals "
        "[currentBuild, docker, env, params, pipeline, scm]" in build.log
    )


def test_an_unknown_variable_is_reported_as_jenkins_does(runner: Runner) -> None:
    build = runner.run("echo bar")

    assert (
        "hudson.remoting.ProxyException: groovy.lang.MissingPropertyException: No such property: bar for class: "
        "groovy.lang.Binding" in build.log
    )


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
