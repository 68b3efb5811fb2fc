"""Running pipelines survive the server: kill -9, SIGTERM, processes that go with it, a runner that dies."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jenkins_client import Client, pipeline, username_password, wait_for
from jenkins_harness import LightJenkins, runner_jar

Make = Callable[..., LightJenkins]

SECONDS_AWAY = 2.5
#: Holds a shell up until the test lets all of them go.
WAIT = "{ set +x; until [ -e $JENKINS_HOME/go ]; do sleep 0.2; done; }"

#: One build for each thing a pipeline can stand in, those that can't wait long last, and what its log says by then.
STANDING: dict[str, tuple[str, str]] = {
    "shell": (
        "ready",
        """node { def kept = [1, 'two', [three: 3]]
        withEnv(['HERE=there']) { dir('sub') {
          sh '''echo ready
          for i in 1 2 3 4 5; do echo tick $i; echo tick $i >> ticks; test $i != 2 || WAIT; sleep 0.1; done'''
          echo "$kept ${env.HERE} ${pwd()}"
          echo readFile('ticks').readLines().size() + ' ticks'
        } } }""",
    ),
    "shell-ended-meanwhile": (
        "ready",
        """node { try { sh '''echo ready; set +x; until [ -e $JENKINS_HOME/away ]; do sleep 0.2; done
        echo last words; exit 3''' } catch (e) { echo "caught $e.message" }
        echo 'status ' + sh(script: 'exit 4', returnStatus: true) }""",
    ),
    "shell-output": (
        "+ echo ready",
        "node { def out = sh(script: 'echo ready >&2; WAIT; echo to be returned', returnStdout: true)\n"
        'echo "<${out.trim()}>" }',
    ),
    "input": (
        "Input requested",
        "def v = input(message: 'Which?', id: 'Which', parameters: [string(name: 'V')]); echo \"v=$v\"",
    ),
    "upstream": ("Starting building: downstream", "def b = build 'downstream'; echo \"it was $b.number $b.result\""),
    "downstream": ("ready", "node { sh 'echo ready; WAIT' }"),
    "lock": ("ready", "lock('printer') { node { sh 'echo ready; WAIT; echo printed' } }"),
    "timeout-to-come": (
        "ready",
        "node { timeout(time: 1, unit: 'HOURS') { sh 'echo ready; WAIT'; echo 'in time' } }",
    ),
    "parallel": (
        "right is ready",
        """node { def done = parallel(
          left: { sh 'echo left is ready; WAIT; sleep 0.2; echo left >> sides'; 'L' },
          right: { sh 'echo right is ready; WAIT; echo right >> sides'; sleep 1; 'R' },
          failFast: true)
        echo "$done" + readFile('sides').readLines().sort() }""",
    ),
    "retry": (
        "ready",
        """node { int tries = 0
        retry(3) { tries++; sh 'echo ready; WAIT'; if (tries < 2) { error 'once more' }; echo "tries: $tries" } }""",
    ),
    "secret": (
        "ready",
        """node { withCredentials([
          usernamePassword(credentialsId: 'joe', usernameVariable: 'U', passwordVariable: 'P')]) {
          sh 'echo ready; WAIT; echo password $P'
          sh 'echo again $U $P'
        }
        echo 'masked still: plain-' + 'secret' }""",
    ),
    "declarative": (
        "ready",
        """pipeline {
          agent any
          environment { CRED = credentials('joe'); PLACE = 'here' }
          options { timeout(time: 1, unit: 'HOURS'); timestamps() }
          stages {
            stage('first') { steps {
              writeFile file: 'a/b.txt', text: 'stashed'
              stash name: 'x', includes: 'a/**'
              deleteDir() } }
            stage('long') {
              environment { PLACE = 'there' }
              steps { sh 'echo ready; WAIT; echo user $CRED_USR at $PLACE' }
              post { success { echo 'stage is done' } }
            }
            stage('last') { when { expression { env.PLACE == 'here' } }
              steps { unstash 'x'; echo readFile('a/b.txt'); sh 'echo at $PLACE' } }
          }
          post { always { echo "always ${currentBuild.currentResult}" } }
        }""",
    ),
    "waits": (
        "ready",
        """node { sh 'echo ready'
        waitUntil(quiet: true) { fileExists '../../go' }
        echo 'went' }""",
    ),
    "language": (
        "ready",
        """import groovy.transform.Field
        @Field List seen = ['before']
        class Counter implements Serializable { int n = 0; int next() { ++n } }
        def counter = new Counter(); counter.next()
        def add = { a, b = 2 -> a + b }
        int sum(list) { int s = 0; for (x in list) { s += x }; s }
        node {
          writeFile file: 'part.groovy', text: 'def hello(x) { sh "WAIT"; "hello $x" }; return this'
          def part = load 'part.groovy'
          [1, 2].eachWithIndex { v, i -> if (i == 0) { echo 'ready'; echo part.hello(v) } else { seen << "v$v" } }
          echo "$seen ${counter.next()} ${add(1, 3)} ${sum([1, 2, 3])}"
        }""",
    ),
    "unresumable": ("The recommended git tool is", "node { git 'http://127.0.0.1:SILENT/repo.git' }"),
    "stopped-later": ("ready", "node { try { sh 'echo ready; sleep 600' } finally { echo 'cleaned up' } }"),
    "sleep": ("Sleeping for", 'def n = 41; sleep 6; echo "n is ${n + 1}"'),
    "timeout": (
        "ready",
        "node { try { timeout(time: 2000, unit: 'MILLISECONDS') { sh 'echo ready; sleep 60' } }\n"
        'catch (e) { echo "ended by $e" } }',
    ),
}


@pytest.fixture(scope="module")
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory, silent_port: int) -> Iterator[LightJenkins]:
    """A server that was killed with -9 while every build of STANDING stood in its step, and started again."""
    server = LightJenkins(tmp_path_factory.mktemp("restart"), runner_jar(), JENKINS_EXECUTORS="30")
    server.start()
    client = server.client
    client.create_credentials(username_password("joe", "joe", "plain-secret"))
    for name, (_, script) in STANDING.items():
        client.create(name, pipeline(script.replace("WAIT", WAIT).replace("SILENT", str(silent_port))))
    for name in STANDING:
        if name not in {"downstream", "sleep", "timeout"}:
            client.trigger(name)
    get_there(client, "lock")
    client.create("lock-waits", pipeline("lock('printer') { echo 'my turn' }"))
    client.trigger("lock-waits")
    for name in set(STANDING) - {"sleep", "timeout"}:
        get_there(client, name)
    wait_for(lambda: "is not free" in console(client, "lock-waits") or None, "the second lock")
    for name in ("sleep", "timeout"):
        client.trigger(name)
        get_there(client, name)
    server.kill()
    (server.home / "away").touch()
    time.sleep(SECONDS_AWAY)
    server.start()
    (server.home / "go").touch()
    yield server
    server.kill()


def get_there(client: Client, name: str) -> None:
    """Wait until a build stands where it is to stand."""
    wait_for(lambda: STANDING[name][0] in console(client, name) or None, f"{name} to get there", 120)


def console(client: Client, name: str, number: int = 1) -> str:
    """The console text of a build, empty when there is none."""
    answer = client.get(f"/job/{name}/{number}/consoleText")
    return answer.text if answer.status_code == 200 else ""


def finished(client: Client, name: str, seconds: float = 120) -> tuple[str, str]:
    """Result and console of a job's first build, once it is over."""

    def over() -> dict[str, Any] | None:
        data: dict[str, Any] = client.json(f"/job/{name}/1/api/json")
        return None if data["building"] else data

    result = str(wait_for(over, f"{name} to finish", seconds)["result"])
    return result, console(client, name)


