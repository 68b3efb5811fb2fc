"""The kernel's checks: inotify limits and control groups."""

import pytest

from kubestage.preflight import kernel
from kubestage.preflight.kernel import kernel_checks

from .machines import engine, machine, write

CGROUPS = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n" + "".join(
    f"{name}\t1\t1\t1\n" for name in ("cpu", "cpuset", "memory", "pids", "blkio")
)


@pytest.fixture
def proc(tmp_path):
    return write(
        tmp_path,
        sys__fs__inotify__max_user_instances="128\n",
        sys__fs__inotify__max_user_watches="600000\n",
        cgroups=CGROUPS,
    )


def inotify(here):
    return kernel_checks(here)[0].ask()


def cgroups(here):
    return kernel_checks(here)[1].ask()


def test_a_low_limit_is_a_warning_since_one_node_may_well_do(proc):
    answer = inotify(machine(proc=proc, engine=engine()))

    assert (answer.ok, answer.severity) == (False, "warning")
    assert answer.fix.commands == ("sysctl -w fs.inotify.max_user_instances=512",)


def test_the_fix_raises_what_is_low_and_nothing_else(proc):
    here = machine(proc=proc, engine=engine())
    inotify(here).fix.run()

    assert (proc / "sys/fs/inotify/max_user_instances").read_text() == "512\n"
    assert (proc / "sys/fs/inotify/max_user_watches").read_text() == "600000\n"
    assert inotify(here).ok


def test_an_ordinary_user_gets_the_commands(proc):
    fix = inotify(machine(proc=proc, root=False, engine=engine())).fix

    assert fix.commands == ("sudo sysctl -w fs.inotify.max_user_instances=512",)
    assert fix.run is None


def test_another_kernels_limits_are_none_of_ours(proc):
    here = machine(proc=proc, engine=engine(info={"KernelVersion": "5.15-linuxkit"}))

    assert inotify(here).ok
    assert cgroups(here).ok


def test_version_1_will_do_and_is_told(proc):
    answer = cgroups(machine(proc=proc, engine=engine(info={"CgroupVersion": "1"})))

    assert answer.ok
    assert "version 1" in answer.detail


def test_a_controller_that_is_switched_off_stops_the_kubelet(proc):
    write(proc, cgroups=CGROUPS.replace("memory\t1\t1\t1", "memory\t1\t1\t0"))
    answer = cgroups(machine(proc=proc, engine=engine(info={"CgroupVersion": "1"})))

    assert not answer.ok
    assert "no memory controller" in answer.detail


def test_for_version_2_the_unified_hierarchy_is_asked(proc, tmp_path, monkeypatch):
    controllers = tmp_path / "cgroup.controllers"
    controllers.write_text("cpuset cpu io memory\n")
    monkeypatch.setattr(kernel, "UNIFIED", controllers)
    answer = cgroups(machine(proc=proc, engine=engine(info={"CgroupVersion": "2"})))

    assert "no pids controller (cgroup version 2)" in answer.detail
