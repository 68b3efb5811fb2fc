"""The Generic Webhook Trigger's variables: from bodies, headers and parameters; and bodies that mean no good."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest
from jenkins_client import Client, pipeline, webhook

from tests.contract.jenkins.hooks import call, resolved, variable


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
