"""The Generic Webhook Trigger, after the plugin's documentation."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator

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


@pytest.fixture
def hook(client: Client) -> Iterator[Callable[[str], None]]:
    """Makes the job ``gwt`` with a trigger of this configuration (its token is ``gwt``)."""

    def make(inner: str, properties: str = "") -> None:
        client.create("gwt", pipeline('echo "got ${env.x}"', webhook("<token>gwt</token>" + inner) + properties))

    yield make
    client.post("/job/gwt/doDelete")


def resolved(client: Client, data: str, query: str = "?token=gwt", **headers: str) -> dict[str, str]:
    answer = call(client, data, query, headers={**headers, "gwt-dry-run": "true"})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()["jobs"]["gwt"]["resolvedVariables"]
    return found


def test_an_object_is_json_and_its_leaves(client: Client, hook: Callable[[str], None]) -> None:
    hook(f"<genericVariables>{variable('x', '$.a')}</genericVariables>")
    assert resolved(client, '{"a": {"b": [1, {"c d-e": true}], "n": null}}') == {
        "x": '{"b":[1,{"c d-e":true}],"n":null}',
        "x_b_0": "1",
        "x_b_1_c_d_e": "true",
    }


def test_should_not_flatten(client: Client, hook: Callable[[str], None]) -> None:
    variables = f"<genericVariables>{variable('x', '$.a')}</genericVariables>"
    hook(f"{variables}<shouldNotFlatten>true</shouldNotFlatten>")
    assert resolved(client, '{"a": [1, 2]}') == {"x": "[1,2]"}


def test_the_whole_body_is_the_root(client: Client, hook: Callable[[str], None]) -> None:
    hook(f"<genericVariables>{variable('x', '$')}</genericVariables>")
    assert resolved(client, '{ "a": 1 }') == {"x": '{ "a": 1 }', "x_a": "1"}


def test_xpath(client: Client, hook: Callable[[str], None]) -> None:
    xpath = variable("x", "/push/commits").replace("JSONPath", "XPath")
    single = variable("ref", "/push/ref").replace("JSONPath", "XPath")
    hook(f"<genericVariables>{xpath}{single}</genericVariables>")
    found = resolved(client, "<push><ref>master</ref><commits><id>1</id><id>2</id></commits></push>")
    assert found["ref"] == "master"
    assert found["x_id"] == "2"
    assert found["x"].startswith("<commits>")


def test_what_is_missing_without_a_default_is_no_variable(client: Client, hook: Callable[[str], None]) -> None:
    hook(f"<genericVariables>{variable('x', '$.nope')}{variable('y', '$.y')}</genericVariables>")
    assert resolved(client, '{"y": 1}') == {"y": "1"}


def test_several_headers_and_parameters_are_numbered(client: Client, hook: Callable[[str], None]) -> None:
    package = "org.jenkinsci.plugins.gwt."
    tag = f"{package}GenericHeaderVariable"
    header = f"<{tag}><key>X-Many</key><regexpFilter>[^0-9]</regexpFilter></{tag}>"
    parameter = (
        f"<{package}GenericRequestVariable><key>p</key><regexpFilter></regexpFilter></{package}GenericRequestVariable>"
    )
    hook(
        f"<genericHeaderVariables>{header}</genericHeaderVariables><genericRequestVariables>{parameter}</genericRequestVariables>"
    )
    url = f"{client.url}/generic-webhook-trigger/invoke?token=gwt&p=a&p=b"
    lines = ["--header", "X-Many: v1", "--header", "X-Many: v2", "--header", "gwt-dry-run: true"]
    done = subprocess.run(
        ["curl", "--silent", "--noproxy", "*", "--request", "POST", url, *lines], capture_output=True, check=True
    )
    assert json.loads(done.stdout)["jobs"]["gwt"]["resolvedVariables"] == {
        "p_0": "a", "p_1": "b", "x_many": "1", "x_many_0": "1", "x_many_1": "2",
    }  # fmt: skip


def test_a_form_is_json_of_its_fields(client: Client, hook: Callable[[str], None]) -> None:
    hook(f"<genericVariables>{variable('x', '$.who[0]')}</genericVariables>")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert resolved(client, "who=me&token=ignored", **form) == {"x": "me"}


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


def test_a_broken_filter_is_an_error_with_its_text(client: Client, hook: Callable[[str], None]) -> None:
    hook("<regexpFilterText>x</regexpFilterText><regexpFilterExpression>(</regexpFilterExpression>")
    answer = call(client, "{}", "?token=gwt")
    assert answer.status_code == 500
    assert answer.json()["message"] == "There were errors when triggering jobs."
    assert "Unclosed group" in answer.json()["jobs"]["gwt"]


def test_a_filter_that_backtracks_without_end_is_given_up(client: Client, hook: Callable[[str], None]) -> None:
    hook(
        f"<genericVariables>{variable('x', '$.x')}</genericVariables><regexpFilterText>$x</regexpFilterText>"
        "<regexpFilterExpression>(a|aa)+(b?)\\2$</regexpFilterExpression>"
    )
    answer = call(client, json.dumps({"x": "a" * 60 + "!"}), "?token=gwt")
    assert answer.status_code == 500
    assert "more than two seconds" in answer.text


@pytest.mark.parametrize("body", ["[" * 1_000_000, '{"a":' * 500_000, "\x00" * 1000, '"\\ud800"'])
def test_hostile_bodies_trigger_nothing_harmful(client: Client, hook: Callable[[str], None], body: str) -> None:
    hook(f"<genericVariables>{variable('x', '$..a')}</genericVariables>")
    answer = call(client, body, "?token=gwt", headers={"gwt-dry-run": "true"})
    assert answer.status_code == 200, answer.text[:300]


def test_a_body_of_megabytes_is_refused(client: Client, hook: Callable[[str], None]) -> None:
    hook("")
    assert call(client, "x" * (5 << 20), "?token=gwt").status_code == 413
