"""The servers' side of `up`: base image, repositories, hooks and jobs, and the first builds through them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kubestage.console import console
from kubestage.delivery.build import Image, Order, build_by_push, build_image
from kubestage.extras import SONARQUBE, read_extras
from kubestage.sandbox import base_image
from kubestage.sandbox.access import docker_config, put_private_file
from kubestage.sandbox.sandbox import Sandbox
from kubestage.sandbox.sonarqube import prepare_sonarqube
from kubestage.secrets import PUSHER
from kubestage.seed import push_release, seed_gitlab, seed_gitlab_connection, seed_jenkins
from kubestage.waits import wait_for_http

FIRST = "v1.0.0.0"
NEXT = "v2.0.0.0"

_READY_SECONDS = 120.0


class Chain:
    """Prepares GitLab, Jenkins and the registry, and has CI build the two versions.

    Args:
        sandbox: the sandbox, whose servers may still be starting.
        alive: raises when the servers will never come, which ends every wait for them.
    """

    def __init__(self, sandbox: Sandbox, alive: Callable[[], None]) -> None:
        self._sandbox = sandbox
        self._alive = alive

    def prepare(self) -> list[str]:
        """Waits for the servers and brings them to what the talk has; says what that changed.

        Seeding GitLab makes its repositories before its hooks, so that it starts no build.

        Raises:
            PartError: a server refuses.
            WaitTimeout: a server does not answer.
        """
        settings = self._sandbox.settings
        changed = []
        self._wait_for_servers()
        # Nothing here needs another's result: the engine has the base image at hand when CI builds upon it.
        with console.step("base image, repositories, hooks and jobs"), ThreadPoolExecutor(max_workers=3) as pool:
            base = pool.submit(base_image.push, self._sandbox)
            seeded = [pool.submit(seed, settings, self._sandbox.secrets) for seed in (seed_gitlab, seed_jenkins)]
            self._give_jenkins_the_registry()
            if base.result():
                changed.append(f"image {base_image.REPOSITORY}:{base_image.TAG}")
            for report in seeded:
                changed += report.result().changed
        changed += seed_gitlab_connection(settings, self._sandbox.secrets).changed
        return changed

    def prepare_analysis(self) -> list[str]:
        """Does for SonarQube what `prepare` does for the others; says what that changed.

        Call it when the platform is done: a Jenkins that is replaced loses the plugin that this puts there.

        Raises:
            PartError: a server refuses.
            WaitTimeout: a server does not answer.
        """
        if SONARQUBE in read_extras(self._sandbox.settings):
            self._wait_for_servers()
        return prepare_sonarqube(self._sandbox)

    def build_first(self) -> Image:
        """Has CI build the first version from master, unless the registry has it.

        Raises:
            PartError: the build failed.
        """
        registry = self._sandbox.registry
        there = registry.digest(FIRST)
        if there:
            return Image(FIRST, there, None)
        with console.step(f"CI builds {FIRST}"):
            return build_image(self._sandbox.jenkins, registry, Order(FIRST), self._log(FIRST))

    def build_next(self) -> Image:
        """Pushes the next version's commit and tag, which CI builds by itself.

        Raises:
            PartError: the build failed.
        """
        registry = self._sandbox.registry
        there = registry.digest(NEXT)
        if there:
            return Image(NEXT, there, None)

        def push() -> bool:
            return push_release(self._sandbox.settings, self._sandbox.secrets, NEXT)

        with console.step(f"CI builds {NEXT}, pushed to GitLab"):
            return build_by_push(self._sandbox.jenkins, registry, NEXT, push, self._log(NEXT))

    def _wait_for_servers(self) -> None:
        settings = self._sandbox.settings
        with console.step("registry, GitLab and Jenkins answer"):
            wait_for_http(
                "the registry", f"http://{settings.registry}/v2/", seconds=_READY_SECONDS, status=401, alive=self._alive
            )
            wait_for_http("GitLab", f"{settings.gitlab_url}/-/readiness", seconds=_READY_SECONDS, alive=self._alive)
            wait_for_http("Jenkins", f"{settings.jenkins_url}/login", seconds=_READY_SECONDS, alive=self._alive)

    def _give_jenkins_the_registry(self) -> None:
        settings, secrets = self._sandbox.settings, self._sandbox.secrets
        jenkins = self._sandbox.engine.client.containers.get(settings.container("jenkins"))
        put_private_file(
            jenkins, ".docker/config.json", docker_config(settings, PUSHER, secrets.registry_pusher_password)
        )

    def _log(self, version: str) -> Callable[[str], None]:
        """Keeps a build's console text in a file of its own: `up` shows progress, not logs."""
        path = self._log_path(version)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")

        def write(text: str) -> None:
            with path.open("a", encoding="utf-8") as file:
                file.write(text)

        return write

    def _log_path(self, version: str) -> Path:
        return self._sandbox.settings.logs / f"ci-{version}.log"
