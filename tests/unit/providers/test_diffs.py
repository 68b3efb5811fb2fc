"""Old and new inputs, path by path."""

from __future__ import annotations

from typing import Any

from kubestage.providers.diffs import differences, matches, needing, parse_path, path_text
from kubestage.providers.wire import UNKNOWN


def texts(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    return {one.text: one.kind for one in differences(old, new)}


def test_equal_inputs_do_not_differ() -> None:
    assert texts({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}) == {}


def test_each_difference_has_its_path_and_kind() -> None:
    old = {"spec": {"replicas": 3, "paused": True, "ports": [{"port": 80}]}}
    new = {"spec": {"replicas": 5, "ports": [{"port": 80}, {"port": 81}], "extra": 1}}

    assert texts(old, new) == {
        "spec.extra": "add",
        "spec.paused": "delete",
        "spec.ports[1]": "add",
        "spec.replicas": "update",
    }


def test_true_is_not_one() -> None:
    assert texts({"on": True}, {"on": 1}) == {"on": "update"}


def test_an_unknown_value_may_be_another() -> None:
    assert texts({"kubeconfig": "old"}, {"kubeconfig": UNKNOWN}) == {"kubeconfig": "update"}


def test_keys_with_dots_are_quoted_as_the_engine_does() -> None:
    assert texts({"data": {"demo.value": "test"}}, {"data": {"demo.value": "prod"}}) == {'data["demo.value"]': "update"}


def test_paths_are_read_as_they_are_written() -> None:
    for path in [("spec", "containers", 0, "image"), ("data", "demo.value"), ("a",)]:
        assert parse_path(path_text(path)) == path


def test_a_star_stands_for_any_item() -> None:
    pattern = parse_path("spec.containers[*].image")

    assert matches(("spec", "containers", 2, "image"), pattern)
    assert not matches(("spec", "containers", 2, "name"), pattern)


def test_a_pattern_covers_what_lies_below_it_and_what_holds_it() -> None:
    found = differences({"spec": {"selector": {"a": 1}}, "x": 1}, {"spec": {"selector": {"a": 2}}, "x": 2})

    assert [one.text for one in needing(found, [("spec", "selector")])] == ["spec.selector.a"]
    assert [one.text for one in needing(differences({"spec": {}}, {}), [("spec", "selector")])] == ["spec"]
