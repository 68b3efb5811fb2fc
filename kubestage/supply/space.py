"""Whether the disk has room for what is to be made."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from kubestage.errors import MachineError
from kubestage.settings import Settings
from kubestage.supply.artefact import Artefact


def check_space(settings: Settings, artefacts: Sequence[Artefact]) -> None:
    """Refuses early what could not be finished for lack of room.

    Raises:
        MachineError: the cache's disk has less room than the artefacts are known to need.
    """
    settings.cache.mkdir(parents=True, exist_ok=True)
    needed = sum(artefact.megabytes for artefact in artefacts)
    free = shutil.disk_usage(settings.cache).free // 1_000_000
    if free < needed:
        raise MachineError(
            f"There is not enough room in {settings.cache}",
            why=f"{', '.join(a.name for a in artefacts)} need about {needed} MB, {free} MB are free.",
            fix="free some space, or set KUBESTAGE_CACHE to a folder on a larger disk",
        )
