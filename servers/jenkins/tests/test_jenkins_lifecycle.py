"""Start, stop, kill -9 and restart; many builds at once. What running builds do then: test_jenkins_restart.py."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from git_host import GitHost
from jenkins_client import pipeline, pipeline_from_scm, username_password, wait_for, webhook
from jenkins_harness import PASSWORD, USER, LightJenkins, runner_jar

XML = {"Content-Type": "application/xml"}
Make = Callable[..., LightJenkins]
STRING = (
    "<hudson.model.ParametersDefinitionProperty><parameterDefinitions><hudson.model.StringParameterDefinition>"
    "<name>N</name></hudson.model.StringParameterDefinition></parameterDefinitions>"
    "</hudson.model.ParametersDefinitionProperty>"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightJenkins]:
    """A server for the tests that leave it as it is."""
    server = LightJenkins(tmp_path_factory.mktemp("lifecycle"), runner_jar(), JENKINS_EXECUTORS="20")
    server.start()
    yield server
    server.kill()


def running(text: str) -> bool:
    """Whether a process has this in its command line."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if text in (folder / "cmdline").read_bytes().decode("utf-8", "replace"):
                    return True
            except OSError:
                continue
    return False


def test_cheap_to_start_small_when_idle_and_gone_at_once(light: Make) -> None:
    server = light()
    server.start()
    assert server.cpu_seconds() < 3
    assert server.client.run("first", "node { sh 'true' }").result == "SUCCESS"
    assert server.resident_megabytes() < 200
    assert server.stop() < 10


def test_sigterm_waits_for_nobody(light: Make) -> None:
    server = light()
    server.start()
    for name, script in (("label", "node('nowhere') { }"), ("asks", "input 'Go on?'"), ("holds", "sleep 3600")):
        server.client.create(name, pipeline(script))
        server.client.started(server.client.trigger(name))
    assert server.stop() < 10
    server.start()
    for name in ("label", "asks", "holds"):
        assert server.client.json(f"/job/{name}/1/api/json")["building"] is True


def test_a_restart_keeps_everything(light: Make) -> None:
    server = light()
    server.start()
    client = server.client
    client.create_credentials(username_password("kept", "joe", "plain-secret"))
    finished = client.run("kept", "echo 'before'")
    queued = client.run("quiet", "echo 'x'")
    config = client.get("/job/quiet/config.xml").text.replace("<disabled>", "<quietPeriod>3</quietPeriod><disabled>")
    client.post("/job/quiet/config.xml", data=config)
    item = client.trigger("quiet")
    server.kill()
    server.start()
    assert client.json(f"/job/kept/{finished.number}/api/json")["result"] == "SUCCESS"
    assert client.get(f"/job/kept/{finished.number}/consoleText").text == finished.console
    assert client.finished(item).number == queued.number + 1
    assert "plain-secret" not in (server.home / "credentials.xml").read_text()
    assert (server.home / "credentials.xml").stat().st_mode & 0o077 == 0
    assert client.finished(client.trigger("kept")).number == finished.number + 1


def test_what_a_node_left_running_ends_with_it(server: LightJenkins) -> None:
    assert server.client.run("leaves", "node { sh 'sleep 4444 & echo left' }").result == "SUCCESS"
    wait_for(lambda: not running("sleep\x004444"), "what was killed to be gone", 10)
    kept = "node { withEnv(['JENKINS_NODE_COOKIE=dontKillMe']) { sh 'sleep 4545 & echo $! > pid' } }"
    assert server.client.run("keeps", kept).result == "SUCCESS"
    os.kill(int((server.home / "workspace" / "keeps" / "pid").read_text()), signal.SIGTERM)


def test_a_stop_ends_only_its_own_branch(server: LightJenkins) -> None:
    script = """
    node { parallel(
      short: { try { timeout(time: 1, unit: 'SECONDS') { sh 'sleep 50' } } catch (e) { echo 'ended early' } },
      long: { sh 'sleep 2; echo long is done' }
    ) }
    """
    finished = server.client.run("branches", script)
    assert finished.result == "SUCCESS", finished.console
    assert "ended early" in finished.console
    assert "long is done\n" in finished.console


def test_many_builds_none_lost_none_twice(server: LightJenkins) -> None:
    """Forty of them; the two hundred of the aim are tests/bench's."""
    client = server.client
    client.create("many", pipeline('node { sh "echo number ${params.N} is here" }', STRING))
    items = [client.trigger("many", {"N": str(number)}) for number in range(40)]
    assert len(set(items)) == 40
    tree = "/job/many/api/json?tree=allBuilds[number,result,queueId]"

    def all_over() -> list[dict[str, object]] | None:
        found = [build for build in client.json(tree)["allBuilds"] if build["result"]]
        return found if len(found) == 40 else None

    built = wait_for(all_over, "all builds", 120, every=0.3)
    assert {build["result"] for build in built} == {"SUCCESS"}
    assert sorted(build["number"] for build in built) == list(range(1, 41))
    assert sorted(build["queueId"] for build in built) == sorted(items)
    for build in built:
        console = (server.home / "jobs" / "many" / "builds" / str(build["number"]) / "log").read_text()
        assert f"\nnumber {items.index(build['queueId'])} is here\n" in console
        assert console.endswith("Finished: SUCCESS\n")


