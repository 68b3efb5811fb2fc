import hashlib
import io
import platform
import socket
import tarfile
import time

import pytest

from kubestage.errors import MachineError
from kubestage.settings import Settings
from kubestage.supply import Supply, downloads
from kubestage.supply.artefact import Artefact
from kubestage.supply.pull import Release
from tests.integration.supply.file_server import FileServer
from tests.unit.supply.recipes import Script, named

PROGRAM = b"#!/bin/sh\necho official\n" * 50_000
SHA256 = hashlib.sha256(PROGRAM).hexdigest()
OURS = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(downloads, "_PAUSE_SECONDS", 0.01)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with FileServer().running() as running:
        running.files[f"/publisher.example/v1/tool-{OURS}"] = PROGRAM
        yield running


@pytest.fixture
def settings(tmp_path, server):
    return Settings(cache=tmp_path / "cache", downloads=server.address)


def supply(settings, release, **change):
    tool = Artefact("tool", "1", "files", Script("mkdir bin && echo built > bin/tool"), release)
    return Supply(settings.model_copy(update=change), artefacts=named(tool))


PINNED = Release("https://publisher.example/v1/tool-{arch}", "tool", sha256={"amd64": SHA256, "arm64": SHA256})


def test_an_official_release_is_taken_where_its_publisher_answers(settings):
    tool = supply(settings, PINNED).tool("tool")

    assert tool.read_bytes() == PROGRAM
    assert tool.stat().st_mode & 0o777 == 0o755


def test_it_is_fetched_once_and_asked_for_once(settings, server):
    for _ in range(2):
        supply(settings, PINNED).tool("tool")

    assert [method for method, _, _ in server.requests] == ["HEAD", "GET"]


def test_the_publishers_checksum_file_serves_where_none_is_pinned(settings, server):
    name = f"tool-{OURS}"
    server.files["/publisher.example/v1/SUMS"] = f"{'0' * 64}  other\n{SHA256} *{name}\n".encode()
    release = Release(PINNED.url, "tool", checksums="https://publisher.example/v1/SUMS")

    assert supply(settings, release).tool("tool").read_bytes() == PROGRAM


def test_a_checksum_file_may_hold_a_checksum_alone(settings, server):
    server.files[f"/publisher.example/v1/tool-{OURS}.sha256"] = SHA256.encode()
    release = Release(PINNED.url, "tool", checksums=f"{PINNED.url}.sha256")

    assert supply(settings, release).tool("tool").read_bytes() == PROGRAM


def test_a_checksum_file_without_the_file_is_an_error(settings, server):
    server.files["/publisher.example/v1/SUMS"] = f"{SHA256}  other\n".encode()
    release = Release(PINNED.url, "tool", checksums="https://publisher.example/v1/SUMS")

    with pytest.raises(MachineError, match="has no checksum of tool-"):
        supply(settings, release).tool("tool")


def test_wanted_programs_are_taken_out_of_an_archive(settings, server):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("suite/tool", "suite/helper", "suite/daemon", "suite/doc/tool"):
            member = tarfile.TarInfo(name)
            member.size = len(PROGRAM)
            archive.addfile(member, io.BytesIO(PROGRAM))
    content = packed.getvalue()
    server.files["/publisher.example/suite.tgz"] = content
    checksum = hashlib.sha256(content).hexdigest()
    release = Release(
        "https://publisher.example/suite.tgz",
        "tool",
        sha256={"amd64": checksum, "arm64": checksum},
        folder="suite",
        only=("tool", "helper"),
    )

    programs = supply(settings, release).tool("tool").parent

    assert sorted(path.name for path in programs.iterdir()) == ["helper", "tool"]


class TestTrouble:
    def refused(self, settings, release=PINNED):
        """The error of a download; nothing may be left of it."""
        with pytest.raises(MachineError) as caught:
            supply(settings, release, source="pull").tool("tool")
        assert list((settings.cache / "artifacts" / "tool").iterdir()) == []
        return caught.value

    def test_a_file_with_another_checksum_is_refused(self, settings, server):
        server.files[f"/publisher.example/v1/tool-{OURS}"] = PROGRAM[:-1] + b"!"

        error = self.refused(settings)

        assert "is not the file it should be" in error.what
        assert f"expected was {SHA256}" in error.why
        assert "KUBESTAGE_SOURCE=build" in error.fix

    def test_a_connection_that_breaks_is_taken_up_where_it_broke(self, settings, server):
        server.breaks = 2

        assert supply(settings, PINNED, source="pull").tool("tool").read_bytes() == PROGRAM
        ranges = [wanted for method, _, wanted in server.requests if method == "GET"]
        first, *later = [int(wanted.removeprefix("bytes=").removesuffix("-") or 0) for wanted in ranges]
        assert first == 0
        assert 0 < later[0] < later[1] < len(PROGRAM)

    def test_a_connection_that_always_breaks_is_given_up(self, settings, server):
        server.breaks = 99

        error = self.refused(settings)

        assert "could not be downloaded whole" in error.what
        assert "broke off 4 times" in error.why

    def test_a_file_that_is_not_there_is_said_at_once(self, settings, server):
        server.files.clear()

        error = self.refused(settings)

        assert error.why == "The server answered 404 Not Found."
        assert len(server.requests) == 1

    def test_a_server_in_trouble_is_asked_again(self, settings, server):
        server.statuses[f"/publisher.example/v1/tool-{OURS}"] = 503

        assert "503" in self.refused(settings).why
        assert len(server.requests) == 4

    def test_a_server_that_went_away_is_named(self, settings):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            gone = settings.model_copy(update={"downloads": f"http://127.0.0.1:{held.getsockname()[1]}"})

            assert "could not be downloaded" in self.refused(gone).what


class TestAuto:
    def test_builds_what_the_publisher_refuses(self, settings, server):
        server.statuses[f"/publisher.example/v1/tool-{OURS}"] = 403

        assert supply(settings, PINNED).tool("tool").read_text() == "built\n"

    def test_waits_no_longer_than_the_probe_for_a_server_that_says_nothing(self, settings, monkeypatch):
        monkeypatch.setattr(downloads, "PROBE_SECONDS", 0.5)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            started = time.monotonic()

            tool = supply(settings.model_copy(update={"downloads": address}), PINNED).tool("tool")

        assert tool.read_text() == "built\n"
        assert time.monotonic() - started < 2

    def test_stays_with_what_it_has(self, settings, server):
        supply(settings, PINNED).tool("tool")
        server.statuses[f"/publisher.example/v1/tool-{OURS}"] = 403

        assert supply(settings, PINNED).tool("tool").read_bytes() == PROGRAM
