"""An image that one real registry was sent is given to the next one, and docker knows its layers there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubestage.delivery.layout import Layout
from kubestage.delivery.registry import Registry
from kubestage.docker import Engine
from kubestage.errors import PartError
from kubestage.supply import Supply
from kubestage.waits import wait_for_http
from tests.integration.engine.conftest import SANDBOX


@contextmanager
def registry(engine: Engine, supply: Supply) -> Iterator[Registry]:
    container = engine.client.containers.run(
        supply.image("registry"), detach=True, name=f"{SANDBOX}-registry", ports={"5000/tcp": ("127.0.0.1", None)}
    )
    try:
        container.reload()
        address = f"localhost:{container.ports['5000/tcp'][0]['HostPort']}"
        wait_for_http("the registry", f"http://{address}/v2/", seconds=30)
        yield Registry(address, "anybody", "any")
    finally:
        container.remove(force=True, v=True)


def push(engine: Engine, image: str, registry: Registry, repository: str) -> list[str]:
    """What docker says of each layer."""
    name = f"{registry.address}/{repository}"
    engine.client.images.get(image).tag(name, "1")
    try:
        events = list(engine.client.images.push(name, "1", stream=True, decode=True))
    finally:
        engine.client.images.remove(f"{name}:1", noprune=True)
    assert not [event["error"] for event in events if "error" in event]
    return [event["status"] for event in events if "id" in event]


@pytest.fixture
def kept(engine: Engine, supply: Supply, tmp_path: Path) -> Layout:
    """The registry's own image, which is small, as a first registry was sent it."""
    layout = Layout(tmp_path / "kept")
    with registry(engine, supply) as first:
        push(engine, supply.image("registry"), first, "base")
        layout.keep(first, "1", "base")
    return layout


def test_the_next_registry_gets_it_as_it_is_and_docker_sends_nothing_more(
    engine: Engine, supply: Supply, kept: Layout
) -> None:
    image = supply.image("registry")
    with registry(engine, supply) as second:
        kept.give(second, "1", "base", "apps")
        assert second.holds_image(str(engine.client.images.get(image).id), "1", "base")
        said = push(engine, image, second, "apps")
    assert "Layer already exists" in said
    assert "Pushed" not in said


def test_what_is_not_whole_is_known(kept: Layout) -> None:
    assert kept.whole
    largest = max(kept.folder.iterdir(), key=lambda file: file.stat().st_size)
    os.truncate(largest, largest.stat().st_size - 1)
    assert not kept.whole
    largest.unlink()
    assert not kept.whole


def test_what_a_registry_does_not_hold_is_not_kept(engine: Engine, supply: Supply, tmp_path: Path) -> None:
    with registry(engine, supply) as empty, pytest.raises(PartError, match="refuses: HTTP 404"):
        Layout(tmp_path / "kept").keep(empty, "1", "base")
    assert list(tmp_path.iterdir()) == []
