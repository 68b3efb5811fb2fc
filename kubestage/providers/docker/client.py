"""The Docker engine's API and how its refusals become our errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import requests
from docker.errors import APIError, DockerException

from kubestage.errors import MachineError, PartError

T = TypeVar("T")
Info = dict[str, Any]

SANDBOX_LABEL = "kubestage.sandbox"


def asked(what: str, request: Callable[[], T]) -> T:
    """Sends a request; `what` says in an error what could not be done.

    Raises:
        PartError: the engine refused.
        MachineError: the engine does not answer.
    """
    try:
        return request()
    except APIError as error:
        raise PartError(what, why=str(error.explanation or error)) from None
    except (DockerException, requests.RequestException) as error:
        raise MachineError(what, why=str(error), fix="./inv doctor") from None


def found(what: str, request: Callable[[], T]) -> T | None:
    """Looks something up; None if the engine does not have it."""

    def look() -> T | None:
        try:
            return request()
        except APIError as error:
            if error.status_code == 404:
                return None
            raise

    return asked(what, look)


def labels_of(inputs: dict[str, Any]) -> dict[str, str]:
    """The SDK's list of labels as the engine's map."""
    return {one["label"]: one["value"] for one in inputs.get("labels") or []}


def same_sandbox(inputs: dict[str, Any], labels: dict[str, str] | None) -> bool:
    """Tells whether something that exists carries the sandbox's label that the program asks for."""
    wanted = labels_of(inputs).get(SANDBOX_LABEL)
    return bool(wanted) and (labels or {}).get(SANDBOX_LABEL) == wanted


def taken(kind: str, name: str, command: str) -> MachineError:
    """The error for a name that something else has."""
    return MachineError(
        f"There is a {kind} {name} that is not this sandbox's",
        why=f"It lacks the label {SANDBOX_LABEL} of this sandbox, so it is left alone.",
        fix=f"{command} {name}, or choose another name with KUBESTAGE_SANDBOX",
    )
