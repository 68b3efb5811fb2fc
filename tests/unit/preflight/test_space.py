"""Memory and disk: what is too little, and when that is told."""

from collections import namedtuple

import pytest

from kubestage.extras import change_extras, wish_extras
from kubestage.preflight import space
from kubestage.preflight.space import GIB, space_checks
from kubestage.settings import Settings

from .machines import engine, machine

Memory = namedtuple("Memory", "total available")
Usage = namedtuple("Usage", "free")


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home", cache=tmp_path / "a" / "cache" / "that is not there yet")


def memory(settings, monkeypatch, total, available, **info):
    monkeypatch.setattr(space.psutil, "virtual_memory", lambda: Memory(total * GIB, available * GIB))
    return space_checks(settings, machine(engine=engine(info=info)))[0].ask()


def disk(settings, monkeypatch, free, root):
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: Usage(free * GIB))
    return space_checks(settings, machine(engine=engine(info={"DockerRootDir": str(root)})))[1].ask()


def test_a_machine_that_is_too_small_is_told_what_is_needed(settings, monkeypatch):
    answer = memory(settings, monkeypatch, 2, 1.5)

    assert (answer.ok, answer.severity) == (False, "problem")
    assert answer.detail == "This machine has 2.0 GiB; the sandbox needs 4.0 GiB."


def test_sonarqube_needs_more(settings, monkeypatch):
    change_extras(settings, wish_extras(["sonarqube"], []))

    assert memory(settings, monkeypatch, 4, 3.5).detail == "This machine has 4.0 GiB; the sandbox needs 6.0 GiB."
    assert memory(settings, monkeypatch, 6, 5).ok


def test_a_machine_sold_with_4_gib_will_do(settings, monkeypatch):
    assert memory(settings, monkeypatch, 3.83, 3.2).ok


def test_memory_that_other_programs_hold_is_a_warning(settings, monkeypatch):
    answer = memory(settings, monkeypatch, 8, 1)

    assert (answer.ok, answer.severity) == (False, "warning")


def test_the_memory_that_the_sandbox_itself_holds_is_no_reason_to_warn(settings, monkeypatch):
    settings.folder.mkdir(parents=True)

    assert memory(settings, monkeypatch, 8, 1).ok


def test_on_a_desktop_the_virtual_machines_memory_counts(settings, monkeypatch):
    answer = memory(settings, monkeypatch, 64, 60, MemTotal=2 * GIB, KernelVersion="5.15-linuxkit")

    assert answer.detail.startswith("The engine's virtual machine has 2.0 GiB")


def test_folders_on_one_disk_share_its_room(settings, monkeypatch, tmp_path):
    needed = (space.CACHE_NEEDED + space.ENGINE_NEEDED) / GIB

    assert disk(settings, monkeypatch, needed, tmp_path).ok
    answer = disk(settings, monkeypatch, needed - 0.1, tmp_path)
    assert f"{needed:.1f} GiB is needed" in answer.detail
    assert str(settings.cache) in answer.detail
    assert str(tmp_path) in answer.detail


def test_a_desktop_engines_folder_is_not_looked_for_here(settings, monkeypatch):
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: Usage(1.5 * GIB))
    here = machine(engine=engine(info={"KernelVersion": "5.15-linuxkit", "DockerRootDir": "/nowhere"}))

    assert space_checks(settings, here)[1].ask().ok


def test_without_an_engine_the_cache_alone_counts(settings, monkeypatch):
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: Usage(0.5 * GIB))

    assert not space_checks(settings, machine())[1].ask().ok