def test_browser_sessions_need_a_crumb(server: LightJenkins) -> None:
    client = server.client
    client.create("clicked", pipeline("echo 'x'"))
    with requests.Session() as browser:
        browser.trust_env = False
        login = f"{server.url}/j_spring_security_check"
        wrong = browser.post(login, data={"j_username": USER, "j_password": "no"}, allow_redirects=False)
        assert wrong.headers["Location"] == "/loginError"
        right = browser.post(login, data={"j_username": USER, "j_password": PASSWORD, "from": "//evil.example/"})
        assert right.url == f"{server.url}/"
        assert "clicked" in right.text
        assert browser.post(f"{server.url}/job/clicked/build").status_code == 403
        crumb = browser.get(f"{server.url}/crumbIssuer/api/json").json()
        header = {crumb["crumbRequestField"]: crumb["crumb"]}
        assert browser.post(f"{server.url}/job/clicked/build", headers=header).status_code == 201
        with requests.Session() as other:
            other.trust_env = False
            stolen = other.post(f"{server.url}/job/clicked/build", headers=header, auth=(USER, PASSWORD))
            assert stolen.status_code == 403
        browser.post(f"{server.url}/logout")
        assert browser.get(f"{server.url}/").status_code == 403


def test_both_pipelines_of_the_talk_run_unchanged(light: Make, tmp_path: Path) -> None:
    sample = Path(__file__).resolve().parents[3] / "sample-app"
    host = GitHost(tmp_path / "git")
    for name, folder in (("demo/knowledge_share", "knowledge_share"), ("saas/uuid-service", "uuid-service")):
        files = {
            str(path.relative_to(sample / folder)): path.read_text()
            for path in (sample / folder).rglob("*")
            if path.is_file() and "target" not in path.parts
        }
        host.add(name, files)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("mvn", "docker", "kubectl"):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/commands\n')
        (programs / name).chmod(0o755)
    tools = tmp_path / "tools.yaml"
    tools.write_text(
        f"maven: {{maven-3.5.2: {{home: {tmp_path}, means: a stand-in}}}}\njdk: {{JDK8: {{home: {tmp_path}/jdk}}}}\n"
    )
    server = light(
        PATH=f"{programs}:{os.environ['PATH']}",
        JENKINS_TOOLS_FILE=str(tools),
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.{host.url}/.insteadOf",
        GIT_CONFIG_VALUE_0="http://gitlab:8080/",
    )
    server.start()
    client = server.client
    client.create_credentials(username_password("caoyong1-gitlab-lenovo-com", "caoyong1", "secret-of-git"))
    assert client.post("/createView?name=demo", data="<hudson.model.ListView/>", headers=XML).status_code == 200
    for name in ("uuid.image.talk", "uuid.runner"):
        client.create(name, _job(name))
        client.post(f"/view/demo/addJobToView?name={name}")
    image = client.finished(client.trigger("uuid.image.talk"))
    assert image.result == "SUCCESS", image.console
    assert "Tool maven-3.5.2 is a stand-in" in image.console
    assert "secret-of-git" not in image.console
    deploy = {"version": "v1.0.0.0", "envName": "prod", "nodePort": 30051}
    answer = client.post("/generic-webhook-trigger/invoke?token=uuid.runner", json=deploy).json()
    runner = client.finished(answer["jobs"]["uuid.runner"]["id"])
    assert runner.result == "SUCCESS", runner.console
    assert (tmp_path / "commands").read_text().splitlines() == [
        "mvn clean compile package -P saas",
        "docker build --no-cache -f ../deploy/demo/docker/uuid/uuid.dockerfile -t localhost:5001/apps/uuid:v1.0.0.0 .",
        "docker push localhost:5001/apps/uuid:v1.0.0.0",
        "kubectl apply -f namespace.yaml --validate=false",
        "kubectl apply -f cm-prod.yaml --validate=false",
        "kubectl apply -f uuid.yaml",
    ]
    workspace = server.home / "workspace" / "uuid.runner" / "pods" / "uuid" / "uuid.yaml"
    assert "30051" in workspace.read_text()
    assert "${" not in workspace.read_text()
    for path in (
        "/view/demo/job/uuid.image.talk/configure",
        f"/job/uuid.image.talk/{image.number}/console",
        "/view/demo/",
    ):
        assert client.get(path).status_code == 200
    host.close()


def _job(name: str) -> str:
    variables = "".join(
        f"<org.jenkinsci.plugins.gwt.GenericVariable><expressionType>JSONPath</expressionType><key>{key}</key>"
        f"<value>$.{key}</value></org.jenkinsci.plugins.gwt.GenericVariable>"
        for key in ("version", "envName", "nodePort")
    )
    url = "http://gitlab:8080/demo/knowledge_share.git"
    trigger = webhook(f"<genericVariables>{variables}</genericVariables><token>{name}</token>")
    return pipeline_from_scm(url, f"demo/pipeline/{name}.Jenkinsfile", "caoyong1-gitlab-lenovo-com", trigger)


def test_a_safe_restart_lets_builds_end_and_comes_back(server: LightJenkins) -> None:
    client = server.client
    client.create("short", pipeline("sleep 2"))
    path = client.started(client.trigger("short"))
    assert client.post("/safeRestart").status_code == 302

    def back() -> str | None:
        try:
            found = client.get(f"{path}api/json")
            root = client.get("/api/json")
        except requests.ConnectionError:
            return None  # it went down, perhaps between the two
        if found.status_code != 200 or root.status_code != 200:
            return None
        return None if found.json()["building"] or root.json()["quietingDown"] else str(found.json()["result"])

    assert wait_for(back, "the server to come back", 30) == "SUCCESS"
    assert client.run("after", "echo 'x'").result == "SUCCESS"
