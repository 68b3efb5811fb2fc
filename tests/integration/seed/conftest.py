"""The light GitLab and the light Jenkins as processes of their own, at a free port offset."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import kubestage.seed.gitlab
import kubestage.seed.statuses
from kubestage.secrets import Secrets
from kubestage.seed import SeedReport, seed_gitlab, seed_gitlab_connection, seed_jenkins
from kubestage.seed.gitlab import HOOK_URL
from kubestage.settings import CHECKOUT, Settings
from kubestage.waits import wait_for_http

READY_SECONDS = 60.0


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _settings(home: Path) -> Settings:
    # Workers that look at the same time would both find the first ports free.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for offset in range(20000 + worker, 25000, 50):
        settings = Settings(sandbox="seed-test", home=home, port_offset=offset)
        if all(_free(port) for port in (settings.gitlab_port, settings.gitlab_ssh_port, settings.jenkins_port)):
            return settings
    raise AssertionError("no free ports")


@contextmanager
def _server(package: str, folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Runs servers/<folder>/<package> until the block ends."""
    with (folder / f"{package}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", package],
            cwd=CHECKOUT / "servers" / package.removesuffix("_light"),
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def _secret_file(folder: Path, name: str, content: str) -> str:
    path = folder / name
    path.write_text(content)
    path.chmod(0o600)
    return str(path)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return _settings(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def secrets(settings: Settings) -> Secrets:
    return Secrets.load_or_make(settings)


@pytest.fixture(scope="session")
def runner_jar() -> Path:
    """The pipeline runner, which also reads triggers' JSONPath; the light Jenkins' own tests know how to build it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(CHECKOUT / "servers" / "jenkins" / "tests")
        from jenkins_harness import runner_jar

        return runner_jar()


@pytest.fixture(scope="session")
def servers(
    settings: Settings, secrets: Secrets, runner_jar: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Both servers, ready and empty."""
    folder = tmp_path_factory.mktemp("servers")
    gitlab = {
        "GITLAB_HOST": "127.0.0.1",
        "GITLAB_PORT": str(settings.gitlab_port),
        "GITLAB_SSH_PORT": str(settings.gitlab_ssh_port),
        "GITLAB_DATA": str(folder / "gitlab"),
        "GITLAB_EXTERNAL_URL": settings.gitlab_url,
        "GITLAB_ROOT_PASSWORD_FILE": _secret_file(folder, "root-password", secrets.gitlab_root_password),
        "GITLAB_ROOT_TOKEN_FILE": _secret_file(folder, "root-token", secrets.gitlab_root_token),
    }
    jenkins = {
        "JENKINS_HOST": "127.0.0.1",
        "JENKINS_PORT": str(settings.jenkins_port),
        "JENKINS_HOME": str(folder / "jenkins"),
        "JENKINS_URL": settings.jenkins_url + "/",
        "JENKINS_RUNNER_JAR": str(runner_jar),
        "JENKINS_ADMIN_PASSWORD_FILE": _secret_file(folder, "admin-password", secrets.jenkins_admin_password),
        "JENKINS_ADMIN_TOKEN_FILE": _secret_file(folder, "admin-token", secrets.jenkins_admin_token),
    }
    with ExitStack() as stack:
        stack.enter_context(_server("gitlab_light", folder, gitlab))
        stack.enter_context(_server("jenkins_light", folder, jenkins))
        wait_for_http("GitLab", f"{settings.gitlab_url}/-/readiness", seconds=READY_SECONDS)
        wait_for_http("Jenkins", f"{settings.jenkins_url}/login", seconds=READY_SECONDS)
        yield


@pytest.fixture(scope="package")
def first(settings: Settings, secrets: Secrets, servers: None) -> Iterator[SeedReport]:
    """The report of the first seeding. Its hook calls the Jenkins of these tests, which knows no other name."""
    address = HOOK_URL.replace("http://jenkins:8080", settings.jenkins_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kubestage.seed.gitlab, "HOOK_URL", address)
        patch.setattr(kubestage.seed.statuses, "GITLAB_URL", settings.gitlab_url)
        yield seed_all(settings, secrets)


def seed_all(settings: Settings, secrets: Secrets) -> SeedReport:
    """Seeds as `up` does."""
    reports = [seed(settings, secrets) for seed in (seed_gitlab, seed_jenkins, seed_gitlab_connection)]
    return SeedReport(
        [what for report in reports for what in report.changed],
        [what for report in reports for what in report.unchanged],
    )
