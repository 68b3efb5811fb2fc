"""Declarative pipelines: sections and directives."""

from __future__ import annotations

from typing import Any

from model_scripts import pipeline, stage
from runner_driver import Build, Runner, fails, pending, value

SCM = {"$class": "GitSCM", "userRemoteConfigs": [{"url": "u"}]}


def nodes(build: Build) -> list[Any]:
    return build.called("node")


class TestAgent:
    def test_any_takes_a_node_around_everything(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("a", "sh 'x'"), top="post { always { sh 'post' } }"))

        assert nodes(build) == [{}]
        assert [s["context"]["block"] for s in build.steps if s["name"] == "sh"] == [1, 1]

    def test_none_leaves_nodes_to_the_stages(self, runner: Runner) -> None:
        stages = stage("a", "sh 'x'", more="agent { label 'linux' }") + stage("b", "echo 'no node'")
        build = runner.run(pipeline(stages, agent="agent none"))

        assert nodes(build) == ["linux"]
        assert build.echoed == ["no node"]

    def test_label_may_be_computed(self, runner: Runner) -> None:
        assert nodes(
            runner.run(pipeline(stage("a", "sh 'x'"), agent='agent { label "linux-${env.BUILD_NUMBER}" }'))
        ) == ["linux-7"]

    def test_node_with_a_workspace_of_its_own(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("a", "sh 'x'"), agent="agent { node { label 'l'\ncustomWorkspace '/x/y' } }"))

        assert nodes(build) == ["l"]
        assert build.called("ws") == ["/x/y"]

    def test_docker_runs_steps_in_a_container_on_a_node(self, runner: Runner) -> None:
        agent = "agent { docker { image 'maven:3'\nargs '-v /a:/a'\nlabel 'd' } }"
        build = runner.run(pipeline(stage("a", "sh 'x'"), agent=agent))

        assert nodes(build) == ["d"]
        assert build.called("withDockerContainer") == [{"image": "maven:3", "args": "-v /a:/a"}]

    def test_docker_image_alone(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("a", "sh 'x'"), agent="agent { docker 'maven:3' }"))

        assert build.called("withDockerContainer") == [{"image": "maven:3", "args": ""}]

    def test_docker_may_reuse_the_pipelines_node(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("a", "sh 'x'", more="agent { docker { image 'i'\nreuseNode true } }")))

        assert len(nodes(build)) == 1

    def test_checkout_is_implicit_with_an_scm(self, runner: Runner) -> None:
        answers = {"checkout": value({"GIT_COMMIT": "abc"})}
        build = runner.run(pipeline(stage("a", "echo GIT_COMMIT")), answers, scm=SCM)

        assert build.called("checkout") == [SCM]
        assert build.stages[0] == ("Declarative: Checkout SCM", "SUCCESS")
        assert build.echoed == ["abc"]

    def test_a_stages_own_agent_checks_out_without_a_stage(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("a", "sh 'x'", more="agent any"), agent="agent none"), scm=SCM)

        assert build.called("checkout") == [SCM]
        assert build.stages == [("a", "SUCCESS")]

    def test_checkout_can_be_skipped(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("a", "sh 'x'"), top="options { skipDefaultCheckout() }"), scm=SCM)

        assert build.called("checkout") == []

    def test_a_failing_checkout_fails_the_build_but_post_runs(self, runner: Runner) -> None:
        script = pipeline(stage("a", "sh 'x'"), top="post { always { echo 'post' } }")
        build = runner.run(script, {"checkout": fails("no repository")}, scm=SCM)

        assert build.result == "FAILURE"
        assert build.called("sh") == []
        assert build.echoed == ["post"]
        assert build.log[-1] == "ERROR: no repository"


