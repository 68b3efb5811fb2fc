"""Images that hold nothing but a static program or two."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.supply.archive import write_image, write_layer
from kubestage.supply.job import Job


@dataclass(frozen=True)
class ScratchImage:
    """An image without a distribution in it.

    Attributes:
        folder: `config.json` (the OCI configuration), and, where wanted, `files/`.
        programs: files from other artefacts: artefact, file in it, place in the image.
    """

    folder: Path
    programs: tuple[tuple[str, str, str], ...]
    uses: tuple[str, ...] = ("docker",)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The artefacts whose programs go in."""
        return tuple(dict.fromkeys(name for name, _, _ in self.programs))

    def recipe(self) -> Iterable[str | Path]:
        """The folder and what goes where."""
        return [self.folder, *map(str, self.programs)]

    def build(self, job: Job) -> None:
        """Writes the image's archive."""
        tree = job.scratch / "tree"
        if (self.folder / "files").is_dir():
            shutil.copytree(self.folder / "files", tree, symlinks=True)
        for name, program, place in self.programs:
            (tree / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(job.inputs[name] / program, tree / place)
        layer = job.scratch / "layer.tar"
        write_layer(layer, tree)
        config = json.loads((self.folder / "config.json").read_text())
        write_image(job.out / "image.tar", [job.reference], [layer], config)
