"""What ends without asking: the server by SIGTERM or at any moment, shells, a build's state, the runner."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jenkins_client import Client, pipeline, username_password, wait_for
from jenkins_harness import LightJenkins, runner_jar
from standing_builds import STANDING

READY = "\nready"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightJenkins]:
    """A server that all tests here use, one after the other; each has jobs of its own."""
    server = LightJenkins(tmp_path_factory.mktemp("crashes"), runner_jar(), JENKINS_EXECUTORS="8")
    server.start()
    yield server
    server.kill()


def stand(client: Client, name: str, script: str, text: str = READY) -> None:
    """Start a build and wait until its log has a text."""
    client.create(name, pipeline(script))
    client.trigger(name)
    wait_for(lambda: text in client.console(name) or None, f"{name} to say {text!r}")


def test_no_secret_lies_in_the_builds_folder(server: LightJenkins) -> None:
    client = server.client
    client.create_credentials(username_password("joe", "joe", "plain-secret"))
    stand(client, "secret", STANDING["secret"][1].replace("WAIT", "sleep 1"))
    folder = server.home / "jobs" / "secret" / "builds" / "1"

    assert {path.name for path in folder.iterdir()} >= {"program.dat", "journal", "reached"}
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"plain-secret" not in path.read_bytes(), path
    assert client.ended("secret")[0] == "SUCCESS"
    left = {"build.json", "log"}
    wait_for(lambda: {path.name for path in folder.iterdir()} == left or None, "what a running build has to go")


@pytest.fixture(scope="module")
def terminated(server: LightJenkins) -> LightJenkins:
    """The server after SIGTERM and a new start; meanwhile a shell was killed, and the state of a build damaged."""
    client = server.client
    stand(
        client, "long", "node { sh 'echo ready; set +x; until [ -e $JENKINS_HOME/go ]; do sleep 0.2; done; echo over' }"
    )
    stand(client, "taken", "node { sh 'echo ready; echo $$ > pid; sleep 600' }")
    stand(client, "damaged", "sleep 600", "Sleeping for")
    no_resume = "<org.jenkinsci.plugins.workflow.job.properties.DisableResumeJobProperty/>"
    client.create("doomed", pipeline("try { input 'On?' } finally { echo 'tidied up' }", no_resume))
    client.trigger("doomed")
    wait_for(lambda: "Proceed or Abort" in client.console("doomed") or None, "the doomed build to ask")
    state = server.home / "jobs" / "damaged" / "builds" / "1" / "program.dat"
    pid = server.home / "workspace" / "taken" / "pid"
    wait_for(lambda: (state.exists() and pid.exists() and pid.read_text()) or None, "the state and the shell")
    milestones = "milestone(); input id: 'Go', message: 'On?'; milestone()"
    stand(client, "staged", milestones, "Proceed or Abort")
    client.trigger("staged")
    wait_for(lambda: "Proceed or Abort" in client.console("staged", 2) or None, "the second one")
    session = os.getsid(int(pid.read_text()))
    assert server.stop() < 10
    (server.home / "go").touch()
    os.killpg(session, signal.SIGKILL)
    state.write_bytes(b"no such thing")
    server.start()
    return server


def test_sigterm_pauses_and_leaves_the_shell_alone(terminated: LightJenkins) -> None:
    result, log = terminated.client.ended("long")

    assert result == "SUCCESS", log
    assert log.count("Pausing (shutting down)") == log.count("\nover\n") == 1


def test_a_build_that_must_not_resume_ends_with_the_server(terminated: LightJenkins) -> None:
    result, log = terminated.client.ended("doomed")

    assert result == "ABORTED", log
    start = (
        "Resume disabled by user, switching to high-performance, low-durability mode.\n[Pipeline] Start of Pipeline\n"
    )
    assert start in log
    end = "\nFailing build: shutting down controller and build is marked to not resume\nTerminating input\n"
    assert end in log
    assert "\ntidied up\n" in log.partition(end)[2]
    assert "Resuming build at" not in log


def test_a_shell_that_a_restart_took_along_fails(terminated: LightJenkins) -> None:
    result, log = terminated.client.ended("taken")

    assert result == "FAILURE"
    assert "wrapper script does not seem to be touching the log file in " in log
    assert "ERROR: script returned exit code -1" in log


def test_a_build_whose_state_is_lost_ends_and_says_why(terminated: LightJenkins) -> None:
    result, log = terminated.client.ended("damaged")

    assert result == "FAILURE"
    assert "The state of the build can't be read" in log


def test_milestones_are_not_forgotten(terminated: LightJenkins) -> None:
    client = terminated.client
    assert client.post("/job/staged/2/input/Go/proceedEmpty").status_code < 400
    result, log = client.ended("staged")

    assert result == "NOT_BUILT", log
    assert "Superseded by staged#2" in log
    assert "Trying to pass milestone 1" in client.console("staged", 2)


def test_what_cannot_be_kept_fails_as_in_jenkins(server: LightJenkins) -> None:
    run = server.client.run(
        "matcher", "def m = 'abc' =~ /b/; echo 'a step that takes no time'; echo m[0]; node { echo 'x' }"
    )

    assert run.result == "FAILURE"
    assert "a step that takes no time\n[Pipeline] echo\nb\n" in run.console
    assert "Caused: java.io.NotSerializableException: java.util.regex.Matcher" in run.console


def test_killed_at_any_moment_each_thing_is_done_once(server: LightJenkins) -> None:
    """Ten steps with an effect each, in two builds; the server is killed three times wherever they just are."""
    client = server.client
    loop = 'for (int i = 0; i < 10; i++) { sh "echo $i >> done; sleep 0.2"; echo "said $i" }'
    client.create("scripted", pipeline(f"node {{ {loop} }}"))
    client.create(
        "declared", pipeline(f"pipeline {{ agent any\nstages {{ stage('s') {{ steps {{ script {{ {loop} }} }} }} }} }}")
    )
    for name in ("scripted", "declared"):
        client.trigger(name)
    wait_for(lambda: "said 0" in client.console("scripted") or None, "the loop")
    for _ in range(3):
        time.sleep(random.random() / 2)
        server.kill()
        server.start()
    for name in ("scripted", "declared"):
        result, log = client.ended(name)
        assert result == "SUCCESS", log
        assert (server.home / "workspace" / name / "done").read_text().split() == [str(n) for n in range(10)]
        assert [line for line in log.splitlines() if line.startswith("said")] == [f"said {n}" for n in range(10)]


def test_a_runner_that_dies_takes_no_build_along(server: LightJenkins) -> None:
    stand(server.client, "victim", "node { def n = 1; sh 'echo ready; sleep 1; echo over'; echo \"n $n\" }")
    os.kill(runner_of(server), signal.SIGKILL)
    result, log = server.client.ended("victim")

    assert result == "SUCCESS", log
    assert "The pipeline runner (JVM) died; a new one goes on with this build" in log
    assert log.count("\nover\n") == log.count("\nn 1\n") == 1


def test_a_build_that_kills_runners_is_given_up(server: LightJenkins) -> None:
    client = server.client
    poison = "@com.cloudbees.groovy.cps.NonCPS def spin() { while (true) { } }\necho 'spins'\nspin()"
    stand(client, "poison", poison, "spins")

    def over_or_killed() -> bool | None:
        """Kill the runner as soon as the build takes up processor time in it."""
        if not client.json("/job/poison/1/api/json")["building"]:
            return True
        if (runner := runner_of(server)) and seconds_used(runner) > 2:
            os.kill(runner, signal.SIGKILL)
        return None

    wait_for(over_or_killed, "the build to be given up", 120, every=0.2)
    result, log = client.ended("poison")

    assert result == "FAILURE"
    assert "ERROR: The pipeline runner (JVM) died; the build can't go on" in log
    assert client.run("after", "echo 'x'").result == "SUCCESS"


def runner_of(server: LightJenkins) -> int:
    """The process id of the server's JVM, 0 for none."""
    pids = (p for p in server.children() if b"runner.jar" in Path(f"/proc/{p}/cmdline").read_bytes())
    return next(pids, 0)


def seconds_used(pid: int) -> float:
    """The processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
