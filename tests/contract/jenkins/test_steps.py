"""The steps that do things: shell, files, data, artifacts, tests, other jobs."""

from __future__ import annotations

import time

import pytest
from jenkins_client import Client, pipeline, wait_for


def succeeds(client: Client, script: str) -> str:
    finished = client.run("steps", script)
    assert finished.result == "SUCCESS", finished.console
    return finished.console


def fails(client: Client, script: str) -> str:
    finished = client.run("steps", script)
    assert finished.result == "FAILURE", finished.console
    return finished.console


def test_sh_traces_and_prints(client: Client) -> None:
    console = succeeds(client, "node { sh 'echo one; echo two >&2' }")
    assert "+ echo one\none\n+ echo two\ntwo\n" in console


def test_sh_returns_output_or_status(client: Client) -> None:
    console = succeeds(
        client,
        """node {
          def out = sh(script: 'echo captured; echo noise >&2', returnStdout: true).trim()
          def code = sh(script: 'exit 3', returnStatus: true)
          echo "out=${out} code=${code}"
        }""",
    )
    assert "out=captured code=3" in console
    assert "noise" in console


def test_sh_fails_with_its_code(client: Client) -> None:
    assert "ERROR: script returned exit code 7" in fails(client, "node { sh 'exit 7' }")


def test_sh_stops_at_the_first_failing_command(client: Client) -> None:
    assert "unreached" not in fails(client, "node { sh '''false\necho unreached''' }").replace("+ echo", "")


def test_sh_with_its_own_interpreter(client: Client) -> None:
    assert "python says 4" in succeeds(
        client, "node { sh '''#!/usr/bin/env python3\nprint(\"python says\", 2 + 2)\n''' }"
    )


def test_a_background_process_does_not_hold_sh_up(client: Client) -> None:
    began = time.monotonic()
    succeeds(client, "node { sh 'sleep 30 & echo done' }")
    assert time.monotonic() - began < 25


def test_steps_need_a_node(client: Client) -> None:
    console = fails(client, "sh 'true'")
    assert "Required context class hudson.FilePath is missing" in console
    assert "Perhaps you forgot to surround the" in console


def test_an_unknown_step_fails_as_in_jenkins(client: Client) -> None:
    console = fails(client, "node { frobnicate 'x' }")
    assert "No such DSL method 'frobnicate' found among steps [" in console


def test_the_environment_that_jenkins_gives(client: Client) -> None:
    console = succeeds(client, "node { sh 'env | sort' }")
    for line in ("JOB_NAME=steps", "JOB_BASE_NAME=steps", "NODE_NAME=built-in", "CI=true", "EXECUTOR_NUMBER="):
        assert f"\n{line}" in console
    number = next(line for line in console.splitlines() if line.startswith("BUILD_NUMBER=")).split("=")[1]
    assert f"\nBUILD_TAG=jenkins-steps-{number}\n" in console
    assert f"job/steps/{number}/\n" in console
    assert "JENKINS_ADMIN" not in console


def test_files(client: Client) -> None:
    console = succeeds(
        client,
        """node {
          deleteDir()
          dir('a/b') { writeFile file: 'c/x.txt', text: 'höhe'; echo pwd() }
          echo "read ${readFile 'a/b/c/x.txt'} ${fileExists 'a'} ${fileExists 'z'}"
          echo "found ${findFiles(glob: '**/*.txt')[0].path}"
          deleteDir()
          echo "left ${fileExists 'a'}"
          try { readFile 'none' } catch (e) { echo "caught ${e.message}" }
        }""",
    )
    assert "read höhe true false" in console
    assert "found a/b/c/x.txt" in console
    assert "left false" in console
    assert "caught /" in console


def test_data(client: Client) -> None:
    console = succeeds(
        client,
        """node {
          def j = readJSON text: '{"a": {"b": [1, 2]}}'
          writeJSON file: 'x.json', json: [k: j.a.b[1]]
          def y = readYaml text: 'name: x\\nlist: [1, 2]'
          writeYaml file: 'x.yaml', data: y, overwrite: true
          def p = readProperties text: 'a = 1\\n# no\\nb: two'
          echo "${readFile 'x.json'} ${y.list.size()} ${readYaml(file: 'x.yaml').name} ${p.a}${p.b}"
        }""",
    )
    assert '{"k":2} 2 x 1two' in console


