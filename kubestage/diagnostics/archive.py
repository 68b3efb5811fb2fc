"""Gathers everything at once, each piece within a bound, and packs what came of it."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import requests
from docker.errors import DockerException

from kubestage.diagnostics import cluster, containers, machine, servers
from kubestage.diagnostics.redaction import Redactor, secrets_in_kubeconfig
from kubestage.errors import KubestageError
from kubestage.sandbox.access import HOME
from kubestage.sandbox.sandbox import Sandbox

# By its name in the archive: gives the text, or raises what hinders it.
Pieces = Mapping[str, Callable[[], str]]

_MOST_BYTES = 4_000_000  # of one piece; its end is kept, where the fault usually is
_SECONDS = 90.0
_AT_ONCE = 8


def diagnose(sandbox: Sandbox, folder: Path) -> Path:
    """Writes the archive of a sandbox, whatever is left of it.

    What cannot be had is in the archive as a file that says why.

    Args:
        sandbox: the sandbox; nothing of it needs to run.
        folder: where the archive goes.

    Returns:
        The archive, readable by its owner alone.
    """
    redactor = Redactor(known_secrets(sandbox))
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = f"kubestage-{sandbox.settings.sandbox}-{stamp}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.tar.gz"
    path.touch(mode=0o600)
    with tarfile.open(path, "w:gz") as archive:
        for piece, text in _gathered(_pieces(sandbox)):
            _add(archive, f"{name}/{piece}", redactor.clean(text.encode("utf-8", "replace"))[-_MOST_BYTES:])
    return path


def known_secrets(sandbox: Sandbox) -> list[str]:
    """Every secret that the sandbox has on this machine and in Jenkins."""
    known: list[str] = []
    try:
        known += sandbox.secrets.model_dump().values()
    except KubestageError:
        known += _values_in(sandbox.settings.folder / "secrets.json")
    known += _private_files(sandbox.settings.folder)
    if sandbox.settings.kubeconfig.exists():
        known += secrets_in_kubeconfig(sandbox.settings.kubeconfig.read_text(encoding="utf-8"))
    return known + secrets_in_kubeconfig(_deployers_kubeconfig(sandbox))


def _private_files(folder: Path) -> list[str]:
    """What stands in files that only their owner may read: keys and tokens that seeding keeps, each in its own."""
    files = [file for file in folder.glob("*") if file.is_file() and not file.stat().st_mode & 0o077]
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in files]


def _deployers_kubeconfig(sandbox: Sandbox) -> str:
    """That of Jenkins, which stands nowhere else; it can be read from a stopped container too."""
    try:
        jenkins = sandbox.engine.client.containers.get(sandbox.settings.container("jenkins"))
        chunks, _ = jenkins.get_archive(f"{HOME}/.kube/config")
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as packed:
            file = packed.extractfile(packed.getmembers()[0])
            return file.read().decode("utf-8", "replace") if file else ""
    except (KubestageError, DockerException, requests.RequestException, tarfile.TarError):
        return ""  # there is no such file, or nobody who could give it


def _values_in(file: Path) -> list[str]:
    """The words of a secrets file that is broken."""
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return [word for word in text.split('"') if word.strip(" :,{}\n")]


def _pieces(sandbox: Sandbox) -> dict[str, Callable[[], str]]:
    pieces: dict[str, Callable[[], str]] = {}
    for part in (machine.pieces, containers.pieces, cluster.pieces, servers.pieces):
        try:
            pieces |= part(sandbox)
        except Exception as error:
            pieces[f"{part.__module__.rpartition('.')[2]}/not-gathered.txt"] = partial(_said, error)
    return pieces


def _gathered(pieces: Pieces) -> Iterator[tuple[str, str]]:
    """The pieces' texts; one that does not come within the bound is left to itself."""
    deadline = time.monotonic() + _SECONDS
    pool = ThreadPoolExecutor(_AT_ONCE)
    asked: dict[str, Future[str]] = {name: pool.submit(piece) for name, piece in pieces.items()}
    try:
        for name, future in asked.items():
            try:
                yield name, future.result(max(0.1, deadline - time.monotonic()))
            except TimeoutError:
                yield f"{name}.not-gathered.txt", f"It did not come within {_SECONDS:g} s.\n"
            except Exception as error:
                yield f"{name}.not-gathered.txt", _said(error)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}\n"


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(data), 0o600, int(time.time())
    archive.addfile(entry, io.BytesIO(data))
