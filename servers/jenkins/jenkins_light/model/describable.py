"""Describables as pipelines write them: ``string(name: 'X')``, ``[$class: 'StringParameterDefinition', …]``."""

from collections.abc import Mapping
from typing import Any


def symbol_of(described: Mapping[str, Any]) -> str:
    """The symbol or the simple class name."""
    return str(described.get("$symbol") or described.get("$class") or "").rsplit(".", 1)[-1]


def argument(described: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """The named argument, or the only unnamed one, as Jenkins takes it for a describable with one required argument."""
    if name in described:
        return described[name]
    unnamed = described.get("$args") or []
    return unnamed[0] if unnamed else default
