"""The real Pulumi engine with our plugins, on the machine's Docker engine, in a sandbox of the tests' own name."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation as auto

from kubestage.docker import Engine, connect
from kubestage.engine.progress import Progress
from kubestage.engine.workspace import Places, open_stack
from kubestage.providers.docker.plugin import DockerPlugin
from kubestage.providers.serve import attached
from kubestage.providers.servicer import Plugin
from kubestage.sandbox.down import remove_sandbox
from kubestage.settings import Settings
from kubestage.supply import Supply

SANDBOX = f"enginetest-{os.getpid()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.docker)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    engine = connect()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def supply(engine: Engine) -> Supply:
    return Supply(Settings.load(), engine.address.url)


@pytest.fixture
def settings(tmp_path: Path, engine: Engine) -> Iterator[Settings]:
    settings = Settings(sandbox=SANDBOX, home=tmp_path, port_offset=11000)
    yield settings
    remove_sandbox(settings, engine.client)


@pytest.fixture(autouse=True)
def tidied() -> Iterator[None]:
    """Collects, while the test's own filter of warnings holds, the event loop that Pulumi's SDK leaves unclosed where
    the engine gives a program up."""
    yield
    gc.collect()


@dataclass
class Program:
    """An inline program of a test.

    Attributes:
        plugins: the plugins of a run by name, and how each is made.
        declare: what it declares; may be changed between runs.
    """

    places: Places
    stack: Any
    plugins: Mapping[str, Callable[[], Plugin]]
    env: dict[str, str]
    declare: Callable[[], None] = field(default=lambda: None)

    def up(self) -> Progress:
        return self._run(lambda on: self.stack.up(program=self.declare, refresh=True, on_event=on))

    def preview(self) -> Progress:
        return self._run(lambda on: self.stack.preview(program=self.declare, on_event=on))

    def destroy(self) -> Progress:
        return self._run(lambda on: self.stack.destroy(on_event=on))

    @property
    def state(self) -> str:
        return self.places.state("platform", "sandbox").read_text()

    def _run(self, operate: Callable[[Any], Any]) -> Progress:
        progress = Progress("sandbox")
        with attached(self.plugins) as plugins:
            self.stack.workspace.env_vars = {**self.env, **plugins}
            try:
                operate(progress.on_event)
            except auto.CommandError:
                assert progress.errors
            finally:
                progress.close()
        return progress


@pytest.fixture
def program(settings: Settings, engine: Engine, supply: Supply) -> Iterator[Program]:
    places = Places(settings)
    env = places.environment("a passphrase of the tests")
    command = auto.PulumiCommand(str(supply.tool("pulumi").parent.parent))
    stack = open_stack(places, "platform", "sandbox", command, env)
    program = Program(places, stack, {"docker": lambda: DockerPlugin(engine)}, env)
    yield program
    program.destroy()
