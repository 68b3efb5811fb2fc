"""SonarQube's side of `up`: seeded, known to Jenkins, and with its Maven plugin at hand; or forgotten."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from docker.models.containers import Container

from kubestage.console import console
from kubestage.extras import SONARQUBE, read_extras
from kubestage.sandbox.access import owned_by_jenkins
from kubestage.sandbox.sandbox import Sandbox
from kubestage.seed import seed_analysis, seed_sonarqube
from kubestage.seed.sonarqube import token_file

# What a sandbox with SonarQube needs besides what every sandbox needs.
ARTEFACTS = (SONARQUBE, "sonar-maven-plugin")

# Maven's local repository in Jenkins' image: it is no volume, so a new container starts without the plugin.
_REPOSITORY = "/opt/jenkins/m2/repository"


def prepare_sonarqube(sandbox: Sandbox) -> list[str]:
    """Brings SonarQube, and what Jenkins knows of it, to what was asked for; says what that changed.

    GitLab and Jenkins answer by now. Where SonarQube is wanted, this waits for it: CI's builds are analysed from the
    first one on.

    Raises:
        PartError: a server refuses.
        WaitTimeout: SonarQube does not start.
    """
    settings, secrets = sandbox.settings, sandbox.secrets
    if SONARQUBE not in read_extras(settings):
        token_file(settings).unlink(missing_ok=True)
        return seed_analysis(settings, secrets, wanted=False).changed
    with console.step("SonarQube answers; its gate, and its hook to Jenkins"):
        changed = seed_sonarqube(settings, secrets).changed
        _give_jenkins_the_plugin(sandbox)
        return changed + seed_analysis(settings, secrets, wanted=True).changed


def _give_jenkins_the_plugin(sandbox: Sandbox) -> None:
    """Puts the plugin and what it needs into the local repository of Jenkins' container, unless they are there."""
    container = sandbox.engine.client.containers.get(sandbox.settings.container("jenkins"))
    source = sandbox.supply.folder("sonar-maven-plugin") / "repository"
    plugin = next(source.rglob("sonar-maven-plugin-*.jar"))
    if not _holds(container, f"{_REPOSITORY}/{plugin.relative_to(source).as_posix()}"):
        container.put_archive(_REPOSITORY, _packed(source))


def _holds(container: Container, path: str) -> bool:
    code, _ = container.exec_run(["test", "-f", path])
    return bool(code == 0)


def _packed(folder: Path) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=owned_by_jenkins)
    return packed.getvalue()
