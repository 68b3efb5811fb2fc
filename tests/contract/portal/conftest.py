"""One world for all tests: GitLab, Jenkins, registry, cluster, and the portal as a process before them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.contract.browser.portal_world import world as world_module
from tests.contract.browser.portal_world.world import OPERATOR, PASSWORDS, SECOND, VIEWER, World

PATIENCE_SECONDS = 40.0


@dataclass(frozen=True)
class Caller:
    """Somebody who uses the API, by basic authentication."""

    url: str
    user: str

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Any request below /api/v1."""
        with requests.Session() as session:
            session.trust_env = False
            session.auth = (self.user, PASSWORDS[self.user])
            return session.request(method, f"{self.url}/api/v1{path}", timeout=30, **options)

    def get(self, path: str) -> Any:
        """What a GET gives."""
        answer = self.request("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, name: str, *, confirm: bool = True, **parameters: Any) -> requests.Response:
        """Asks for an action."""
        return self.request("POST", f"/actions/{name}", json={"parameters": parameters, "confirm": confirm})

    def plan(self, name: str, **parameters: Any) -> requests.Response:
        """Asks what an action would do."""
        return self.request("POST", f"/actions/{name}/plan", json={"parameters": parameters})

    def done(self, name: str, **parameters: Any) -> dict[str, Any]:
        """Does an action and waits until it has ended well."""
        answer = self.act(name, **parameters)
        assert answer.status_code == 202, answer.text
        operation = self.ended(answer.json()["id"])
        assert operation["state"] == "succeeded", (operation["message"], self.get(f"/operations/{operation['id']}/log"))
        return operation

    def ended(self, number: int) -> dict[str, Any]:
        """Waits until an operation has ended."""
        return wait_for(
            lambda: one if (one := self.get(f"/operations/{number}"))["ended"] else None, f"operation {number} to end"
        )

    def environment(self, name: str) -> dict[str, Any]:
        """An environment of the chain."""
        return next(one for one in self.get("/chain")["environments"] if one["name"] == name)

    def settled(self, name: str) -> dict[str, Any]:
        """An environment when no rollout is under way."""
        return wait_for(
            lambda: one if (one := self.environment(name))["rollout"]["complete"] else None, f"{name} to settle"
        )

    def part(self, name: str) -> dict[str, Any]:
        """A part of the chain."""
        return next(one for one in self.get("/chain")["parts"] if one["name"] == name)

    def save(self, *rules: dict[str, Any]) -> None:
        """Saves rules in the place of all others."""
        revision = self.get("/rules")["revision"]
        answer = self.request("PUT", "/rules", json={"revision": revision, "rules": list(rules)})
        assert answer.status_code == 200, answer.text


class Events:
    """A listener to server-sent events."""

    def __init__(self, caller: Caller, last: str = "") -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = (caller.user, PASSWORDS[caller.user])
        headers = {"Last-Event-ID": last} if last else {}
        address = f"{caller.url}/api/v1/events"
        self._answer = self._session.get(address, stream=True, timeout=PATIENCE_SECONDS, headers=headers)
        assert self._answer.status_code == 200, self._answer.text
        # The answer is chunked, so that pieces come as they are sent and not when so much is there.
        self._lines = self._answer.iter_lines(chunk_size=65536, decode_unicode=True)
        self.last = last

    def next(self) -> tuple[str, Any]:
        """The next event: its kind and data."""
        kind = data = ""
        for line in self._lines:
            name, _, value = line.partition(": ")
            if name == "id":
                self.last = value
            elif name == "event":
                kind = value
            elif name == "data":
                data = value
            elif not line and kind:
                return kind, json.loads(data)
        raise AssertionError("the stream has ended")

    def until(self, kind: str, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """The data of the next event of a kind that is wanted."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found, data = self.next()
            if found == kind and wanted(data):
                return data
        raise AssertionError(f"no such {kind}")

    def close(self) -> None:
        """Listens no more."""
        self._answer.close()
        self._session.close()


def wait_for(probe: Callable[[], Any], what: str) -> Any:
    """What `probe` gives once that is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world; the portal must have logged no fault in the end."""
    with pytest.MonkeyPatch.context() as patch:
        # Nobody has to see the stages of a build here.
        patch.setattr(world_module, "STAGE_SECONDS", 0.1)
        made = World(tmp_path_factory.mktemp("portal"))
        made.start()
        yield made
    made.stop()
    assert "Traceback" not in made.log(), made.log()


@pytest.fixture(scope="session")
def operator(world: World) -> Caller:
    """One who may act."""
    caller = Caller(world.url, OPERATOR)
    caller.settled("test")
    caller.settled("prod")
    wait_for(lambda: caller.get("/chain")["versions"], "the registry to be seen")
    return caller


@pytest.fixture(scope="session")
def second(world: World) -> Caller:
    """Another one who may act."""
    return Caller(world.url, SECOND)


@pytest.fixture(scope="session")
def viewer(world: World) -> Caller:
    """One who may look."""
    return Caller(world.url, VIEWER)


@pytest.fixture
def events(operator: Caller) -> Iterator[Events]:
    """A listener."""
    made = Events(operator)
    yield made
    made.close()


@pytest.fixture
def no_rules(operator: Caller) -> Iterator[None]:
    """No rules before and after a test."""
    operator.save()
    yield
    operator.save()