class TestEnvironment:
    def test_values_see_those_before_parameters_and_env(self, runner: Runner) -> None:
        top = 'environment { X = \'a\'\nY = "${X}b"\nZ = "${Y}-${params.T}-${env.X}-${env.BUILD_NUMBER}"\nN = 5 }'
        assert runner.run(pipeline(stage("s", 'echo "$Z $N"'), top=top), params={"T": "t"}).echoed == ["ab-t-a-7 5"]

    def test_values_may_name_later_ones_and_unknown_names_are_null(self, runner: Runner) -> None:
        top = 'environment { X = "${env.Y}-${Z}"\nY = "y${NOBODY}"\nZ = "${env.Y}z" }'

        assert runner.run(pipeline(stage("s", "echo X"), top=top)).echoed == ["ynull-ynullz"]

    def test_safe_navigation_is_not_safe_in_the_environment(self, runner: Runner) -> None:
        """The plugin writes the values anew, with plain dots; what stumbles over a null is told by its name."""
        top = 'environment { A = "${NOBODY ?: 1}"\nB = "${NOBODY?.size()}" }'
        build = runner.run(pipeline(stage("s", "echo A"), top=top))

        assert build.result == "FAILURE"
        assert (
            "java.lang.IllegalArgumentException: One or more variables have some issues with their values: B"
            in build.log
        )
        assert "[Pipeline] echo" not in build.log

    def test_a_stages_variables_hide_the_pipelines(self, runner: Runner) -> None:
        stages = stage("s", 'echo "$X $W"', more="environment { X = 'stage'\nW = \"${X}w\" }") + stage("t", "echo X")

        assert runner.run(pipeline(stages, top="environment { X = 'top' }")).echoed == ["stage stagew", "top"]

    def test_values_may_come_from_steps_and_methods(self, runner: Runner) -> None:
        script = "def name() { 'method' }\n" + pipeline(
            stage("s", 'echo "$A $B"'), top="environment { A = sh(script: 'x', returnStdout: true)\nB = name() }"
        )

        assert runner.run(script, {"sh": value("out")}).echoed == ["out method"]

    def test_a_variable_never_assigns_the_scripts_own_of_that_name(self, runner: Runner) -> None:
        script = "def X = 'script'\n" + pipeline(stage("s", 'echo "$X ${env.X}"'), top="environment { X = 'env' }")

        assert runner.run(script).echoed == ["script env"]

    def test_credentials_are_bound_by_the_server(self, runner: Runner) -> None:
        answers = {"withCredentials": lambda s: {"env": {"C": "u:p", "C_USR": "u", "C_PSW": "p"}}}
        top = "environment { C = credentials('my-id')\nUSER = \"${C_USR}\" }"
        build = runner.run(pipeline(stage("s", 'echo "$C $C_PSW $USER"'), top=top), answers)

        assert build.called("withCredentials") == [
            [{"$symbol": "declarativeCredentials", "variable": "C", "credentialsId": "my-id"}]
        ]
        assert build.echoed == ["u:p p u"]


class TestContainers:
    def test_each_stage_may_have_a_container_of_its_own_on_the_same_node(self, runner: Runner) -> None:
        stages = (
            stage("a", "echo 'x'") + stage("b", "echo 'y'", more="agent { label 'other' }") + stage("c", "echo 'z'")
        )
        script = pipeline(stages, agent="agent { docker { image 'i' } }", top="options { newContainerPerStage() }")
        build = runner.run(script)

        assert build.result == "SUCCESS", build.text
        assert [call["image"] for call in build.called("withDockerContainer")] == ["i", "i"]
        assert build.called("node") == [{}, "other"]

    def test_without_the_option_one_container_holds_all_stages(self, runner: Runner) -> None:
        stages = stage("a", "echo 'x'") + stage("b", "echo 'y'")
        build = runner.run(pipeline(stages, agent="agent { docker { image 'i'; args '-v /a:/b' } }"))

        assert [(call["image"], call["args"]) for call in build.called("withDockerContainer")] == [("i", "-v /a:/b")]