def test_a_shell_goes_on_and_its_output_is_whole(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "shell")

    assert result == "SUCCESS", log
    lines = log.splitlines()
    assert [line for line in lines if line.startswith("tick")] == [f"tick {n}" for n in range(1, 6)]
    assert f"[1, two, [three:3]] there {restarted.home}/workspace/shell/sub" in lines
    assert "5 ticks" in lines
    assert sum(line.startswith("Resuming build at ") and line.endswith(" after Jenkins restart") for line in lines) == 1
    assert sum(line.startswith("Ready to run at ") for line in lines) == 1
    assert log.count("[Pipeline] Start of Pipeline") == log.count("[Pipeline] node") == 1
    assert log.count("Running on Jenkins in") == 1


def test_a_shell_that_ended_meanwhile_gives_its_code(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "shell-ended-meanwhile")

    assert result == "SUCCESS", log
    assert log.count("\nlast words\n") == 1
    assert "caught script returned exit code 3" in log
    assert "status 4" in log


def test_a_shells_output_is_returned(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "shell-output")

    assert result == "SUCCESS", log
    assert "<to be returned>" in log


def test_sleep_sleeps_on(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "sleep")

    assert result == "SUCCESS", log
    assert "n is 42" in log
    assert log.count("Sleeping for") + log.count("No need to sleep any longer") == 2


def test_input_can_still_be_answered(restarted: LightJenkins) -> None:
    client = restarted.client
    answer = client.post("/job/input/1/input/Which/submit", data={"proceed": "Proceed", "V": "chosen"})
    assert answer.status_code < 400, answer.text
    result, log = finished(client, "input")

    assert result == "SUCCESS", log
    assert log.count("Input requested") == 1
    assert "v=" in log


