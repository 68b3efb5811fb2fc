"""Capabilities that a machine withholds."""

import pytest

from kubestage.preflight.capabilities import missing_capabilities

from .machines import write


@pytest.mark.parametrize(
    ("bounding", "missing"),
    [
        ("000001ffffffffff", []),
        ("000001fffeffffff", ["CAP_SYS_RESOURCE"]),
        ("000001fffffffffe", ["CAP_CHOWN"]),
        ("000000ffffffffff", ["CAP_CHECKPOINT_RESTORE"]),
    ],
)
def test_what_the_bounding_set_lacks_is_missing(tmp_path, bounding, missing):
    write(tmp_path, self__status=f"Name:\tx\nCapBnd:\t{bounding}\n", sys__kernel__cap_last_cap="40\n")

    assert missing_capabilities(tmp_path) == missing


def test_what_an_older_kernel_does_not_know_is_not_missing(tmp_path):
    write(tmp_path, self__status="CapBnd:\t0000003fffffffff\n", sys__kernel__cap_last_cap="37\n")

    assert missing_capabilities(tmp_path) == []


def test_what_a_newer_kernel_knows_is_told_by_its_number(tmp_path):
    write(tmp_path, self__status="CapBnd:\t000001ffffffffff\n", sys__kernel__cap_last_cap="41\n")

    assert missing_capabilities(tmp_path) == ["capability 41"]


def test_another_process_can_be_asked_about(tmp_path):
    write(tmp_path, **{"4711__status": "CapBnd:\t000001fffeffffff\n", "sys__kernel__cap_last_cap": "40\n"})

    assert missing_capabilities(tmp_path, 4711) == ["CAP_SYS_RESOURCE"]


def test_without_a_proc_file_system_nothing_is_said(tmp_path):
    assert missing_capabilities(tmp_path / "none") == []
