"""The server as a program, and its parts on their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

_ROOT = Path(__file__).resolve().parents[3]
# The package is no part of the environment that runs the tests, and its programs are started as in the contract tests.
sys.path[:0] = [str(_ROOT / "servers" / "gitlab"), str(_ROOT)]

if TYPE_CHECKING:
    from gitlab_light.instance import Instance

    from tests.contract.gitlab.light import LightServer
    from tests.contract.gitlab.receiver import Receiver


@pytest.fixture
def light(tmp_path: Path) -> Iterator[LightServer]:
    """A server of the test's own, started; whatever it has logged must hold no fault."""
    from tests.contract.gitlab.light import LightServer

    server = LightServer.prepare(tmp_path / "gitlab", GITLAB_HOOK_RETRIES="0.3,0.3,0.3,0.3,0.3,0.3,0.3,0.3")
    server.start()
    yield server
    if server.process is not None and server.process.poll() is None:
        server.stop()
    assert "Traceback" not in server.log(), server.log()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """The server's parts, in this process; nothing listens."""
    from gitlab_light.instance import Instance
    from gitlab_light.settings import Settings

    password = tmp_path / "password"
    password.write_text("root-password-1")
    settings = Settings(
        tmp_path / "data", "http://gitlab.example:8929", "http://gitlab:8080", root_password_file=password
    )
    made = Instance(settings)
    yield made
    made.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks that takes everything."""
    from tests.contract.gitlab.receiver import Receiver

    made = Receiver()
    yield made
    made.close()
