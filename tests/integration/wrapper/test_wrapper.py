"""./inv in a checkout of its own, with the real package index and a lock file of two packages to keep it quick."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from kubestage.settings import CHECKOUT

TASKS = '''
import os, sys
from invoke import task

@task
def where(c):
    """Says where it runs."""
    print(os.getcwd(), os.environ.get("PYTHONDONTWRITEBYTECODE"), sys.prefix)

@task
def fail(c):
    """Fails with 4."""
    sys.exit(4)
'''


def pinned(*names):
    """The lock file's entries of these packages."""
    entries = re.findall(r"^\S+==.*(?:\n    .*)*", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE)
    return "\n".join(entry for entry in entries if entry.partition("==")[0] in names) + "\n"


def new_checkout(folder):
    folder.mkdir()
    shutil.copy2(CHECKOUT / "inv", folder)
    (folder / "requirements.lock").write_text(pinned("uv", "invoke"))
    (folder / "tasks.py").write_text(TASKS)
    (folder / "kubestage").mkdir()
    for module in ("__init__.py", "program.py"):
        shutil.copy2(CHECKOUT / "kubestage" / module, folder / "kubestage")
    return folder


class Made(NamedTuple):
    """A checkout whose ./inv was killed in the middle of its first call and then called by two at once."""

    checkout: Path
    after_the_kill: list[str]
    both: list[tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A fresh checkout in a folder whose name needs quoting, once: making a .venv is what costs."""
    folder = new_checkout(tmp_path_factory.mktemp("wrapper") / "a checkout")
    kill_when_half_made(folder)
    half_made = sorted(path.name for path in (folder / ".venv").iterdir())
    both = [
        subprocess.Popen([folder / "inv", "where"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [(process.communicate(timeout=120), process.returncode) for process in both]
    return Made(folder, half_made, [(code, out, err) for (out, err), code in outputs])


@pytest.fixture
def ready(made):
    """A checkout whose .venv is made."""
    return made.checkout


@pytest.fixture
def copy(ready, tmp_path):
    """The same in another folder, to be spoilt; its .venv counts as made there, from another lock file."""
    checkout = shutil.copytree(ready, tmp_path / "a copy", symlinks=True)
    (checkout / ".venv/kubestage-stamp").write_text(f"0 0 {checkout}\n")
    return checkout


@pytest.fixture
def checkout(tmp_path):
    """A fresh checkout, in which nothing has been made."""
    return new_checkout(tmp_path / "a checkout")


def kill_when_half_made(checkout):
    process = subprocess.Popen(
        [checkout / "inv", "--list"], cwd=checkout, start_new_session=True, stderr=subprocess.DEVNULL
    )
    with process:
        deadline = time.monotonic() + 60
        while not (checkout / ".venv/bin/python").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    with (checkout / "requirements.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # all that was killed has ended


def inv(checkout, *arguments, cwd=None, **variables):
    return subprocess.run(
        [checkout / "inv", *arguments],
        cwd=cwd or checkout,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def programs(folder, **programs):
    """A folder with small shell programs, to stand before PATH."""
    folder.mkdir()
    for name, body in programs.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_the_first_call_makes_the_venv_and_says_so(made):
    said = "".join(err for _, _, err in made.both)

    assert [code for code, _, _ in made.both] == [0, 0], said
    assert "kubestage: making .venv from requirements.lock" in said
    assert re.search(r"kubestage: ready after \d+ s", said)
    assert "Says where it runs." in inv(made.checkout, "--list").stdout


def test_later_calls_are_silent_and_run_in_the_checkout_from_wherever_they_come(ready, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(ready / "inv")

    for called in (ready / "inv", link):
        later = subprocess.run([called, "where"], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert later.stdout == f"{ready} None {ready}/.venv\n"
        assert later.stderr == ""


def test_byte_code_is_kept_whatever_the_environment_says(ready):
    assert " None " in inv(ready, "where", PYTHONDONTWRITEBYTECODE="1").stdout


def test_the_tasks_exit_code_is_the_wrappers(ready):
    assert inv(ready, "fail").returncode == 4


def test_a_changed_lock_file_is_followed_in_the_same_venv(ready):
    (ready / ".venv/ours").write_text("")
    (ready / "requirements.lock").write_text(pinned("uv", "invoke", "filelock"))

    changed = inv(ready, "--list")

    assert "requirements.lock has changed" in changed.stderr
    assert (ready / ".venv/ours").exists()
    subprocess.run([ready / ".venv/bin/python", "-c", "import filelock"], check=True)
    assert inv(ready, "--list").stderr == ""


def test_a_checkout_that_was_moved_gets_a_new_venv(ready, tmp_path):
    stops = f'case "$*" in *"-m venv"*) exit 1;; esac; exec "{sys.executable}" "$@"'
    moved = shutil.copytree(ready, tmp_path / "moved", symlinks=True)

    remade = inv(moved, "where", PATH=programs(tmp_path / "bin", python3=stops))

    assert "making .venv from requirements.lock" in remade.stderr
    assert f"error: {moved}/.venv could not be made" in remade.stderr
    assert not (moved / ".venv").exists()


def test_after_an_interruption_the_half_made_venv_is_noticed(made):
    assert "kubestage-stamp" not in made.after_the_kill
    assert {code for code, _, _ in made.both} == {0}
    assert (made.checkout / ".venv/kubestage-stamp").exists()


def test_two_at_once_make_one_venv(made):
    checkout, said = made.checkout, "".join(err for _, _, err in made.both)

    assert [out for _, out, _ in made.both] == [f"{checkout} None {checkout}/.venv\n"] * 2
    assert said.count("making .venv from") == said.count("waiting for it") == 1


def test_a_package_that_is_not_the_pinned_one_is_refused(copy):
    other = re.sub(r"sha256:\w{64}", "sha256:" + "0" * 64, pinned("pluggy"))
    (copy / "requirements.lock").write_text(pinned("uv", "invoke") + other)

    refused = inv(copy, "--list")

    assert refused.returncode == 3
    assert "error: the packages of requirements.lock could not be installed" in refused.stderr
    assert "HASH" in refused.stderr.upper()
    assert not (copy / ".venv/kubestage-stamp").exists()


def test_pips_own_settings_are_followed_and_a_dead_index_is_told(copy):
    for installed in copy.glob(".venv/lib/python3*/site-packages/uv-*.dist-info"):
        shutil.rmtree(installed)  # else pip is content with what is there

    offline = inv(
        copy,
        "--list",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
        PIP_FIND_LINKS="",
    )

    assert offline.returncode == 3
    assert "http://127.0.0.1:9/simple" in offline.stderr
    assert "try: python3 -m pip config list" in offline.stderr
    assert not (copy / ".venv/kubestage-stamp").exists()


def test_uv_follows_pips_settings_too(copy, tmp_path):
    uv = copy / ".venv/bin/uv"
    uv.unlink()
    uv.write_text('#!/bin/sh\nenv | grep -E "^(UV_|SSL_CERT)" >"$SEEN"\nexit 1\n')
    uv.chmod(0o755)
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://mirror.example/simple\nextra-index-url =\n    https://a.example/simple\n"
        "    https://b.example/simple\n"
        "find-links =\n    /nowhere\n    /tmp\n    https://c.example\n"
        "trusted-host = mirror.example\ncert = /etc/company.pem\n"
    )
    seen = tmp_path / "seen"
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "SSL_"))}

    subprocess.run(
        [copy / "inv", "--list"],
        env={**variables, "PIP_CONFIG_FILE": str(config), "SEEN": str(seen), "UV_INSECURE_HOST": "mine.example"},
        capture_output=True,
        check=False,
    )

    told = dict(line.split("=", 1) for line in seen.read_text().splitlines())
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert told["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert told["SSL_CERT_FILE"] == "/etc/company.pem"
    assert told["UV_INSECURE_HOST"] == "mine.example"
    assert told["UV_FIND_LINKS"] == "/tmp,https://c.example"


def test_a_python_that_is_too_old_is_told_with_the_package(checkout, tmp_path):
    old = '[ "$1" = --version ] && echo Python 3.9.2; exit 1'
    names = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")
    path = programs(tmp_path / "bin", **dict.fromkeys(names, old))
    script = (checkout / "inv").read_text().replace("/usr/bin/python3", "/nowhere/python3")
    (checkout / "inv").write_text(script)

    refused = inv(checkout, "--list", PATH=path)

    assert refused.returncode == 3
    assert "error: kubestage needs Python 3.11 or newer\n  python3 here: Python 3.9.2\n" in refused.stderr
    assert "apt-get install python3 python3-venv" in refused.stderr


def test_a_newer_python_beside_an_old_one_is_found(checkout, tmp_path):
    newer = f'case "$*" in *"-m venv"*) echo "3.12 makes it" >&2; exit 1;; esac; exec "{sys.executable}" "$@"'
    path = programs(tmp_path / "bin", **{"python3": "exit 1", "python3.12": newer})

    made = inv(checkout, "--list", PATH=path)

    assert "3.12 makes it" in made.stderr
    assert f"error: {checkout}/.venv could not be made" in made.stderr


def test_a_python_without_venv_is_told_with_the_package(checkout, tmp_path):
    real = f'case "$*" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"'
    path = programs(tmp_path / "bin", python3=real)

    refused = inv(checkout, "--list", PATH=path)

    assert refused.returncode == 3
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"error: Python {version} here has no venv module" in refused.stderr
    assert f"apt-get install python{version}-venv" in refused.stderr
