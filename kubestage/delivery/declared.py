"""What the environments' stacks declare, checked as a whole before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kubestage.delivery.version import check_node_port, check_version
from kubestage.engine.config import read_defaults
from kubestage.errors import InputError
from kubestage.settings import ENVIRONMENTS, FIRST_NODE_PORT

_PROJECT = "kubestage-service"


def _version(value: Any) -> None:
    check_version(str(value))


def _node_port(value: Any) -> None:
    check_node_port(int(str(value)))


def _limit(value: Any) -> None:
    if int(str(value)) < 0:
        raise ValueError


# By name: what it must be, in words, and what raises where it is not so. infra/service/inputs.py reads them; the
# strategy has a check of its own, and the sandbox's own values take the place of the other two.
_CHECKS: dict[str, tuple[str, Callable[[Any], None]]] = {
    "version": ("a version such as v1.0.0.0", _version),
    "nodePort": (f"a port of the ten from {FIRST_NODE_PORT} on", _node_port),
    "revisionHistoryLimit": ("a number of revisions, 0 or more", _limit),
}
_REQUIRED = ("version", "nodePort")
_FURTHER = ("strategy", "sandbox", "registry")


def check_declared(stacks: Path) -> None:
    """Refuses stacks' files that the environments could not be brought to.

    Args:
        stacks: the folder of the stacks' files.

    Raises:
        InputError: a file is missing or broken, or a key is missing, unknown, or has a value that cannot be.
    """
    ports: dict[str, str] = {}
    for environment in ENVIRONMENTS:
        file = stacks / f"Pulumi.{environment}.yaml"
        declared = {
            key.partition(":")[2]: value for key, value in read_defaults(file).items() if key.startswith(f"{_PROJECT}:")
        }
        _check_names(file, declared)
        for name, value in declared.items():
            _check_value(file, name, value)
        port = str(declared["nodePort"])
        if port in ports:
            raise InputError(
                f"{environment} and {ports[port]} cannot both have the NodePort {port}",
                why=f"A NodePort leads to one Service; both files in {stacks} name it.",
                fix=f"write another {_PROJECT}:nodePort into {file}",
            )
        ports[port] = environment


def _check_names(file: Path, declared: dict[str, Any]) -> None:
    for name in _REQUIRED:
        if name not in declared:
            raise InputError(
                f"{file} lacks {_PROJECT}:{name}",
                why=f"It must be {_CHECKS[name][0]}.",
                fix=f"write {_PROJECT}:{name} below config: in {file}",
            )
    known = (*_CHECKS, *_FURTHER)
    for name in declared:
        if name not in known:
            raise InputError(
                f"{file} has {_PROJECT}:{name}, which there is not",
                why=f"There are {', '.join(known)}.",
                fix=f"take {_PROJECT}:{name} out of {file}",
            )


def _check_value(file: Path, name: str, value: Any) -> None:
    words, check = _CHECKS.get(name, ("", lambda _: None))
    try:
        check(value)
    except (ValueError, InputError):
        raise InputError(
            f"{_PROJECT}:{name} in {file} cannot be {value!r}",
            why=f"It must be {words}.",
            fix=f"write another {_PROJECT}:{name} into {file}",
        ) from None
