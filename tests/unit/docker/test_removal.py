"""Containers that hang are removed all the same."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from docker.errors import APIError, NotFound

from kubestage.docker import remove_container

ID = "5f" * 32
HANGS = APIError(
    "Could not kill running container, cannot remove - tried to kill container, but did not receive an exit event"
)


def frozen(freezer: Path, folder: str) -> Path:
    state = freezer / folder / "kubelet.slice/pod/freezer.state"
    state.parent.mkdir(parents=True)
    state.write_text("FROZEN\n")
    return state


@pytest.mark.parametrize("folder", [f"docker/{ID}", f"system.slice/docker-{ID}.scope"])
def test_what_is_frozen_in_one_that_hangs_is_thawed(tmp_path: Path, folder: str):
    state, other = frozen(tmp_path, folder), frozen(tmp_path, "docker/another")
    client = Mock()
    client.remove_container.side_effect = [HANGS, None]
    remove_container(client, ID, tmp_path)
    assert (state.read_text(), other.read_text()) == ("THAWED", "FROZEN\n")
    assert client.remove_container.call_count == 2


def test_nothing_is_thawed_where_the_engine_says_something_else(tmp_path: Path):
    state = frozen(tmp_path, f"docker/{ID}")
    client = Mock()
    client.remove_container.side_effect = APIError("driver failed")
    with pytest.raises(APIError, match="driver failed"):
        remove_container(client, ID, tmp_path)
    assert state.read_text() == "FROZEN\n"


def test_one_that_hangs_for_another_reason_is_told(tmp_path: Path):
    client = Mock()
    client.remove_container.side_effect = HANGS
    with pytest.raises(APIError, match="exit event"):
        remove_container(client, ID, tmp_path)
    assert client.remove_container.call_count == 1


def test_one_that_has_gone_is_no_matter(tmp_path: Path):
    client = Mock()
    client.remove_container.side_effect = NotFound("No such container")
    remove_container(client, ID, tmp_path)
    client.remove_container.assert_called_once_with(ID, force=True, v=True)
