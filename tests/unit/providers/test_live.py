"""A live object in the terms of the inputs: what counts as drift and what does not."""

from __future__ import annotations

from typing import Any

from kubestage.providers.kubernetes.live import as_inputs


def test_what_the_server_filled_in_is_not_drift() -> None:
    inputs = {"spec": {"ports": [{"port": 80}]}}
    live = {"spec": {"ports": [{"port": 80, "protocol": "TCP"}], "clusterIP": "10.0.0.1"}, "status": {}}

    assert as_inputs(inputs, live) == inputs


def test_a_changed_value_is_seen() -> None:
    assert as_inputs({"data": {"demo.value": "test"}}, {"data": {"demo.value": "else"}}) == {
        "data": {"demo.value": "else"}
    }


def test_a_removed_value_is_seen() -> None:
    assert as_inputs({"data": {"a": "1", "b": "2"}}, {"data": {"a": "1"}}) == {"data": {"a": "1"}}


def test_empty_values_that_the_server_drops_are_not_drift() -> None:
    inputs: dict[str, Any] = {"spec": {"env": [], "paused": False, "template": {"metadata": {}}}}

    assert as_inputs(inputs, {"spec": {"template": {}}}) == inputs


def test_quantities_are_compared_by_value() -> None:
    inputs = {"resources": {"requests": {"cpu": "1000m", "memory": "128Mi"}}}

    assert as_inputs(inputs, {"resources": {"requests": {"cpu": "1", "memory": "128Mi"}}}) == inputs
    changed = as_inputs(inputs, {"resources": {"requests": {"cpu": "2", "memory": "128Mi"}}})
    assert changed["resources"]["requests"]["cpu"] == "2"


def test_items_with_names_are_matched_by_name_in_any_order() -> None:
    inputs = {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}
    live = {"env": [{"name": "B", "value": "2"}, {"name": "INJECTED", "value": "x"}, {"name": "A", "value": "1"}]}

    assert as_inputs(inputs, live) == inputs


def test_an_added_item_without_a_name_is_seen() -> None:
    assert as_inputs({"rules": [{"verbs": ["get"]}]}, {"rules": [{"verbs": ["get"]}, {"verbs": ["*"]}]}) == {
        "rules": [{"verbs": ["get"]}, {"verbs": ["*"]}]
    }


def test_a_field_that_is_no_longer_ours_never_drifts() -> None:
    assert as_inputs({"spec": {"replicas": 3}}, {"spec": {"replicas": 5}}, [("spec", "replicas")]) == {
        "spec": {"replicas": 3}
    }


def test_string_data_is_read_from_data() -> None:
    assert as_inputs({"stringData": {"a": "hush"}}, {"data": {"a": "aHVzaA=="}}) == {"stringData": {"a": "hush"}}
