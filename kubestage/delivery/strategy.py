"""Each environment's strategy: what the stacks say, and whether that is what uuid.yaml says.

uuid.yaml is the one source of the strategy as long as no stack differs from it. `kubectl apply -f uuid.yaml`, which the
CD job runs for every environment, would set the file's strategy again and again; so where a stack differs, the
strategy is taken out of uuid.yaml (`kubestage.seed.strategy`), kubectl lets it go in the cluster
(`kubestage.providers.kubernetes.release`), and Pulumi sets it in each environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from kubestage.engine.config import read_defaults
from kubestage.errors import InputError
from kubestage.settings import ENVIRONMENTS

KEY = "kubestage-service:strategy"
TYPES = ("Recreate", "RollingUpdate")


@dataclass(frozen=True)
class Strategies:
    """The strategy of each environment.

    Attributes:
        file: uuid.yaml's.
        stacks: those that stacks name, by environment.
    """

    file: str
    stacks: dict[str, str]

    @classmethod
    def read(cls, stacks: Path, manifest: Path) -> Strategies:
        """Reads them.

        Args:
            stacks: the folder of the stacks' files.
            manifest: uuid.yaml.

        Raises:
            InputError: a stack's file is broken or names a strategy that there is none of.
        """
        named = {}
        for environment in ENVIRONMENTS:
            file = stacks / f"Pulumi.{environment}.yaml"
            found = read_defaults(file).get(KEY)
            if found is None:
                continue
            if found not in TYPES:
                raise InputError(
                    f"{KEY} in {file} cannot be {found!r}",
                    why=f"A Deployment's strategy is {' or '.join(TYPES)}.",
                    fix=f"write {KEY}: {TYPES[-1]}, or take the line out for what uuid.yaml says",
                )
            named[environment] = found
        documents = yaml.safe_load_all(manifest.read_text(encoding="utf-8"))
        (deployment,) = (document for document in documents if document["kind"] == "Deployment")
        return cls(deployment["spec"]["strategy"]["type"], named)

    @property
    def differ(self) -> bool:
        """Whether a stack wants another than uuid.yaml says, so that Pulumi sets them all."""
        return any(strategy != self.file for strategy in self.stacks.values())
