"""Property values as the Pulumi engine sends them, and as Python sees them.

The engine speaks google.protobuf.Struct. Two things do not fit into that and travel as marked values: a value that is
not known yet (in a preview) and a secret. Numbers are always floats on the wire.
Source: pulumi/sdk go/common/resource/plugin/rpc.go and go/common/resource/sig.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

Properties = dict[str, Any]

_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker's name, no secret


class _Unknown:
    """A value that only a real run will know."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts in its state and hides in its output."""

    value: Any


def decode(struct: struct_pb2.Struct) -> Properties:
    """Turns a message's properties into Python values; secrets are opened, whole numbers are int."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def _decode(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value == _UNKNOWN_TEXT else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _SIGNATURE in fields:
            return _decode(fields["value"]) if "value" in fields else UNKNOWN
        return {key: _decode(item) for key, item in fields.items()}
    return None


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The reverse of `decode`; None is sent as null, UNKNOWN and Secret as their markers."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        struct.fields[key].CopyFrom(_encode(value))
    return struct


def _encode(value: Any) -> struct_pb2.Value:
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if value is UNKNOWN:
        return struct_pb2.Value(string_value=_UNKNOWN_TEXT)
    if isinstance(value, Secret):
        return _encode({_SIGNATURE: _SECRET, "value": value.value})
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode(value))
    if isinstance(value, (list, tuple)):
        items = struct_pb2.ListValue(values=[_encode(item) for item in value])
        return struct_pb2.Value(list_value=items)
    raise TypeError(f"{type(value).__name__} cannot be a property")


def holds_unknown(value: Any) -> bool:
    """Tells whether `value`, or anything in it, is not known yet."""
    if isinstance(value, Mapping):
        return any(holds_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_unknown(item) for item in value)
    return value is UNKNOWN
