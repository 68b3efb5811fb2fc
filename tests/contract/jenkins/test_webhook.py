"""The Generic Webhook Trigger, after the plugin's documentation: tokens, filters, answers, builds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest
from jenkins_client import Client, pipeline, webhook

from tests.contract.jenkins.hooks import DEPLOY, TOKEN, call, variable


@pytest.fixture(scope="module")
def job(client: Client) -> Iterator[str]:
    variables = variable("version", "$.version") + variable("envName", "$.envName") + variable("nodePort", "$.nodePort")
    inner = (
        f"<genericVariables>{variables}</genericVariables><token>{TOKEN}</token>"
        "<causeString>deploys $version to ${envName}</causeString>"
        "<printContributedVariables>true</printContributedVariables>"
        "<regexpFilterText>$version $envName $nodePort</regexpFilterText>"
        "<regexpFilterExpression>^v[0-9.]+ (test|prod) 300[0-9]{2}$</regexpFilterExpression>"
    )
    client.create("hooked", pipeline('echo "got $version for $envName on $nodePort"', webhook(inner)))
    yield "hooked"
    client.post("/job/hooked/doDelete")


@pytest.mark.parametrize("types", [("application/json", "text/plain"), ("text/plain", "application/json")])
def test_the_talks_curl_line_with_its_two_content_types(client: Client, job: str, types: tuple[str, str]) -> None:
    done = subprocess.run(
        [
            "curl", "--silent", "--noproxy", "*", "--location", "--request", "POST",
            f"{client.url}/generic-webhook-trigger/invoke?token={TOKEN}",
            "--header", f"Content-Type: {types[0]}",
            "--header", "X-Gitlab-Event: Tag Push Hook",
            "--header", "X-Gitlab-Token: something",
            "--header", f"Content-Type: {types[1]}",
            "--data-raw", DEPLOY,
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["message"] == "Triggered jobs."
    triggered = answer["jobs"][job]
    assert triggered["triggered"] is True
    assert triggered["url"] == f"queue/item/{triggered['id']}/"
    assert triggered["regexpFilterText"] == "v1.0.0.0 prod 30051"
    assert triggered["resolvedVariables"] == {"envName": "prod", "nodePort": "30051", "version": "v1.0.0.0"}
    finished = client.finished(triggered["id"])
    assert finished.result == "SUCCESS"
    assert "got v1.0.0.0 for prod on 30051" in finished.console
    assert finished.console.startswith("deploys v1.0.0.0 to prod\n")
    assert "Contributing variables:" in finished.console
    assert "    envName = prod" in finished.console


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        (f"?token={TOKEN}", {}),
        ("", {"token": TOKEN}),
        ("", {"Authorization": f"Bearer {TOKEN}"}),
        ("", {"X-Gitlab-Token": TOKEN}),
        (f"?token={TOKEN}", {"X-Gitlab-Token": "other"}),
    ],
)
def test_where_the_token_may_stand(client: Client, job: str, query: str, headers: dict[str, str]) -> None:
    answer = call(client, query=query, headers={**headers, "gwt-dry-run": "true"})
    assert answer.status_code == 200
    assert answer.json()["jobs"][job]["triggered"] is True


def test_the_query_goes_before_headers(client: Client, job: str) -> None:
    answer = call(client, query="?token=wrong", headers={"token": TOKEN, "X-Gitlab-Token": TOKEN})
    assert answer.status_code == 404


def test_an_unknown_token_is_404_with_the_plugins_text(client: Client, job: str) -> None:
    answer = call(client, query="?token=wrong")
    assert answer.status_code == 404
    assert answer.json() == {
        "jobs": None,
        "message": "Did not find any jobs with GenericTrigger configured!\nA token was supplied.\n",
    }
    assert "No token was supplied" in call(client, query="").json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        '{"version": "v1; reboot", "envName": "prod", "nodePort": 30051}',
        '{"version": "v1", "envName": "../x", "nodePort": 30051}',
        "not json at all",
        "",
    ],
)
def test_what_the_filter_refuses_triggers_nothing(client: Client, job: str, body: str) -> None:
    answer = call(client, body)
    assert answer.status_code == 200
    assert answer.json()["jobs"][job]["triggered"] is False
    assert answer.json()["jobs"][job]["id"] == 0


def test_each_call_is_a_build_of_its_own(client: Client, job: str) -> None:
    ids = [call(client).json()["jobs"][job]["id"] for _ in range(3)]
    numbers = {client.finished(item).number for item in ids}
    assert len(set(ids)) == len(numbers) == 3


def test_foreign_pages_are_refused(client: Client, job: str) -> None:
    assert call(client, headers={"Origin": "https://evil.example"}).status_code == 403
    assert call(client, headers={"Host": "evil.example"}).status_code == 403
    assert call(client, headers={"Origin": "null"}).status_code == 403


def test_several_jobs_with_one_token(client: Client) -> None:
    for name in ("twin-1", "twin-2"):
        client.create(name, pipeline("echo 'x'", webhook("<token>twins</token>")))
    answer = call(client, "{}", "?token=twins").json()
    assert set(answer["jobs"]) == {"twin-1", "twin-2"}
    for name in ("twin-1", "twin-2"):
        client.finished(answer["jobs"][name]["id"])
        client.post(f"/job/{name}/doDelete")


def test_a_pipeline_declares_its_own_trigger(client: Client) -> None:
    script = """
    properties([
      parameters([string(name: 'version', defaultValue: 'v0')]),
      pipelineTriggers([GenericTrigger(token: 'declared', genericVariables: [[key: 'version', value: '$.version']])]),
    ])
    echo "runs ${params.version}"
    """
    client.run("declares", script)
    answer = call(client, '{"version": "v7"}', "?token=declared").json()
    assert "runs v7" in client.finished(answer["jobs"]["declares"]["id"]).console
    client.post("/job/declares/doDelete")


def test_a_token_from_the_credentials(client: Client, hook: Callable[[str], None]) -> None:
    text = "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl"
    store = "/credentials/store/system/domain/_"
    client.post(f"{store}/credential/gwt-token/doDelete")
    client.create_credentials(f"<{text}><scope>GLOBAL</scope><id>gwt-token</id><secret>from-store</secret></{text}>")
    hook("<tokenCredentialId>gwt-token</tokenCredentialId>")
    assert call(client, "{}", "?token=gwt").status_code == 404
    assert call(client, "{}", "?token=from-store", headers={"gwt-dry-run": "true"}).status_code == 200


def test_a_silent_trigger_says_nothing(client: Client, hook: Callable[[str], None]) -> None:
    hook("<silentResponse>true</silentResponse>")
    answer = call(client, "{}", "?token=gwt")
    assert (answer.status_code, answer.text) == (200, "")


def test_a_disabled_job_is_found_and_not_triggered(client: Client, hook: Callable[[str], None]) -> None:
    hook("")
    client.post("/job/gwt/disable")
    assert call(client, "{}", "?token=gwt").json()["jobs"]["gwt"]["triggered"] is False


@pytest.mark.parametrize(("overrides", "waits"), [("true", True), ("false", False)])
def test_the_caller_may_set_the_quiet_period(
    client: Client, hook: Callable[[str], None], overrides: str, waits: bool
) -> None:
    hook(f"<overrideQuietPeriod>{overrides}</overrideQuietPeriod>")
    item = call(client, "{}", "?token=gwt&jobQuietPeriod=60").json()["jobs"]["gwt"]["id"]
    if waits:
        assert "quiet period" in client.json(f"/queue/item/{item}/api/json")["why"]
        client.post(f"/queue/cancelItem?id={item}")
    else:
        assert client.finished(item).result == "SUCCESS"


def test_calls_join_in_one_build_when_they_may(client: Client, hook: Callable[..., None]) -> None:
    several = "<allowSeveralTriggersPerBuild>true</allowSeveralTriggersPerBuild>"
    quiet = f"{several}<overrideQuietPeriod>true</overrideQuietPeriod>"
    hook(f"<genericVariables>{variable('x', '$.x')}</genericVariables>{quiet}")
    query = "?token=gwt&jobQuietPeriod=60"
    ids = {call(client, json.dumps({"x": x}), query).json()["jobs"]["gwt"]["id"] for x in ("one", "two")}
    assert len(ids) == 1
    client.post(f"/queue/cancelItem?id={ids.pop()}")


def test_the_body_is_printed_when_wanted(client: Client, hook: Callable[[str], None]) -> None:
    flags = "<printPostContent>true</printPostContent><printContributedVariables>true</printContributedVariables>"
    hook(f"<genericVariables>{variable('x', '$.x')}</genericVariables>{flags}")
    item = call(client, '{"x": "1"}', "?token=gwt").json()["jobs"]["gwt"]["id"]
    console = client.finished(item).console
    assert console.startswith('Generic Cause\n Received:\n\n{"x": "1"}\n\n')
    assert "Contributing variables:\n\n    x = 1\n" in console
    assert "got 1\n" in console


def test_a_body_of_megabytes_is_refused(client: Client, hook: Callable[[str], None]) -> None:
    hook("")
    assert call(client, "x" * (5 << 20), "?token=gwt").status_code == 413


def test_a_webhook_gives_choices_and_booleans_as_the_plugin_does(client: Client) -> None:
    definitions = (
        "<hudson.model.ChoiceParameterDefinition><name>env</name><choices><string>test</string></choices>"
        "</hudson.model.ChoiceParameterDefinition><hudson.model.BooleanParameterDefinition><name>dry</name>"
        "</hudson.model.BooleanParameterDefinition>"
    )
    tag = "hudson.model.ParametersDefinitionProperty"
    variables = variable("env", "$.env") + variable("dry", "$.dry")
    inner = f"<genericVariables>{variables}</genericVariables><token>choosy</token>"
    declared = f"<{tag}><parameterDefinitions>{definitions}</parameterDefinitions></{tag}>"
    client.create("choosy", pipeline('echo "to $params.env, $params.dry"', declared + webhook(inner)))
    triggered = call(client, '{"env": "stage", "dry": "TRUE"}', "?token=choosy").json()["jobs"]["choosy"]
    assert "to stage, true\n" in client.finished(triggered["id"]).console
    client.post("/job/choosy/doDelete")
