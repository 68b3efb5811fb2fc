"""A real browser (Debian's chromium) before one light Jenkins, one light GitLab and a portal, each started once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gitlab
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.contract.browser import gitlab_scenes, jenkins_scenes
from tests.contract.browser.portal_world.world import PASSWORDS, World
from tests.contract.gitlab.light import LightServer
from tests.contract.gitlab.receiver import Receiver

from jenkins_harness import PASSWORD, USER, LightJenkins, runner_jar  # isort: skip  its folder is put on the path above

# Chromium's sandbox needs rights that a container's root does not have; the pages are our own.
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-proxy-server"]
_PATIENCE_MS = 20_000
expect.set_options(timeout=_PATIENCE_MS)


@dataclass(frozen=True)
class Scene:
    """A server with something to show.

    Attributes:
        url: its address.
        cookies: what a browser that is signed in holds.
    """

    url: str
    cookies: list[Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_OPTIONS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def jenkins(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A Jenkins with jobs and builds, and the session of its administrator."""
    server = LightJenkins(tmp_path_factory.mktemp("jenkins"), runner_jar())
    server.start()
    jenkins_scenes.prepare(server.client)
    fields = {"Username": USER, "Password": PASSWORD}
    yield Scene(server.url, _signed_in(browser, f"{server.url}/login", fields))
    server.stop()


@dataclass(frozen=True)
class GitLabScene(Scene):
    """A GitLab with a project; `base` is the project's address, `receiver` gets its webhook's deliveries."""

    base: str
    receiver: Receiver
    client: gitlab.Gitlab


@pytest.fixture(scope="module")
def gitlab_scene(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitLabScene]:
    """A GitLab with a project, and root's session."""
    server = LightServer.prepare(tmp_path_factory.mktemp("gitlab"))
    server.start()
    receiver = Receiver()
    with gitlab.Gitlab(server.url, private_token=server.token) as client:
        client.auth()
        project = gitlab_scenes.prepare(client)
        fields = {"User name or e-mail": "root", "Password": server.root_password}
        cookies = _signed_in(browser, f"{server.url}/users/sign_in", fields)
        yield GitLabScene(server.url, cookies, f"{server.url}/{project.path_with_namespace}", receiver, client)
    receiver.close()
    server.stop()
    assert "Traceback" not in server.log(), server.log()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A portal among small parts that can go down; nothing may have gone wrong inside it."""
    made = World(tmp_path_factory.mktemp("portal"))
    made.start()
    yield made
    made.stop()
    assert "Traceback" not in made.log(), made.log()


@pytest.fixture(scope="module")
def portal(browser: Browser, world: World) -> Callable[..., Scene]:
    """The portal as an account sees it who has signed in."""
    known: dict[str, Scene] = {}

    def scene(user: str) -> Scene:
        if user not in known:
            fields = {"User": user, "Password": PASSWORDS[user]}
            known[user] = Scene(world.url, _signed_in(browser, f"{world.url}/sign-in", fields))
        return known[user]

    return scene


def _signed_in(browser: Browser, address: str, fields: dict[str, str]) -> list[Any]:
    """Signs in as a person does; returns what the browser then holds."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(address)
        for label, value in fields.items():
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="out").wait_for()
        return context.cookies()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page signed in; at the test's end nothing may have gone wrong on it."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(scene: Scene, path: str, noise: tuple[str, ...] = (), **options: Any) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(_PATIENCE_MS)
        context.add_cookies(scene.cookies)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if _matters(said.type, said.text, noise) else None)
        page.goto(path if path.startswith("http") else scene.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def _matters(kind: str, text: str, noise: tuple[str, ...]) -> bool:
    # Browsers note refusals: 405 with Jenkins' form for parameters, 422 with a form that needs a change.
    return kind in ("error", "warning") and not any(status in text for status in ("405", "422", *noise))


@pytest.fixture(scope="module")
def axe() -> Callable[[Page], list[str]]:
    """Looks for what keeps people from using a page: serious and critical findings of axe-core, light and dark."""

    def check(page: Page) -> list[str]:
        # Evaluated rather than added as an element, which the pages' policy rightly forbids.
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        page.emulate_media(color_scheme="dark")
        found += page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")["violations"]
        return [
            f"{each['id']}: {each['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    return check
