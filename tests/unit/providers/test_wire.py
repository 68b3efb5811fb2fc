"""Property values between the engine and Python."""

from __future__ import annotations

from typing import Any

import pytest

from kubestage.providers.wire import UNKNOWN, Secret, decode, encode, holds_unknown


@pytest.mark.parametrize(
    "value",
    ["text", "", 3, 2.5, True, False, None, [1, "two", [3]], {"a": {"b": [None]}}, []],
)
def test_a_value_comes_back_as_it_was_sent(value: Any) -> None:
    assert decode(encode({"value": value})) == {"value": value}


def test_whole_numbers_are_integers_although_the_wire_knows_only_floats() -> None:
    port = decode(encode({"port": 30050.0}))["port"]

    assert port == 30050
    assert isinstance(port, int)


def test_booleans_do_not_become_numbers() -> None:
    assert decode(encode({"on": True}))["on"] is True


def test_an_unknown_value_stays_unknown() -> None:
    assert decode(encode({"metadata": {"uid": UNKNOWN}}))["metadata"]["uid"] is UNKNOWN


def test_a_secret_is_marked_on_the_wire_and_opened_when_read() -> None:
    struct = encode({"token": Secret("hush")})

    assert "4dabf18193072939515e22adb298388d" in struct.fields["token"].struct_value.fields
    assert decode(struct) == {"token": "hush"}


def test_what_is_no_property_is_refused() -> None:
    with pytest.raises(TypeError, match="object cannot be a property"):
        encode({"value": object()})


def test_unknown_is_found_wherever_it_is() -> None:
    assert holds_unknown({"a": [{"b": UNKNOWN}]})
    assert not holds_unknown({"a": [{"b": 1}]})