class TestTools:
    def test_they_are_installed_in_a_stage_and_again_for_each_stage(self, runner: Runner) -> None:
        answers = {"envVarsForTool": lambda s: {"value": [f"{s['args']['toolId'].upper()}_HOME=/t", "PATH+T=/t/bin"]}}
        build = runner.run(pipeline(stage("s", "sh 'x'"), top="tools { maven 'M3' }"), answers)

        assert build.stages[0][0] == "Declarative: Tool Install"
        assert build.called("tool") == [{"name": "M3", "type": "maven"}] * 2
        env = build.steps[-1]["context"]["env"]
        assert env["MAVEN_HOME"] == "/t"
        assert env["PATH"].startswith("/t/bin:")

    def test_a_stages_tool_replaces_the_pipelines(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("s", "sh 'x'", more="tools { jdk 'J17' }"), top="tools { jdk 'J8' }"))

        assert [t["name"] for t in build.called("tool")] == ["J8", "J17"]

    def test_without_an_agent_nothing_is_installed(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("s", "echo 'x'"), top="tools { maven 'M3' }", agent="agent none"))

        assert build.called("tool") == []


class TestOptionsParametersTriggers:
    def test_they_are_told_before_anything_runs(self, runner: Runner) -> None:
        top = """
            options { buildDiscarder(logRotator(numToKeepStr: '10'))
                      disableConcurrentBuilds(abortPrevious: true)
                      timestamps() }
            parameters { string(name: 'T', defaultValue: 'dev', description: 'where')
                         booleanParam(name: 'D', defaultValue: true) }
            triggers { cron('H * * * *'); GenericTrigger(genericVariables: [[key: 'v', value: '$.v']], token: 'tok') }
        """
        build = runner.run(pipeline(stage("s", 'echo "${params.T} ${params.D}"'), top=top))

        kinds = [m["type"] for m in build.messages]
        assert kinds.index("properties") < kinds.index("step")
        told = build.of("properties")[0]
        assert told["options"] == [
            {"$symbol": "buildDiscarder", "$args": [{"$symbol": "logRotator", "numToKeepStr": "10"}]},
            {"$symbol": "disableConcurrentBuilds", "abortPrevious": True},
        ]
        assert told["parameters"][0] == {
            "$symbol": "string",
            "name": "T",
            "defaultValue": "dev",
            "description": "where",
        }
        assert told["triggers"] == [
            {"$symbol": "cron", "$args": ["H * * * *"]},
            {"$symbol": "GenericTrigger", "genericVariables": [{"key": "v", "value": "$.v"}], "token": "tok"},
        ]
        assert build.echoed == ["dev true"]

    def test_given_parameters_win_over_defaults(self, runner: Runner) -> None:
        top = "parameters { string(name: 'T', defaultValue: 'dev'); choice(name: 'C', choices: ['a', 'b']) }"

        assert runner.run(pipeline(stage("s", "echo params.T + params.C"), top=top), params={"T": "x"}).echoed == ["xa"]

    def test_timeout_option(self, runner: Runner) -> None:
        script = pipeline(
            stage("s", "sh 'x'"),
            top="options { timeout(time: 60, unit: 'MILLISECONDS') }\npost { aborted { echo 'late' } }",
        )
        build = runner.run(script, {"sh": pending})

        assert build.result == "ABORTED"
        assert "Cancelling nested steps due to timeout" in build.log
        assert "late" in build.log

    def test_retry_option_of_a_stage(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("s", "sh 'x'", more="options { retry(3) }")), {"sh": fails("no")})

        assert len(build.called("sh")) == 3
        assert build.result == "FAILURE"

    def test_block_steps_of_the_server_may_be_options(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("s", "sh 'x'"), top="options { timestamps()\nansiColor('xterm') }"))

        assert build.called("ansiColor") == ["xterm"]
        assert [m["name"] for m in build.steps] == ["node", "timestamps", "ansiColor", "sh"]

    def test_skip_stages_after_unstable(self, runner: Runner) -> None:
        script = pipeline(
            stage("a", "unstable 'hm'") + stage("b", "echo 'b'"), top="options { skipStagesAfterUnstable() }"
        )
        build = runner.run(script)

        assert build.stages == [("a", "UNSTABLE"), ("b", "NOT_EXECUTED")]
        assert 'Stage "b" skipped due to earlier stage(s) marking the build as unstable' in build.log

    def test_checkout_to_a_subdirectory(self, runner: Runner) -> None:
        build = runner.run(pipeline(stage("s", "sh 'x'"), top="options { checkoutToSubdirectory('sub') }"), scm=SCM)

        assert build.called("dir") == ["sub"]
        assert build.called("checkout") == [SCM]
