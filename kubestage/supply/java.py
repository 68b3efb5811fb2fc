"""The image in which the sample service runs: a Java runtime of only the modules a service needs, and a small shell."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kubestage.supply.archive import write_image, write_layer
from kubestage.supply.debian import bootstrap
from kubestage.supply.job import Job


@dataclass(frozen=True)
class JavaImage:
    """A jlinked runtime over a few extracted Debian packages.

    Small, because every fresh sandbox pushes it to its registry and every fresh node pulls it.

    Attributes:
        folder: `packages`, `config.json`, `customize` and `link`, which makes the runtime.
    """

    folder: Path
    inputs: tuple[str, ...] = ("jenkins-base",)
    uses: tuple[str, ...] = ("docker",)

    def recipe(self) -> Iterable[str | Path]:
        """The folder and what is done with it."""
        return [self.folder, Path(__file__)]

    def build(self, job: Job) -> None:
        """Writes the image's archive."""
        work, tree, root = job.scratch / "work", job.scratch / "tree", job.scratch / "root.tar"
        packages = (self.folder / "packages").read_text().split()
        bootstrap(job, root, packages, variant="extract", customize=self.folder / "customize")
        work.mkdir()
        shutil.copy2(self.folder / "link", work / "link")
        (tree / "opt").mkdir(parents=True)
        job.run_in(
            job.images["jenkins-base"], ["/bin/sh", "/work/link"], work=work, get={"/work/java": tree / "opt/java"}
        )
        (tree / "usr/bin").mkdir(parents=True)
        (tree / "usr/bin/java").symlink_to("/opt/java/bin/java")
        write_layer(job.scratch / "java.tar", tree)
        config = json.loads((self.folder / "config.json").read_text())
        write_image(job.out / "image.tar", [job.reference], [root, job.scratch / "java.tar"], config)