def test_build_waits_on_for_the_other_job(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "upstream")

    assert result == "SUCCESS", log
    assert "it was 1 SUCCESS" in log
    assert log.count("Scheduling project") == log.count("Starting building") == 1
    assert restarted.client.json("/job/downstream/api/json")["nextBuildNumber"] == 2


def test_a_lock_is_still_held(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "lock")
    waited, waiting = finished(restarted.client, "lock-waits")

    assert (result, waited) == ("SUCCESS", "SUCCESS"), log + waiting
    assert log.count("Lock acquired") == log.count("Lock released") == log.count("\nprinted\n") == 1
    assert waiting.count("Lock acquired") == waiting.count("my turn") == 1


def test_a_timeout_passes_while_the_server_is_away(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "timeout")

    assert result == "SUCCESS", log
    assert "Timeout expired " in log
    assert "Cancelling nested steps due to timeout" in log
    assert "ended by org.jenkinsci.plugins.workflow.steps.FlowInterruptedException" in log


def test_a_timeout_to_come_counts_on(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "timeout-to-come")

    assert result == "SUCCESS", log
    assert "in time" in log
    assert log.count("Timeout set to expire in 1 hr 0 min") == 1
    assert log.count("Timeout set to expire in 59 min") == 1


def test_branches_go_on_side_by_side(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "parallel")

    assert result == "SUCCESS", log
    assert "[left:L, right:R][left, right]" in log


def test_retry_keeps_count(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "retry")

    assert result == "SUCCESS", log
    assert "tries: 2" in log
    assert log.count("\nready\n") == 2


def test_secrets_are_bound_and_masked_again(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "secret")

    assert result == "SUCCESS", log
    assert "\npassword ****\n" in log
    assert "\nagain joe ****\n" in log
    assert "masked still: ****" in log
    assert "plain-secret" not in log


def test_no_secret_lies_in_the_builds_folder(light: Make) -> None:
    server = light()
    server.start()
    client = server.client
    client.create_credentials(username_password("joe", "joe", "plain-secret"))
    client.create("secret", pipeline(STANDING["secret"][1].replace("WAIT", "sleep 1")))
    client.trigger("secret")
    wait_for(lambda: "\nready" in console(client, "secret") or None, "the shell")
    folder = server.home / "jobs" / "secret" / "builds" / "1"

    assert {path.name for path in folder.iterdir()} >= {"program.dat", "journal", "reached"}
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"plain-secret" not in path.read_bytes(), path
    assert finished(client, "secret")[0] == "SUCCESS"
    assert {path.name for path in folder.iterdir()} == {"build.json", "log"}


def test_declarative_goes_on(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "declarative")

    assert result == "SUCCESS", log
    for text in ("user joe at there", "stage is done", "stashed", "at here", "always SUCCESS"):
        assert sum(line.endswith(text) and "+" not in line for line in log.splitlines()) == 1, (text, log)
    stages = restarted.client.json("/job/declarative/1/wfapi/describe")["stages"]
    assert [(stage["name"], stage["status"]) for stage in stages][:3] == [
        ("first", "SUCCESS"),
        ("long", "SUCCESS"),
        ("last", "SUCCESS"),
    ]


def test_wait_until_goes_on(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "waits")

    assert result == "SUCCESS", log
    assert log.count("\nwent\n") == 1


def test_variables_classes_and_loaded_scripts_go_on(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "language")

    assert result == "SUCCESS", log
    assert "\nhello 1\n" in log
    assert "[before, v2] 2 4 6" in log


def test_a_step_that_cannot_go_on_fails_in_jenkins_words(restarted: LightJenkins) -> None:
    result, log = finished(restarted.client, "unresumable")

    assert result == "FAILURE", log
    assert (
        "org.jenkinsci.plugins.workflow.steps.SynchronousResumeNotSupportedException: "
        "The Pipeline step `git` cannot be resumed after a controller restart." in log
    )


def test_what_was_resumed_can_be_stopped(restarted: LightJenkins) -> None:
    client = restarted.client
    wait_for(lambda: "Ready to run at" in console(client, "stopped-later") or None, "the build to go on")
    assert client.post("/job/stopped-later/1/stop").status_code < 400
    result, log = finished(client, "stopped-later")

    assert result == "ABORTED"
    assert "Sending interrupt signal to process" in log
    assert "cleaned up" in log


def test_sigterm_pauses_and_leaves_the_shell_alone(light: Make) -> None:
    server = light()
    server.start()
    client = server.client
    client.create("long", pipeline("node { sh 'echo ready; sleep 2; echo over' }"))
    client.trigger("long")
    wait_for(lambda: "\nready" in console(client, "long") or None, "the shell")
    assert server.stop() < 10
    server.start()
    result, log = finished(client, "long")

    assert result == "SUCCESS", log
    assert log.count("Pausing (shutting down)") == log.count("\nover\n") == 1


