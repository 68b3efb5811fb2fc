"""The portal as a process of its own, among parts that can be stopped and started one by one."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from tests.contract.browser.portal_world.cluster import Cluster
from tests.contract.browser.portal_world.gitlab import PROJECT, GitLab
from tests.contract.browser.portal_world.jenkins import STAGE_SECONDS, Build, Jenkins
from tests.contract.browser.portal_world.registry import Registry
from tests.contract.browser.portal_world.sonarqube import SonarQube
from tests.ports import free_port

OPERATOR, SECOND, VIEWER = "caoyong1", "lihua", "visitor"
PASSWORDS = {OPERATOR: "operator-password", SECOND: "second-password", VIEWER: "viewer-password"}
_SERVER = Path(__file__).resolve().parents[4] / "servers" / "portal"
_SECRET = "hook-secret-of-the-world"
_PATIENCE_SECONDS = 60.0
_KUBECONFIG = """{{"clusters": [{{"name": "c", "cluster": {{"server": "{server}"}}}}],
"users": [{{"name": "u", "user": {{"token": "cluster-token"}}}}]}}"""


class Part:
    """A server that can be stopped and started again at the same address."""

    def __init__(self, application: Callable[[], Starlette]) -> None:
        self._application = application
        self.port = free_port()
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Starts it; returns when it answers."""
        config = uvicorn.Config(
            self._application(), host="127.0.0.1", port=self.port, log_level="error", lifespan="off",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Stops it at once, with all connections."""
        if self._server and self._task:
            self._server.should_exit = self._server.force_exit = True
            self._cut(self._server)
            await self._task
            self._cut(self._server)  # a connection that came meanwhile would be served for ever

    @staticmethod
    def _cut(server: uvicorn.Server) -> None:
        for connection in list(server.server_state.connections):
            connection.transport.abort()  # type: ignore[union-attr]  # each kind of connection has one
        for request in list(server.server_state.tasks):
            request.cancel()


class World:
    """A portal, and what it looks at.

    Args:
        folder: for the portal's state and log.
        sonarqube: whether there is a SonarQube, which the sandbox has where somebody wants one.
    """

    def __init__(self, folder: Path, *, sonarqube: bool = False) -> None:
        self._folder = folder
        self._with_sonarqube = sonarqube
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._going = asyncio.Event()
        self._going.set()
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the parts, then the portal."""
        self._thread.start()
        self._call(self._prepare())
        self._write_access()
        self.start_portal()

    def stop(self) -> None:
        """Ends everything."""
        self.stop_portal()
        for part in self.parts.values():
            self._call(part.stop())
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start_portal(self) -> None:
        """Starts the portal as its image does; returns when it answers."""
        log = (self._folder / "portal.log").open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "portal"], cwd=_SERVER, env=self._environment(), stdout=log, stderr=log
        )
        log.close()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _answers(f"{self.url}/healthz"):
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def stop_portal(self) -> None:
        """Ends the portal's process as a machine that fails does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return f"portal_session_{self.port}"

    def viewers(self) -> int:
        """How many the portal says look."""
        answer = httpx.get(f"{self.url}/healthz", trust_env=False, timeout=_PATIENCE_SECONDS)
        return int(answer.json()["viewers"])

    def sign_in(self, user: str) -> str:
        """What the cookie of a session of somebody carries, who has signed in."""
        form = {"user": user, "password": PASSWORDS[user]}
        answer = httpx.post(f"{self.url}/sign-in", data=form, trust_env=False, timeout=_PATIENCE_SECONDS)
        return answer.cookies[self.cookie]

    @property
    def pid(self) -> int:
        """The portal's process."""
        assert self._process is not None
        return self._process.pid

    def log(self) -> str:
        """What the portal has printed."""
        return (self._folder / "portal.log").read_text()

    def part_down(self, name: str) -> None:
        """Stops a part."""
        self._call(self.parts[name].stop())

    def part_up(self, name: str) -> None:
        """Starts it again."""
        self._call(self.parts[name].start())

    def push(self, title: str, ref: str) -> str:
        """Somebody pushes a commit; returns its SHA-1."""
        return str(self._call(self.gitlab.push(title, ref)).sha)

    def build(self, ref: str) -> None:
        """Jenkins builds a ref, as after GitLab's hook."""
        self._loop.call_soon_threadsafe(self.jenkins.start, "uuid.image", {"ref": ref})

    def hold_builds(self) -> None:
        """From now on builds wait in their second stage."""
        self._loop.call_soon_threadsafe(self._going.clear)

    def release_builds(self) -> None:
        """Lets them go on."""
        self._loop.call_soon_threadsafe(self._going.set)

    def hold_rollouts(self) -> None:
        """From now on rollouts make no step by themselves."""
        self._loop.call_soon_threadsafe(self.cluster.hold)

    def step_rollouts(self, count: int) -> None:
        """Lets them make so many steps."""
        self._loop.call_soon_threadsafe(self.cluster.step, count)

    def release_rollouts(self) -> None:
        """Lets them go on."""
        self._loop.call_soon_threadsafe(self.cluster.release)

    def deploy(self, environment: str, version: str) -> None:
        """Somebody runs kubectl."""
        image = f"localhost:5001/apps/uuid:{version}"
        self._loop.call_soon_threadsafe(self.cluster.set_image, environment, image)

    def let_approvals_expire(self) -> None:
        """A day goes by, as far as what waits for an approval is concerned."""
        with (
            closing(sqlite3.connect(self._folder / "data" / "portal.sqlite3", timeout=_PATIENCE_SECONDS)) as kept,
            kept,
        ):
            kept.execute(
                "UPDATE operations SET document = json_set(document, '$.expires', '2026-01-01T00:00:00Z')"
                " WHERE state = 'waiting'"
            )

    async def _prepare(self) -> None:
        self.parts = {
            "gitlab": Part(lambda: self.gitlab.application()),
            "jenkins": Part(lambda: self.jenkins.application()),
            "registry": Part(lambda: self.registry.application()),
            "cluster": Part(lambda: self.cluster.application()),
        }
        if self._with_sonarqube:
            self.sonarqube = SonarQube()
            self.parts["sonarqube"] = Part(self.sonarqube.application)
        self.gitlab = GitLab(self.parts["gitlab"].url, self.url, _SECRET)
        self.jenkins = Jenkins(PASSWORDS, {"uuid.image": self._build_image, "uuid.runner": self._run_service})
        self.registry = Registry()
        for version in ("v1.0.0.0", "v2.0.0.0"):
            commit = self.gitlab.commit(f"Release {version}", f"refs/tags/{version}", "refs/heads/master")
            self.registry.push(version, commit.sha)
        self.cluster = Cluster(self.registry.digest)
        self._rollouts = asyncio.create_task(self.cluster.run())
        for part in self.parts.values():
            await part.start()

    async def _end(self) -> None:
        self._rollouts.cancel()
        await asyncio.gather(self._rollouts, self.jenkins.stop(), return_exceptions=True)

    async def _build_image(self, build: Build) -> None:
        """What uuid.image does: its stages, and an image under the version that the tag names."""
        ref = build.parameters.get("ref", "refs/heads/master")
        if ref not in self.gitlab.refs:
            raise ValueError(f"couldn't find remote ref {ref}")
        version = ref.rpartition("/")[2] if ref.startswith("refs/tags/") else "v2.0.0.0"
        build.revision = {f"{self.parts['gitlab'].url}/{PROJECT}.git": self.gitlab.refs[ref].sha}
        build.title = f"#{build.number} {version}"
        for stage in ("Compile", "Unit tests", "Image"):
            build.stage = stage
            build.log += f"[Pipeline] stage\n[Pipeline] {{ ({stage})\n"
            await asyncio.sleep(STAGE_SECONDS)
            if stage == "Unit tests":
                await self._going.wait()
        self.registry.push(version, self.gitlab.refs[ref].sha)

    async def _run_service(self, build: Build) -> None:
        """What uuid.runner does: kubectl apply."""
        version, environment = build.parameters["version"], build.parameters["envName"]
        build.title = f"#{build.number} {version}"
        build.stage = "Deploy"
        build.log += f"+ kubectl apply -f uuid.yaml   # {version} to {environment}\n"
        await asyncio.sleep(STAGE_SECONDS)
        self.cluster.set_image(environment, f"localhost:5001/apps/uuid:{version}")

    def _write_access(self) -> None:
        folder = self._folder / "access"
        folder.mkdir(parents=True)
        files = {
            "jenkins-user": OPERATOR, "jenkins-token": PASSWORDS[OPERATOR], "gitlab-token": "read",
            "registry-user": "pull", "registry-password": "pull", "hook-secret": _SECRET,
            "kubeconfig": _KUBECONFIG.format(server=self.parts["cluster"].url),
        }  # fmt: skip
        for name, text in files.items():
            (folder / name).write_text(text)

    def _environment(self) -> dict[str, str]:
        parts = {name: part.url for name, part in self.parts.items()}
        extras = {"PORTAL_SONARQUBE_URL": parts["sonarqube"]} if self._with_sonarqube else {}
        return {
            **os.environ, "PYTHONPATH": str(_SERVER), "PYTHONUNBUFFERED": "1",
            "PORTAL_HOST": "127.0.0.1", "PORTAL_PORT": str(self.port), "PORTAL_EXTERNAL_URL": self.url,
            "PORTAL_DATA": str(self._folder / "data"), "PORTAL_ACCESS": str(self._folder / "access"),
            "PORTAL_JENKINS_URL": parts["jenkins"], "PORTAL_GITLAB_URL": parts["gitlab"],
            "PORTAL_REGISTRY_URL": parts["registry"], "PORTAL_REGISTRY_NAME": "localhost:5001",
            "PORTAL_SERVICE_TEST_URL": f"{parts['cluster']}/services/test",
            "PORTAL_SERVICE_PROD_URL": f"{parts['cluster']}/services/prod",
            "PORTAL_OPERATORS": f"{OPERATOR},{SECOND}", "PORTAL_PROBE_SECONDS": "1", **extras,
        }  # fmt: skip

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, ValueError):
        return False