def test_artifacts_and_stashes(client: Client) -> None:
    script = """
    node {
      deleteDir()
      sh 'mkdir -p target sub; echo jar > target/app.jar; echo t > sub/t.txt'
      archiveArtifacts artifacts: 'target/*.jar, sub/**', fingerprint: true
      stash name: 'all', includes: '**/*.txt'
      deleteDir()
      unstash 'all'
      sh 'ls sub'
    }
    """
    client.create("artifacts", pipeline(script))
    finished = client.finished(client.trigger("artifacts"))
    assert finished.result == "SUCCESS", finished.console
    assert [a["relativePath"] for a in finished.data["artifacts"]] == ["sub/t.txt", "target/app.jar"]
    base = f"/job/artifacts/{finished.number}/artifact"
    assert client.get(f"{base}/target/app.jar").text == "jar\n"
    assert client.get(f"{base}/../build.json").status_code in {400, 404}
    assert client.get("/job/artifacts/lastSuccessfulBuild/artifact/sub/t.txt").text == "t\n"


def test_missing_artifacts_fail(client: Client) -> None:
    assert "No artifacts found that match the file pattern" in fails(client, "node { archiveArtifacts 'nothing/*' }")


def test_junit_makes_a_build_unstable(client: Client) -> None:
    report = (
        '<testsuite name="S"><testcase classname="C" name="good" time="0.5"/>'
        '<testcase classname="C" name="bad"><failure message="was 1">trace</failure></testcase>'
        '<testcase classname="C" name="off"><skipped/></testcase></testsuite>'
    )
    script = f"node {{ writeFile file: 'r/TEST-1.xml', text: '{report}'; junit 'r/*.xml' }}"
    finished = client.run("tested", script)
    assert finished.result == "UNSTABLE", finished.console
    found = client.json(f"/job/tested/{finished.number}/testReport/api/json")
    assert (found["passCount"], found["failCount"], found["skipCount"]) == (1, 1, 1)
    assert client.json("/job/tested/api/json")["color"] == "yellow"


def test_build_starts_another_job_and_takes_its_result(client: Client) -> None:
    parameter = (
        "<hudson.model.ParametersDefinitionProperty><parameterDefinitions><hudson.model.StringParameterDefinition>"
        "<name>X</name></hudson.model.StringParameterDefinition></parameterDefinitions>"
        "</hudson.model.ParametersDefinitionProperty>"
    )
    client.create(
        "inner", pipeline("echo \"inner got ${params.X}\"; if (params.X == 'bad') error 'refused'", parameter)
    )
    good = succeeds(
        client, "def b = build job: 'inner', parameters: [string(name: 'X', value: 'ok')]; echo \"was ${b.result}\""
    )
    assert "Scheduling project: inner" in good
    assert "was SUCCESS" in good
    fails(client, "build job: 'inner', parameters: [string(name: 'X', value: 'bad')]")
    ignored = succeeds(
        client,
        "def b = build(job: 'inner', propagate: false, parameters: [string(name: 'X', value: 'bad')]); echo b.result",
    )
    assert "FAILURE" in ignored


@pytest.mark.parametrize(("verb", "result"), [("proceedEmpty", "SUCCESS"), ("abort", "ABORTED")])
def test_input_waits_for_a_person(client: Client, verb: str, result: str) -> None:
    client.create("asks", pipeline("input message: 'Go on?', id: 'Gate', ok: 'Ship it'"))
    item = client.trigger("asks")
    path = client.started(item)
    wait_for(lambda: "Ship it or Abort" in client.get(f"{path}consoleText").text or None, "the question")
    assert "Go on?" in client.get(path).text
    assert client.post(f"{path}input/Gate/{verb}").status_code == 200
    assert client.finished(item).result == result


