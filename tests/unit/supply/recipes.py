"""Small artefacts for the tests: what they make is made by a shell script."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kubestage.settings import Settings
from kubestage.supply.artefact import Artefact
from kubestage.supply.job import Job


@dataclass(frozen=True)
class Script:
    """Builds by a shell script that runs in the folder to fill; $<NAME> is the folder of an input."""

    script: str
    inputs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()

    def recipe(self) -> list[str | Path]:
        return [self.script]

    def build(self, job: Job) -> None:
        env = {name.upper(): str(folder) for name, folder in job.inputs.items()}
        job.run(["sh", "-ec", self.script], cwd=job.out, env=env)


@dataclass(frozen=True)
class Published:
    """A publisher whose server is, or is not, there."""

    address: str = "http://127.0.0.1:9/file"
    pin: str = "1"

    def recipe(self) -> list[str | Path]:
        return [self.address, self.pin]

    def probe(self, settings: Settings) -> tuple[str, tuple[int, ...]]:
        return self.address, (200,)

    def pull(self, job: Job) -> None:
        job.run(["sh", "-ec", "echo official > file"], cwd=job.out)


def artefact(name: str, script: str = "echo made > file", *, version: str = "1", **more: object) -> Artefact:
    pull = more.pop("pull", None)
    return Artefact(name, version, "files", Script(script, **more), pull)  # type: ignore[arg-type]


def named(*artefacts: Artefact) -> dict[str, Artefact]:
    return {each.name: each for each in artefacts}
