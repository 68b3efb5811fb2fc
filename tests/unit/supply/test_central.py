"""What is taken from Maven Central: checked, unpacked, and never outside its folder."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from kubestage.errors import MachineError
from kubestage.supply.central import MavenDistribution, MavenPlugin


class Maven:
    """A job whose Maven has fetched `files`, by their places in the container."""

    def __init__(self, folder: Path, fetch) -> None:
        self.scratch, self.out = folder / "scratch", folder / "out"
        self.scratch.mkdir()
        self.out.mkdir()
        self.images = {"jenkins-base": "kubestage/jenkins-base:1"}
        self.commands: list[list[str]] = []
        self._fetch = fetch

    def run_in(self, image, command, *, work, get, network, env):
        assert (image, network) == ("kubestage/jenkins-base:1", "host")
        self.commands.append(command)
        for target in get.values():
            target.mkdir(parents=True)
            self._fetch(target)


def zipped(path: Path, entries: dict[str, tuple[str, int]]) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name, (text, mode) in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


DISTRIBUTION = {
    "server-1.0/lib/server-1.0.jar": ("jar", 0o644),
    "server-1.0/bin/start.exe": ("exe", 0o755),
    "server-1.0/search/run": ("#!/bin/bash", 0o755),
}


def distribution(sha256: str) -> MavenDistribution:
    aliases = (("lib/server.jar", "lib/server-1.0.jar"),)
    return MavenDistribution("g:server:1.0:zip", sha256, "server", left_out=("bin/",), aliases=aliases)


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "server-1.0.zip"
    return path, zipped(path, DISTRIBUTION)


def test_a_distribution_is_unpacked_without_its_top_folder(tmp_path, archive):
    path, checksum = archive
    job = Maven(tmp_path, lambda target: _copy(path, target))

    distribution(checksum).build(job)

    assert "-Dartifact=g:server:1.0:zip" in job.commands[0]
    found = {each.relative_to(job.out).as_posix() for each in job.out.rglob("*") if each.is_file()}
    assert found == {"server/lib/server-1.0.jar", "server/lib/server.jar", "server/search/run"}
    assert (job.out / "server/search/run").stat().st_mode & 0o111
    assert not (job.out / "server/lib/server.jar").stat().st_mode & 0o111


def test_another_file_than_the_pinned_one_is_refused(tmp_path, archive):
    path, _ = archive
    with pytest.raises(MachineError, match="is not the file it should be"):
        distribution("0" * 64).build(Maven(tmp_path, lambda target: _copy(path, target)))
    assert not any((tmp_path / "out").iterdir())


def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path):
    path = tmp_path / "bad.zip"
    checksum = zipped(path, {"server-1.0/../../escaped": ("x", 0o644)})
    with pytest.raises(MachineError, match="leads out of its folder"):
        distribution(checksum).build(Maven(tmp_path, lambda target: _copy(path, target)))
    assert not (tmp_path / "escaped").exists()


def test_a_plugins_repository_keeps_no_notes_of_where_its_files_came_from(tmp_path):
    def fetch(target: Path) -> None:
        (target / "plugin.jar").write_text("jar")
        (target / "_remote.repositories").write_text("plugin.jar>central=")

    job = Maven(tmp_path, fetch)
    MavenPlugin("g:plugin:1:goal", "-Dskip=true").build(job)

    assert job.commands[0][-2:] == ["g:plugin:1:goal", "-Dskip=true"]
    assert [each.name for each in (job.out / "repository").iterdir()] == ["plugin.jar"]


def _copy(path: Path, folder: Path) -> None:
    (folder / path.name).write_bytes(path.read_bytes())
