"""A real browser before one light Jenkins, one light GitLab and a portal, each started once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gitlab
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.contract.browser import gitlab_scenes, jenkins_scenes
from tests.contract.browser.chromium import launch
from tests.contract.browser.portal_world.world import World
from tests.contract.browser.survey import Look, look_at
from tests.contract.gitlab.light import LightServer
from tests.contract.gitlab.receiver import Receiver

from jenkins_harness import PASSWORD, USER, LightJenkins, runner_jar  # isort: skip  its folder is put on the path above

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


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The browser; no longer than for this folder, since asyncio.run is not to be had while Playwright's loop runs."""
    with sync_playwright() as playwright:
        made = launch(playwright, "--js-flags=--single-threaded")
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
    made = World(tmp_path_factory.mktemp("portal"), sonarqube=True)
    made.start()
    yield made
    made.stop()
    assert "Traceback" not in made.log(), made.log()


@pytest.fixture(scope="module")
def portal(world: World) -> Callable[..., Scene]:
    """The portal as an account sees it who has signed in."""
    known: dict[str, Scene] = {}

    def scene(user: str) -> Scene:
        if user not in known:
            known[user] = Scene(world.url, [{"name": world.cookie, "value": world.sign_in(user), "url": world.url}])
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


@dataclass
class Room:
    """A page that is visited again and again: a new one costs the browser more than most visits.

    Attributes:
        noise: words in what the browser notes that are meant to be there, at this visit.
        troubles: what went wrong at this visit.
    """

    page: Page
    noise: tuple[str, ...] = ()
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def made(cls, browser: Browser, options: Mapping[str, Any]) -> Room:
        """A new one; where a test wants to see things move, it says so."""
        context = browser.new_context(**{"reduced_motion": "reduce", **options})
        context.set_default_timeout(_PATIENCE_MS)
        room = cls(context.new_page())
        room.page.on("pageerror", lambda error: room.troubles.append(str(error)))
        room.page.on("console", lambda said: room.note(said.type, said.text))
        return room

    def note(self, kind: str, text: str) -> None:
        """Takes what the page says to its developer's console."""
        if _matters(kind, text, self.noise):
            self.troubles.append(text)

    def enter(self, cookies: list[Any], noise: tuple[str, ...]) -> None:
        """Makes it as new, for somebody who holds these cookies."""
        self.noise, self.troubles = noise, []
        self.page.context.clear_cookies()
        self.page.context.add_cookies(cookies)
        self.page.emulate_media(color_scheme="null")

    def leave(self) -> None:
        """Ends what the page listens to, as when it is left; to go elsewhere would cost a process of the browser."""
        self.page.evaluate("dispatchEvent(new Event('pagehide'))")


@pytest.fixture(scope="module")
def rooms() -> Iterator[dict[str, list[Room]]]:
    """Pages that nobody visits just now, by their options."""
    free: dict[str, list[Room]] = {}
    yield free
    for room in (each for kind in free.values() for each in kind):
        room.page.context.close()


@pytest.fixture
def visit(browser: Browser, rooms: dict[str, list[Room]]) -> Iterator[Callable[..., Page]]:
    """Opens a page signed in; at the test's end nothing may have gone wrong on it."""
    taken: list[tuple[str, Room]] = []

    def open_page(scene: Scene, path: str, noise: tuple[str, ...] = (), **options: Any) -> Page:
        kind = repr(sorted(options.items()))
        free = rooms.setdefault(kind, [])
        room = free.pop() if free else Room.made(browser, options)
        taken.append((kind, room))
        room.enter(scene.cookies, noise)
        room.page.goto(path if path.startswith("http") else scene.url + path)
        return room.page

    yield open_page
    troubles = [trouble for _, room in taken for trouble in room.troubles]
    for kind, room in taken:
        room.leave()
        rooms[kind].append(room)
    assert troubles == []


def _matters(kind: str, text: str, noise: tuple[str, ...]) -> bool:
    # Browsers note refusals: 405 with Jenkins' form for parameters, 422 with a form that needs a change.
    return kind in ("error", "warning") and not any(status in text for status in ("405", "422", *noise))


@pytest.fixture(scope="module")
def survey(browser: Browser) -> Iterator[Callable[[Scene, Sequence[str]], dict[str, Look]]]:
    """Looks at many pages, each loaded once for all that is asked of each; by their addresses."""
    room = Room.made(browser, {})

    def survey(scene: Scene, paths: Sequence[str]) -> dict[str, Look]:
        room.enter(scene.cookies, ("404",))  # pages of what is not there are pages too
        looks: dict[str, Look] = {}
        for path in paths:
            room.page.goto(path if path.startswith("http") else scene.url + path)
            looks[path] = look_at(room.page)
        room.leave()
        assert room.troubles == []
        return looks

    yield survey
    room.page.context.close()
