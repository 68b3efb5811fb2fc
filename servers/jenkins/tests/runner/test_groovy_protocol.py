"""The protocol itself: PROTOCOL.md as the server relies on it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from runner_driver import Runner


def test_the_first_line_says_ready(runner: Runner) -> None:
    assert runner.ready == {"type": "ready", "version": "1"}


@pytest.mark.parametrize("line", ["not json", "[1]", '"x"', "{"])
def test_a_broken_line_is_answered_by_an_error(runner: Runner, line: str) -> None:
    runner.write(line)

    answer = runner.answer()
    assert answer["type"] == "error"
    assert "not a JSON object" in answer["message"]


def test_an_unknown_type_is_answered_by_an_error(runner: Runner) -> None:
    assert runner.ask({"type": "foo", "id": "1"}) == {
        "type": "error",
        "id": "1",
        "build": None,
        "message": "unknown type foo",
    }


def test_start_needs_build_and_script(runner: Runner) -> None:
    answer = runner.ask({"type": "start", "build": "b"})

    assert "start needs the strings build and script" in answer["message"]


def test_a_build_runs_once(runner: Runner) -> None:
    build = runner.start("sleep 60")
    build.wait_for("log", text="[Pipeline] sleep")

    assert "is running already" in runner.ask({"type": "start", "build": build.name, "script": "echo 'x'"})["message"]
    build.stop(hard=True)
    build.wait()


def test_messages_for_builds_that_ended_are_dropped(runner: Runner) -> None:
    build = runner.run("echo 'x'")
    runner.send({"type": "reply", "build": build.name, "call": 1})
    runner.send({"type": "stop", "build": build.name})

    assert runner.ask({"type": "ping", "id": "after"})["id"] == "after"


def test_ping(runner: Runner) -> None:
    answer = runner.ask({"type": "ping", "id": "p"})

    assert answer["type"] == "pong"
    assert answer["live"] == 0
    assert answer["heapKiB"] > 0


def test_text_keeps_its_characters(runner: Runner) -> None:
    build = runner.run("sh 'ü \"quoted\" \\\\ back\ttab €'\necho 'two\\nlines 中文'")

    assert build.called("sh") == ['ü "quoted" \\ back\ttab €']
    assert build.echoed == ["two", "lines 中文"]


def test_arguments_are_plain_json(runner: Runner) -> None:
    script = "step([$class: 'X', list: [1, 2.5, \"g${1}\", null, true], map: [a: 1..2], n: 10000000000])"

    assert runner.run(script).called("step") == [
        {"$class": "X", "list": [1, 2.5, "g1", None, True], "map": {"a": [1, 2]}, "n": 10000000000}
    ]


def test_values_come_back_as_groovy_knows_them(runner: Runner) -> None:
    script = "def v = sh 'x'\necho \"${v.a[0] + 1} ${v.b instanceof Map} ${v.a} ${v.c.class.simpleName} ${v.d}\""
    answers = {"sh": lambda s: {"value": {"a": [1, "x"], "b": {"z": 1, "y": 2}, "c": 1.5, "d": None}}}

    assert runner.run(script, answers).echoed == ["2 true [1, x] Double null"]


class TestVariables:
    """Generic Webhook Trigger's rules."""

    BODY = (
        '{"version": "v1.0.0.0", "envName": "prod", "nodePort": 30051, '
        '"list": [{"a b": 1}, {"c-d": "x"}], "empty": "", "n": null}'
    )

    def resolve(self, runner: Runner, *expressions: dict[str, str], document: str = BODY) -> dict[str, str]:
        answer = runner.ask({"type": "variables", "id": "w", "document": document, "expressions": list(expressions)})
        assert answer["type"] == "variables"
        variables: dict[str, str] = answer["variables"]
        return variables

    def test_values_are_strings(self, runner: Runner) -> None:
        assert self.resolve(
            runner,
            {"key": "version", "value": "$.version"},
            {"key": "envName", "value": "$.envName", "expressionType": "JSONPath"},
            {"key": "nodePort", "value": "$.nodePort"},
        ) == {"version": "v1.0.0.0", "envName": "prod", "nodePort": "30051"}

    def test_a_missing_path_is_its_default_or_no_variable(self, runner: Runner) -> None:
        found = self.resolve(
            runner, {"key": "a", "value": "$.nope"}, {"key": "b", "value": "$.nope", "defaultValue": "d"}
        )

        assert found == {"b": "d"}

    @pytest.mark.parametrize("path", ["$.empty", "$.n"])
    def test_the_default_also_replaces_an_empty_value(self, runner: Runner, path: str) -> None:
        assert self.resolve(runner, {"key": "a", "value": path, "defaultValue": "d"}) == {"a": "d"}

    def test_lists_and_objects_are_flattened(self, runner: Runner) -> None:
        assert self.resolve(runner, {"key": "l", "value": "$.list"}) == {
            "l": '[{"a b":1},{"c-d":"x"}]',
            "l_0_a_b": "1",
            "l_1_c_d": "x",
        }

    def test_json_in_variables_is_escaped_as_gson_does(self, runner: Runner) -> None:
        body = '{"o": {"a": "<b> & \'c\' = d"}}'
        assert self.resolve(runner, {"key": "o", "value": "$.o"}, document=body) == {
            "o": '{"a":"\\u003cb\\u003e \\u0026 \\u0027c\\u0027 \\u003d d"}',
            "o_a": "<b> & 'c' = d",
        }

    def test_nothing_is_flattened_when_told_so(self, runner: Runner) -> None:
        expressions = [{"key": "l", "value": "$.list"}, {"key": "version", "value": "$.version"}]
        answer = runner.ask(
            {"type": "variables", "id": "w", "document": self.BODY, "expressions": expressions, "flatten": False}
        )

        assert answer["variables"] == {"l": '[{"a b":1},{"c-d":"x"}]', "version": "v1.0.0.0"}

    def test_values_that_stand_for_themselves_are_filtered_too(self, runner: Runner) -> None:
        plain = {"key": "x-event", "value": "Push Hook", "expressionType": "Value", "regexpFilter": " Hook"}
        assert self.resolve(runner, plain, document="") == {"x_event": "Push"}

    def test_a_filter_that_never_ends_is_given_up(self, runner: Runner) -> None:
        slow = {"key": "v", "value": "$.v", "regexpFilter": "(a|aa)+(b?)\\2$", "defaultValue": "d"}
        body = json.dumps({"v": "a" * 60 + "!"})
        answer = runner.ask({"type": "variables", "id": "w", "document": body, "expressions": [slow]})

        assert answer["variables"] == {"v": "d"}
        assert "more than two seconds" in answer["warnings"][0]

    @pytest.mark.parametrize("body", ["[" * 1_000_000, '{"a":' * 300_000])
    def test_a_bottomless_body_is_no_end_of_the_runner(self, runner: Runner, body: str) -> None:
        assert self.resolve(runner, {"key": "v", "value": "$", "defaultValue": "d"}, document=body) == {"v": "d"}

    def test_the_root_is_the_body_itself(self, runner: Runner) -> None:
        found = self.resolve(runner, {"key": "all", "value": "$"})

        assert found["all"] == self.BODY
        assert found["all_version"] == "v1.0.0.0"

    def test_filters_are_removed_from_the_value(self, runner: Runner) -> None:
        assert self.resolve(runner, {"key": "v", "value": "$.version", "regexpFilter": "[^0-9]"}) == {"v": "1000"}

    def test_a_body_that_is_no_json_gives_defaults(self, runner: Runner) -> None:
        found = self.resolve(runner, {"key": "v", "value": "$.version", "defaultValue": "d"}, document="nope")

        assert found == {"v": "d"}

    def test_an_empty_body(self, runner: Runner) -> None:
        assert self.resolve(runner, {"key": "v", "value": "$.version"}, document="") == {}

    def test_a_broken_expression_is_warned_of(self, runner: Runner) -> None:
        expressions = [{"key": "v", "value": "$.[["}]
        answer = runner.ask({"type": "variables", "id": "w", "document": "{}", "expressions": expressions})

        assert answer["variables"] == {}
        assert answer["warnings"][0].startswith("Unable to resolve v: ")

    def test_xpath(self, runner: Runner) -> None:
        xml = "<push><ref>master</ref><commits><id>1</id></commits></push>"
        found = self.resolve(
            runner,
            {"key": "ref", "value": "/push/ref", "expressionType": "XPath"},
            {"key": "c", "value": "/push/commits", "expressionType": "XPath"},
            {"key": "none", "value": "/nope", "expressionType": "XPath"},
            document=xml,
        )

        assert found["ref"] == "master"
        assert found["c_id"] == "1"
        assert found["none"] == ""

    def test_xml_may_not_define_entities(self, runner: Runner) -> None:
        xml = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'

        assert self.resolve(runner, {"key": "a", "value": "/a", "expressionType": "XPath"}, document=xml) == {}


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^v[0-9.]+ (test|prod)$", "v1.0.0.0 prod", True),
        ("^v[0-9.]+$", "v1; rm", False),
        ("a(?=b)", "xab", True),
        ("", "", True),
    ],
)
def test_match_is_javas_find(runner: Runner, pattern: str, text: str, expected: bool) -> None:
    answer: dict[str, Any] = runner.ask({"type": "match", "id": "m", "pattern": pattern, "text": text})

    assert answer == {"type": "matched", "id": "m", "matched": expected}


def test_a_broken_pattern_matches_nothing_and_says_why(runner: Runner) -> None:
    answer = runner.ask({"type": "match", "id": "m", "pattern": "(", "text": "x"})

    assert answer["matched"] is False
    assert "Unclosed group" in answer["error"]
