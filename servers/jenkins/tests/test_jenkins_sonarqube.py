"""The SonarQube steps: variables, the quality gate by its hook and by one look, configuration as code.

SonarQube is a small stand-in here; the e2e tests have the real one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator

import pytest
import requests
from jenkins_client import Client, Finished, pipeline
from jenkins_harness import LightJenkins, runner_jar
from jenkins_light.errors import BadRequestError
from jenkins_light.model.globalvariables import GlobalVariables
from jenkins_light.model.sonarqube import SonarEvents, SonarInstallation, SonarInstallations, parse_event
from jenkins_light.steps.sonarqube import maven_goal, scanner_parameters
from sonar_stand_in import SonarStandIn

TOKEN = "sqa_0123456789abcdef"
SECRET = "signs the hooks"
GATE = "waitForQualityGate abortPipeline: true"


@pytest.fixture(scope="module")
def jenkins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightJenkins]:
    server = LightJenkins(tmp_path_factory.mktemp("sonar"), runner_jar(), JENKINS_ALLOWED_HOSTS="jenkins")
    server.start()
    for ident, secret in (("sonar-token", TOKEN), ("sonar-hook", SECRET)):
        kind = "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl"
        server.client.create_credentials(f"<{kind}><id>{ident}</id><secret>{secret}</secret></{kind}>")
    yield server
    server.stop()


@pytest.fixture
def client(jenkins: LightJenkins) -> Client:
    return jenkins.client


@pytest.fixture
def sonar(client: Client) -> Iterator[SonarStandIn]:
    stand_in = SonarStandIn()
    configure(client, stand_in.url)
    yield stand_in
    stand_in.close()


def configure(client: Client, url: str, **more: str) -> None:
    installation = {"name": "sonarqube", "serverUrl": url, "credentialsId": "sonar-token", **more}
    document = {"unclassified": {"sonarGlobalConfiguration": {"installations": [installation]}}}
    assert client.post("/configuration-as-code/apply", data=json.dumps(document)).status_code == 200


def send_hook(client: Client, sonar: SonarStandIn, gate: str = "OK", *, secret: str = "") -> int:
    body = sonar.hook(gate)
    headers = {"Content-Type": "application/json; charset=utf-8", "Host": "jenkins:8080"}
    if secret:
        headers["X-Sonar-Webhook-HMAC-SHA256"] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return requests.post(f"{client.url}/sonarqube-webhook/", data=body, headers=headers, timeout=10).status_code


def run_waiting(client: Client, sonar: SonarStandIn, script: str, hook: Callable[[], object]) -> Finished:
    """Runs a pipeline whose analysis is not taken in yet, and sends its hook once the server has been asked."""
    sonar.task = {"status": "PENDING"}
    client.create("sonar", pipeline(script))
    item = client.trigger("sonar")
    assert sonar.asked.wait(60)
    hook()
    return client.finished(item)


def test_the_scanner_finds_its_server_token_and_goal(client: Client, sonar: SonarStandIn) -> None:
    configure(client, sonar.url, mojoVersion="3.11.0.3922", additionalAnalysisProperties="sonar.a=1 sonar.b=$JOB_NAME")
    done = client.run("sonar", "node { withSonarQubeEnv('sonarqube') { sh 'env | grep SONAR | sort' } }")
    assert "Injecting SonarQube environment variables using the configuration: sonarqube\n" in done.console
    for line in (
        "SONAR_AUTH_TOKEN=****",
        "SONAR_CONFIG_NAME=sonarqube",
        "SONAR_EXTRA_PROPS=-Dsonar.a=1 -Dsonar.b=sonar",
        f"SONAR_HOST_URL={sonar.url}",
        "SONAR_MAVEN_GOAL=org.sonarsource.scanner.maven:sonar-maven-plugin:3.11.0.3922:sonar",
        f'SONARQUBE_SCANNER_PARAMS={{ "sonar.host.url" : "{sonar.url}", "sonar.login" : "****", '
        '"sonar.a" : "1", "sonar.b" : "sonar"}',
    ):
        assert f"\n{line}\n" in done.console
    assert TOKEN not in done.console
    assert "WARN: Unable to locate 'report-task.txt' in the workspace. Did the SonarScanner succeed?" in done.console


def test_from_version_10_on_the_token_has_another_name(client: Client, sonar: SonarStandIn) -> None:
    sonar.version = "10.3.0.82913"
    done = client.run("sonar", "node { withSonarQubeEnv('sonarqube') { sh 'echo $SONARQUBE_SCANNER_PARAMS' } }")
    assert '"sonar.token" : "****"' in done.console


def test_without_a_name_the_first_server_is_meant(client: Client, sonar: SonarStandIn) -> None:
    done = client.run("sonar", "node { withSonarQubeEnv { sh 'echo at $SONAR_HOST_URL' } }")
    assert f"at {sonar.url}" in done.console


def test_a_server_that_is_not_configured(client: Client, sonar: SonarStandIn) -> None:
    done = client.run("sonar", "node { withSonarQubeEnv('other') { echo 'in it' } }")
    assert done.result == "FAILURE"
    assert "ERROR: SonarQube installation defined in this job (other) does not match any configured" in done.console
    assert "in it" not in done.console


def test_a_gate_that_is_open_when_the_step_looks(client: Client, sonar: SonarStandIn) -> None:
    done = client.run("sonar", f'{sonar.analysis}\necho "gate ${{waitForQualityGate().status}}"')
    assert done.result == "SUCCESS", done.console
    assert f"Checking status of SonarQube task '{sonar.id}' on server 'sonarqube'\n" in done.console
    assert f"SonarQube task '{sonar.id}' status is 'SUCCESS'\n" in done.console
    assert f"SonarQube task '{sonar.id}' completed. Quality gate is 'OK'\n" in done.console
    assert "gate OK" in done.console
    assert sonar.authorizations[-1] == requests.auth._basic_auth_str(TOKEN, "")


def test_a_closed_gate_aborts_only_where_that_is_asked_for(client: Client, sonar: SonarStandIn) -> None:
    sonar.gate = "ERROR"
    script = f"{sonar.analysis}\nwaitForQualityGate()\necho 'goes on'\n{GATE}"
    done = client.run("sonar", f"{script}\necho 'not here'")
    assert done.result == "FAILURE"
    assert "goes on" in done.console
    assert "ERROR: Pipeline aborted due to quality gate failure: ERROR" in done.console
    assert "not here" not in done.console


@pytest.mark.parametrize(("gate", "result"), [("OK", "SUCCESS"), ("ERROR", "FAILURE"), ("", "FAILURE")])
def test_the_hook_decides_when_the_analysis_is_not_taken_in_yet(
    client: Client, sonar: SonarStandIn, gate: str, result: str
) -> None:
    script = f"{sonar.analysis}\n{GATE}"
    done = run_waiting(client, sonar, script, lambda: send_hook(client, sonar, gate))
    assert done.result == result, done.console
    assert f"SonarQube task '{sonar.id}' completed. Quality gate is '{gate or 'NONE'}'" in done.console


def test_a_task_that_failed(client: Client, sonar: SonarStandIn) -> None:
    sonar.task = {"status": "FAILED"}
    done = client.run("sonar", f"{sonar.analysis}\n{GATE}")
    assert done.result == "FAILURE"
    assert f"java.lang.IllegalStateException: SonarQube analysis '{sonar.id}' failed: FAILED" in done.console


@pytest.mark.parametrize(
    ("signed_with", "result", "said"),
    [
        (SECRET, "SUCCESS", "The incoming webhook matched the configured webhook secret"),
        ("another", "FAILURE", "The incoming webhook didn't match the configured webhook secret"),
        ("", "FAILURE", "ERROR: Pipeline aborted due to failed webhook verification"),
    ],
)
def test_a_hook_is_signed(client: Client, sonar: SonarStandIn, signed_with: str, result: str, said: str) -> None:
    configure(client, sonar.url, webhookSecretId="sonar-hook")
    script = f"{sonar.analysis}\n{GATE}"
    done = run_waiting(client, sonar, script, lambda: send_hook(client, sonar, secret=signed_with))
    assert done.result == result, done.console
    assert said in done.console


def test_a_gate_without_an_analysis(client: Client, sonar: SonarStandIn) -> None:
    done = client.run("sonar", GATE)
    assert done.result == "FAILURE"
    assert "No previous SonarQube analysis found on this pipeline execution." in done.console
    done = client.run("sonar", "node { deleteDir(); withSonarQubeEnv('sonarqube') { } }\nwaitForQualityGate()")
    assert "Unable to guess SonarQube task id and/or SQ server details." in done.console


def test_waiting_ends_with_its_timeout(client: Client, sonar: SonarStandIn) -> None:
    sonar.task = {"status": "IN_PROGRESS"}
    script = f"{sonar.analysis}\ntimeout(time: 1, unit: 'SECONDS') {{ {GATE} }}"
    assert client.run("sonar", script).result == "ABORTED"


def test_the_analysis_is_in_the_builds_data(client: Client, sonar: SonarStandIn) -> None:
    done = client.run("sonar", f"{sonar.analysis}")
    actions = [each for each in done.data["actions"] if each.get("_class", "").endswith("SonarAnalysisAction")]
    assert actions == [
        {
            "_class": "hudson.plugins.sonar.action.SonarAnalysisAction",
            "ceTaskId": sonar.id,
            "credentialsId": None,
            "installationName": "sonarqube",
            "installationUrl": sonar.url,
            "new": True,
            "serverUrl": "http://localhost:9000",
            "skipped": False,
            "sonarqubeDashboardUrl": "http://localhost:9000/dashboard?id=a%3Ab",
        }
    ]


def test_the_hooks_address(client: Client) -> None:
    with requests.Session() as session:
        assert session.get(f"{client.url}/sonarqube-webhook/", timeout=5).status_code == 405
        bad = session.post(f"{client.url}/sonarqube-webhook/", data="no JSON", timeout=5)
        assert (bad.status_code, "Invalid JSON Payload" in bad.text) == (400, True)
        moved = session.post(f"{client.url}/sonarqube-webhook", data="{}", timeout=5, allow_redirects=False)
        assert (moved.status_code, moved.headers["Location"]) == (302, "/sonarqube-webhook/")
        foreign = session.post(
            f"{client.url}/sonarqube-webhook/", data="{}", headers={"Origin": "http://evil.example"}, timeout=5
        )
        assert foreign.status_code == 403


def test_global_variables_reach_every_pipeline(jenkins: LightJenkins, client: Client) -> None:
    document = (
        "jenkins:\n  globalNodeProperties:\n  - envVars:\n      env:\n"
        "      - key: SONARQUBE\n        value: sonarqube\n      - {key: NUMBER, value: 3}\n"
    )
    assert client.post("/configuration-as-code/apply", data=document).status_code == 200
    script = """pipeline { agent none
      stages {
        stage('Outside') { steps { echo "outside $SONARQUBE $NUMBER" } }
        stage('Inside') { agent any
          when { environment name: 'SONARQUBE', value: 'sonarqube' }
          steps { sh 'echo inside $SONARQUBE' } } } }"""
    console = client.run("variables", script).console
    assert "outside sonarqube 3" in console
    assert "inside sonarqube" in console
    exported = client.post("/configuration-as-code/export").text
    assert "- key: SONARQUBE\n        value: sonarqube\n" in exported
    assert GlobalVariables(jenkins.home).all() == {"SONARQUBE": "sonarqube", "NUMBER": "3"}
    assert client.post("/configuration-as-code/apply", data="jenkins: {globalNodeProperties: []}").status_code == 200
    assert "SONARQUBE" not in client.run("variables", "node { sh 'env' }").console


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("jenkins: {systemMessage: hi}", "The light Jenkins has no systemMessage in jenkins"),
        ("tool: {git: {}}", "has no tool in the configuration"),
        ("[1, 2]", "must be a map"),
        ("a: [", "Not YAML"),
        ("unclassified: {sonarGlobalConfiguration: {installations: [{serverUrl: x}]}}", "needs a name"),
    ],
)
def test_configuration_that_is_not_here_is_refused(client: Client, document: str, said: str) -> None:
    answer = client.post("/configuration-as-code/apply", data=document)
    assert answer.status_code == 400
    assert said in answer.text


def test_installations_are_kept_as_the_plugin_keeps_them(jenkins: LightJenkins, client: Client) -> None:
    configure(client, "http://sonarqube:9000", webhookSecretId="sonar-hook")
    stored = (jenkins.home / "hudson.plugins.sonar.SonarGlobalConfiguration.xml").read_text()
    assert "<hudson.plugins.sonar.SonarInstallation>" in stored
    assert "<serverUrl>http://sonarqube:9000</serverUrl>" in stored
    assert "<webhookSecretId>sonar-hook</webhookSecretId>" in stored
    after_a_restart = SonarInstallations(jenkins.home).get("sonarqube")
    assert after_a_restart == SonarInstallation("sonarqube", "http://sonarqube:9000", "sonar-token", "sonar-hook")


@pytest.mark.parametrize(
    ("version", "goal"),
    [
        ("", "sonar:sonar"),
        ("3.11.0.3922", "org.sonarsource.scanner.maven:sonar-maven-plugin:3.11.0.3922:sonar"),
        ("2.7.1", "org.codehaus.mojo:sonar-maven-plugin:2.7.1:sonar"),
    ],
)
def test_the_goal(version: str, goal: str) -> None:
    assert maven_goal(version) == goal


def test_parameters_are_json() -> None:
    assert json.loads(scanner_parameters({"sonar.a": 'quote " and \\'})) == {"sonar.a": 'quote " and \\'}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"status": "SUCCESS"}', b'{"taskId": 1, "status": null}x'])
def test_what_is_no_hook(body: bytes) -> None:
    with pytest.raises(BadRequestError):
        parse_event(body, "")


def test_only_so_many_hooks_are_remembered() -> None:
    events = SonarEvents()
    for number in range(1200):
        events.put(parse_event(json.dumps({"taskId": f"T{number}", "status": "FAILED"}).encode(), ""))
    assert events.get("T100") is None
    assert events.get("T1199") is not None