def test_the_console_grows_while_the_build_runs(client: Client) -> None:
    client.create("grows", pipeline("node { sh 'echo first; sleep 2; echo second' }"))
    path = client.started(client.trigger("grows"))
    wait_for(lambda: "first" in client.get(f"{path}consoleText").text or None, "the first line")
    part = client.get(f"{path}logText/progressiveText?start=0")
    assert part.headers["X-More-Data"] == "true"
    size = part.headers["X-Text-Size"]
    assert int(size) == len(part.content)

    def whole() -> bytes | None:
        rest = client.get(f"{path}logText/progressiveText?start={size}")
        return None if "X-More-Data" in rest.headers else part.content + rest.content

    text = wait_for(whole, "the end")
    assert text == client.get(f"{path}consoleText").content
    assert text.endswith(b"Finished: SUCCESS\n")
    assert client.get(f"{path}logText/progressiveHtml?start=0").headers["Content-Type"].startswith("text/html")


def test_timestamps_lock_and_milestone(client: Client) -> None:
    console = succeeds(client, "timestamps { lock('db') { milestone 1; echo 'inside' } }")
    assert any(line.startswith("[20") and line.endswith("Z] inside") for line in console.splitlines())
    assert "Lock acquired on [Resource: db]" in console


def test_timeout_interrupts_the_shell(client: Client) -> None:
    began = time.monotonic()
    finished = client.run("slow", "node { timeout(time: 1, unit: 'SECONDS') { sh 'sleep 60' } }")
    assert finished.result == "ABORTED", finished.console
    assert time.monotonic() - began < 45


def test_parallel_branches_run_at_once(client: Client) -> None:
    meet = "touch $1; i=0; until [ -e $2 ]; do sleep 0.1; i=$((i+1)); [ $i -lt 300 ]; done"
    script = f"""
    node {{
      deleteDir()
      writeFile file: 'meet.sh', text: '{meet}'
      parallel a: {{ sh 'sh meet.sh a b' }}, b: {{ sh 'sh meet.sh b a' }}
    }}
    """
    succeeds(client, script)


def test_disable_concurrent_builds(client: Client) -> None:
    client.run("alone", "properties([disableConcurrentBuilds()])\necho 'set'")
    config = client.get("/job/alone/config.xml").text
    assert "DisableConcurrentBuildsJobProperty" in config
    client.create(
        "alone",
        pipeline(
            "properties([disableConcurrentBuilds()])\nsleep 1",
            "<org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty/>",
        ),
    )
    first = client.trigger("alone")
    client.started(first)
    second = client.trigger("alone")
    blocked = wait_for(
        lambda: found if (found := client.json(f"/queue/item/{second}/api/json"))["blocked"] else None, "the block"
    )
    assert "is already in progress" in blocked["why"]
    assert client.finished(second).data["timestamp"] >= client.finished(first).data["timestamp"] + 1000


def test_parameters_declared_by_a_pipeline(client: Client) -> None:
    script = """
    pipeline { agent none
      parameters {
        string(name: 'S', defaultValue: 'dev', description: 'where')
        booleanParam(name: 'B', defaultValue: true)
        choice(name: 'C', choices: ['x', 'y'])
        password(name: 'P', defaultValue: 'hidden-default')
        text(name: 'T', defaultValue: 'line')
      }
      options { buildDiscarder(logRotator(numToKeepStr: '3')); quietPeriod(0) }
      stages { stage('s') { steps { echo "${params.S} ${params.B} ${params.C} ${params.T} ${params.P}" } } } }
    """
    assert "dev true x line ****" in succeeds(client, script)
    definitions = next(p for p in client.json("/job/steps/api/json")["property"] if "parameterDefinitions" in p)
    assert [(d["name"], d["type"]) for d in definitions["parameterDefinitions"]] == [
        ("S", "StringParameterDefinition"),
        ("B", "BooleanParameterDefinition"),
        ("C", "ChoiceParameterDefinition"),
        ("P", "PasswordParameterDefinition"),
        ("T", "TextParameterDefinition"),
    ]
    properties = client.get("/job/steps/config.xml").text.split("<properties>")[1].split("</properties>")[0]
    assert "PasswordParameterDefinition" in properties
    assert "hidden-default" not in properties
    assert "<quietPeriod>0</quietPeriod>" in client.get("/job/steps/config.xml").text
    assert client.post("/job/steps/buildWithParameters", data={"C": "z"}).status_code == 400
    finished = client.finished(client.trigger("steps", {"C": "y", "B": "false", "P": "other-secret"}))
    assert "dev false y line ****" in finished.console
    for _ in range(4):
        client.finished(client.trigger("steps", {}))
    assert len(client.json("/job/steps/api/json")["builds"]) == 3
