"""Running pipelines survive the server: what stood in a step when it was killed goes on in the next one."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus_library import library_configuration
from jenkins_client import Client, pipeline, username_password, wait_for
from jenkins_harness import LightJenkins, runner_jar
from sonar_stand_in import SonarStandIn
from standing_builds import LIBRARY, STANDING, WAIT

SECONDS_AWAY = 2.5


@pytest.fixture(scope="module")
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture(scope="module")
def gates() -> Iterator[dict[str, SonarStandIn]]:
    """A SonarQube for each moment at which its hook may come; none has taken its analysis in yet."""
    servers = {f"gate-{moment}": SonarStandIn() for moment in ("before", "away", "after")}
    for server in servers.values():
        server.task = {"status": "PENDING"}
    yield servers
    for server in servers.values():
        server.close()


@pytest.fixture(scope="module")
def restarted(
    tmp_path_factory: pytest.TempPathFactory, silent_port: int, gates: dict[str, SonarStandIn]
) -> Iterator[LightJenkins]:
    """A server that was killed with -9 while every build of STANDING stood in its step, and started again."""
    server = LightJenkins(tmp_path_factory.mktemp("restart"), runner_jar(), JENKINS_EXECUTORS="30")
    _library(server.home)
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
    wait_for(lambda: "is not free" in client.console("lock-waits") or None, "the second lock")
    _wait_for_gates(client, gates)
    for name in ("sleep", "timeout"):
        client.trigger(name)
        get_there(client, name)
    server.kill()
    (server.home / "away").touch()
    gates["gate-away"].task, gates["gate-away"].gate = {"status": "SUCCESS", "analysisId": "ANALYSIS"}, "ERROR"
    time.sleep(SECONDS_AWAY)
    server.start()
    (server.home / "go").touch()
    yield server
    server.kill()


def _library(home: Path) -> None:
    """A library in a repository of this machine."""
    repository = home.parent / "library"
    for name, text in LIBRARY.items():
        (repository / name).parent.mkdir(parents=True)
        (repository / name).write_text(text.replace("WAIT", WAIT))
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q", "-b", "master"], ["add", "."], [*who, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    home.mkdir()
    tag = "org.jenkinsci.plugins.workflow.libs.GlobalLibraries"
    library = library_configuration("kept", str(repository), "master")
    (home / f"{tag}.xml").write_text(f"<{tag}><libraries>{library}</libraries></{tag}>")


def _wait_for_gates(client: Client, gates: dict[str, SonarStandIn]) -> None:
    """Let builds wait for their gates, but for the one whose hook comes before it does."""
    installations = [{"name": name, "serverUrl": sonar.url} for name, sonar in gates.items()]
    document = {"unclassified": {"sonarGlobalConfiguration": {"installations": installations}}}
    assert client.post("/configuration-as-code/apply", data=json.dumps(document)).status_code == 200
    for name, sonar in gates.items():
        held = f"node {{ sh 'echo ready; {WAIT}' }}\n" if name == "gate-before" else ""
        gate = 'echo "gate ${waitForQualityGate(abortPipeline: true).status}"'
        client.create(name, pipeline(f"{sonar.analysis_at(name)}\n{held}{gate}"))
        client.trigger(name)
        stands = "\nready" if held else "status is 'PENDING'"
        wait_for(lambda name=name, stands=stands: stands in client.console(name) or None, name)
    before = gates["gate-before"]
    before.task = {"status": "SUCCESS", "analysisId": "ANALYSIS"}
    assert client.post("/sonarqube-webhook/", data=before.hook("OK")).status_code == 200


def get_there(client: Client, name: str) -> None:
    """Wait until a build stands where it is to stand."""
    wait_for(lambda: STANDING[name][0] in client.console(name) or None, f"{name} to get there", 120)


def test_a_shell_goes_on_and_its_output_is_whole(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("shell")

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
    result, log = restarted.client.ended("shell-ended-meanwhile")

    assert result == "SUCCESS", log
    assert log.count("\nlast words\n") == 1
    assert "caught script returned exit code 3" in log
    assert "status 4" in log


def test_a_shells_output_is_returned(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("shell-output")

    assert result == "SUCCESS", log
    assert "<to be returned>" in log


def test_sleep_sleeps_on(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("sleep")

    assert result == "SUCCESS", log
    assert "n is 42" in log
    assert log.count("Sleeping for") + log.count("No need to sleep any longer") == 2


def test_input_can_still_be_answered(restarted: LightJenkins) -> None:
    client = restarted.client
    wait_for(lambda: client.json("/job/input/1/wfapi/pendingInputActions") or None, "the question")
    answer = client.post("/job/input/1/input/Which/submit", data={"proceed": "Proceed", "V": "chosen"})
    assert answer.status_code < 400, answer.text
    result, log = client.ended("input")

    assert result == "SUCCESS", log
    assert log.count("Input requested") == 1
    assert "v=" in log


def test_build_waits_on_for_the_other_job(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("upstream")

    assert result == "SUCCESS", log
    assert "it was 1 SUCCESS" in log
    assert log.count("Scheduling project") == log.count("Starting building") == 1
    assert restarted.client.json("/job/downstream/api/json")["nextBuildNumber"] == 2


def test_a_lock_is_still_held(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("lock")
    waited, waiting = restarted.client.ended("lock-waits")

    assert (result, waited) == ("SUCCESS", "SUCCESS"), log + waiting
    assert log.count("Lock acquired") == log.count("Lock released") == log.count("\nprinted\n") == 1
    assert waiting.count("Lock acquired") == waiting.count("my turn") == 1


def test_a_timeout_passes_while_the_server_is_away(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("timeout")

    assert result == "SUCCESS", log
    assert "Timeout expired " in log
    assert "Cancelling nested steps due to timeout" in log
    assert "ended by org.jenkinsci.plugins.workflow.steps.FlowInterruptedException" in log


def test_a_timeout_to_come_counts_on(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("timeout-to-come")

    assert result == "SUCCESS", log
    assert "in time" in log
    assert log.count("Timeout set to expire in 1 hr 0 min") == 1
    assert log.count("Timeout set to expire in 59 min") == 1


def test_branches_go_on_side_by_side(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("parallel")

    assert result == "SUCCESS", log
    assert "[left:L, right:R][left, right]" in log


def test_retry_keeps_count(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("retry")

    assert result == "SUCCESS", log
    assert "tries: 2" in log
    assert log.count("\nready\n") == 2


def test_secrets_are_bound_and_masked_again(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("secret")

    assert result == "SUCCESS", log
    assert "\npassword ****\n" in log
    assert "\nagain joe ****\n" in log
    assert "masked still: ****" in log
    assert "plain-secret" not in log


def test_declarative_goes_on(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("declarative")

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
    result, log = restarted.client.ended("waits")

    assert result == "SUCCESS", log
    assert log.count("\nwent\n") == 1


def test_variables_classes_and_loaded_scripts_go_on(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("language")

    assert result == "SUCCESS", log
    assert "\nhello 1\n" in log
    assert "[before, v2] 2 4 6" in log


def test_another_workspace_is_still_the_builds(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("workspace")

    assert result == "SUCCESS", log
    assert "\nstood in workspace-else\n" in log
    assert "\nand workspace-else false\n" in log


def test_a_librarys_code_goes_on(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("library")

    assert result == "SUCCESS", log
    assert "\nlibrary [2, 4] 6\n" in log
    assert log.count("\nasked the class\n") == 2


def test_a_container_is_left_only_when_its_block_is_over(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("container")

    assert result == "SUCCESS", log
    assert "\nheld inside\n" in log
    assert log.count("$ docker run ") == log.count("$ docker rm ") == 1
    assert "asked inspect run top exec stop rm" in log


def test_a_step_that_cannot_go_on_fails_in_jenkins_words(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("unresumable")

    assert result == "FAILURE", log
    assert (
        "org.jenkinsci.plugins.workflow.steps.SynchronousResumeNotSupportedException: "
        "The Pipeline step `git` cannot be resumed after a controller restart." in log
    )


def test_what_was_resumed_can_be_stopped(restarted: LightJenkins) -> None:
    client = restarted.client
    wait_for(lambda: "Ready to run at" in client.console("stopped-later") or None, "the build to go on")
    assert client.post("/job/stopped-later/1/stop").status_code < 400
    result, log = client.ended("stopped-later")

    assert result == "ABORTED"
    assert "Sending interrupt signal to process" in log
    assert "cleaned up" in log


def test_a_build_that_must_not_resume_fails(restarted: LightJenkins) -> None:
    result, log = restarted.client.ended("not-to-resume")

    assert result == "FAILURE", log
    assert log.endswith(
        "\njava.io.IOException: Cannot resume build -- was not cleanly saved when Jenkins shut down.\n"
        "[Pipeline] End of Pipeline\nERROR: Failed to load program\nFinished: FAILURE\n"
    )
    assert "is over" not in log
    shown = restarted.client.json("/job/not-to-resume/api/json")
    assert shown["resumeBlocked"] is True
    kinds = [entry["_class"].rpartition(".")[2] for entry in shown["property"]]
    assert kinds == ["DisableResumeJobProperty", "DurabilityHintJobProperty"]
    config = restarted.client.get("/job/not-to-resume/config.xml").text
    assert "<hint>PERFORMANCE_OPTIMIZED</hint>" in config


def test_a_quality_gate_is_waited_for_whenever_its_hook_comes(
    restarted: LightJenkins, gates: dict[str, SonarStandIn]
) -> None:
    client, asked = restarted.client, "status is 'PENDING'"
    wait_for(lambda: client.console("gate-after").count(asked) == 2 or None, "the step to look once more")
    assert client.post("/sonarqube-webhook/", data=gates["gate-after"].hook("OK")).status_code == 200

    for name in ("gate-before", "gate-after"):
        result, log = client.ended(name)
        assert result == "SUCCESS", log
        assert log.count("\ngate OK\n") == 1
    result, log = client.ended("gate-away")
    assert result == "FAILURE"
    assert "ERROR: Pipeline aborted due to quality gate failure: ERROR\n" in log
