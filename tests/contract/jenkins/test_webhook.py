"""The Generic Webhook Trigger, after the plugin's documentation."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest
import requests
from jenkins_client import Client, pipeline, webhook

TOKEN = "secret-webhook-token"
DEPLOY = '{ "version": "v1.0.0.0", "envName": "prod", "nodePort":30051 }'


def variable(key: str, expression: str, more: str = "") -> str:
    tag = "org.jenkinsci.plugins.gwt.GenericVariable"
    return f"<{tag}><expressionType>JSONPath</expressionType><key>{key}</key><value>{expression}</value>{more}</{tag}>"


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


def call(
    client: Client, data: str | bytes = DEPLOY, query: str = f"?token={TOKEN}", **arguments: object
) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        url = f"{client.url}/generic-webhook-trigger/invoke{query}"
        return session.post(url, data=data, timeout=30, **arguments)  # type: ignore[arg-type]


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


def test_variables_of_every_kind(client: Client) -> None:
    package = "org.jenkinsci.plugins.gwt."
    inner = (
        "<token>kinds</token><genericVariables>"
        + variable("ref", "$.ref", "<regexpFilter>^refs/heads/</regexpFilter>")
        + variable("commits", "$.commits[*].id")
        + variable("missing", "$.missing", "<defaultValue>none</defaultValue>")
        + "</genericVariables>"
        + f"<genericRequestVariables><{package}GenericRequestVariable><key>who</key><regexpFilter></regexpFilter>"
        f"</{package}GenericRequestVariable></genericRequestVariables>"
        f"<genericHeaderVariables><{package}GenericHeaderVariable><key>X-Gitlab-Event</key><regexpFilter></regexpFilter>"
        f"</{package}GenericHeaderVariable></genericHeaderVariables>"
    )
    client.create("kinds", pipeline("echo env.ref", webhook(inner)))
    answer = call(
        client,
        '{"ref": "refs/heads/master", "commits": [{"id": "a1"}, {"id": "b2"}]}',
        "?token=kinds&who=me",
        headers={"X-Gitlab-Event": "Push Hook"},
    ).json()["jobs"]["kinds"]
    assert answer["resolvedVariables"] == {
        "commits": '["a1","b2"]',
        "commits_0": "a1",
        "commits_1": "b2",
        "missing": "none",
        "ref": "master",
        "who": "me",
        "who_0": "me",
        "x_gitlab_event": "Push Hook",
        "x_gitlab_event_0": "Push Hook",
    }
    assert "master\n" in client.finished(answer["id"]).console
    client.post("/job/kinds/doDelete")


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
