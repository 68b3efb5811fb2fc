"""The optional parts of a sandbox: asked for once, remembered in its folder until they are taken away or it goes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from kubestage.errors import InputError, MachineError
from kubestage.files import write_privately
from kubestage.settings import Settings

SONARQUBE = "sonarqube"
EXTRAS = (SONARQUBE,)

FILE_NAME = "extras.json"


def read_extras(settings: Settings) -> tuple[str, ...]:
    """The optional parts that the sandbox has or is to get, in the order of EXTRAS.

    Raises:
        MachineError: what the folder holds cannot be read.
    """
    path = settings.folder / FILE_NAME
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise MachineError(f"{path} cannot be read", why=str(error), fix=f"rm {path}") from error
    return tuple(extra for extra in EXTRAS if isinstance(stored, list) and extra in stored)


@dataclass(frozen=True)
class ExtrasWish:
    """What is to be added and what taken away; both of parts that there are."""

    add: frozenset[str]
    drop: frozenset[str]


def wish_extras(add: Iterable[str], drop: Iterable[str]) -> ExtrasWish:
    """The wish of a command line.

    Raises:
        InputError: there is no such part, or it is asked for and not wanted at once.
    """
    added, dropped = frozenset(add), frozenset(drop)
    for name in sorted(added | dropped):
        if name not in EXTRAS:
            raise InputError(
                f"There is no optional part {name!r}",
                why=f"There is {', '.join(EXTRAS)}.",
                fix=f"./inv up --with {EXTRAS[0]}",
            )
    for name in sorted(added & dropped):
        raise InputError(f"{name} is asked for with --with and with --without", fix=f"./inv up --with {name}")
    return ExtrasWish(added, dropped)


def change_extras(settings: Settings, wish: ExtrasWish) -> tuple[str, ...]:
    """Adds and takes away, remembers the outcome and gives it; call it under the sandbox's lock.

    Raises:
        MachineError: what the folder holds cannot be read, or the folder takes no file.
    """
    before = read_extras(settings)
    after = tuple(name for name in EXTRAS if name in ({*before} | wish.add) - wish.drop)
    if after != before:
        write_privately(settings.folder / FILE_NAME, json.dumps(after) + "\n")
    return after