def test_a_shell_that_a_restart_took_along_fails(light: Make) -> None:
    server = light()
    server.start()
    client = server.client
    client.create("long", pipeline("node { sh 'echo ready; echo $$ > pid; sleep 600' }"))
    client.trigger("long")
    pid = server.home / "workspace" / "long" / "pid"
    wait_for(lambda: (pid.exists() and pid.read_text()) or None, "the shell")
    session = os.getsid(int(pid.read_text()))
    server.kill()
    os.killpg(session, signal.SIGKILL)
    server.start()
    result, log = finished(client, "long")

    assert result == "FAILURE"
    assert "wrapper script does not seem to be touching the log file in " in log
    assert "ERROR: script returned exit code -1" in log


def test_a_build_whose_state_is_lost_ends_and_says_why(light: Make) -> None:
    server = light()
    server.start()
    client = server.client
    client.create("damaged", pipeline("sleep 600"))
    client.trigger("damaged")
    state = server.home / "jobs" / "damaged" / "builds" / "1" / "program.dat"
    wait_for(lambda: state.exists() or None, "the state")
    server.kill()
    state.write_bytes(b"no such thing")
    server.start()
    result, log = finished(client, "damaged")

    assert result == "FAILURE"
    assert "The state of the build can't be read" in log


def test_what_cannot_be_kept_fails_as_in_jenkins(light: Make) -> None:
    server = light()
    server.start()
    run = server.client.run(
        "matcher", "def m = 'abc' =~ /b/; echo 'a step that takes no time'; echo m[0]; node { echo 'x' }"
    )

    assert run.result == "FAILURE"
    assert "a step that takes no time\n[Pipeline] echo\nb\n" in run.console
    assert "Caused: java.io.NotSerializableException: java.util.regex.Matcher" in run.console


def test_killed_at_any_moment_each_thing_is_done_once(light: Make) -> None:
    """Ten steps with an effect each, in two builds; the server is killed three times wherever they just are."""
    server = light()
    server.start()
    client = server.client
    loop = 'for (int i = 0; i < 10; i++) { sh "echo $i >> done; sleep 0.2"; echo "said $i" }'
    client.create("scripted", pipeline(f"node {{ {loop} }}"))
    client.create(
        "declared", pipeline(f"pipeline {{ agent any\nstages {{ stage('s') {{ steps {{ script {{ {loop} }} }} }} }} }}")
    )
    for name in ("scripted", "declared"):
        client.trigger(name)
    wait_for(lambda: "said 0" in console(client, "scripted") or None, "the loop")
    for _ in range(3):
        time.sleep(random.random())
        server.kill()
        server.start()
    for name in ("scripted", "declared"):
        result, log = finished(client, name)
        assert result == "SUCCESS", log
        assert (server.home / "workspace" / name / "done").read_text().split() == [str(n) for n in range(10)]
        assert [line for line in log.splitlines() if line.startswith("said")] == [f"said {n}" for n in range(10)]


def test_a_runner_that_dies_takes_no_build_along(light: Make) -> None:
    server = light()
    server.start()
    client = server.client
    client.create("victim", pipeline("node { def n = 1; sh 'echo ready; sleep 2; echo over'; echo \"n $n\" }"))
    client.trigger("victim")
    wait_for(lambda: "\nready" in console(client, "victim") or None, "the shell")
    os.kill(runner_of(server), signal.SIGKILL)
    result, log = finished(client, "victim")

    assert result == "SUCCESS", log
    assert "The pipeline runner (JVM) died; a new one goes on with this build" in log
    assert log.count("\nover\n") == log.count("\nn 1\n") == 1


def test_a_build_that_kills_runners_is_given_up(light: Make) -> None:
    server = light()
    server.start()
    client = server.client
    poison = "@com.cloudbees.groovy.cps.NonCPS def spin() { while (true) { } }\necho 'spins'\nspin()"
    client.create("poison", pipeline(poison))
    client.trigger("poison")
    stop = threading.Event()

    def kill_while_it_spins() -> None:
        while not stop.wait(0.5):
            if "spins" in console(client, "poison"):
                os.kill(runner_of(server), signal.SIGKILL)
                time.sleep(1.5)

    killer = threading.Thread(target=kill_while_it_spins)
    killer.start()
    try:
        result, log = finished(client, "poison")
    finally:
        stop.set()
        killer.join()

    assert result == "FAILURE"
    assert "ERROR: The pipeline runner (JVM) died; the build can't go on" in log
    assert client.run("after", "echo 'x'").result == "SUCCESS"


def runner_of(server: LightJenkins) -> int:
    """The process id of the server's JVM."""
    return next(p for p in server.children() if b"runner.jar" in Path(f"/proc/{p}/cmdline").read_bytes())
