"""Image archives as `docker load` reads them, written without an engine."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import platform
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_CREATED = "1970-01-01T00:00:00Z"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def architecture() -> str:
    """This machine's architecture in the words of image manifests."""
    return _ARCHITECTURES.get(platform.machine(), platform.machine())


def write_layer(target: Path, root: Path) -> None:
    """Writes the tree below `root` as a layer: owned by root, times dropped, names in order."""
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as layer:
        for path in sorted(root.rglob("*")):
            layer.add(path, path.relative_to(root).as_posix(), recursive=False, filter=_plain)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    return member


def write_image(
    target: Path,
    references: Sequence[str],
    layers: Sequence[Path],
    config: Mapping[str, Any],
    *,
    compress: bool = False,
) -> None:
    """Writes a docker-archive.

    Args:
        target: the archive to write.
        references: the names under which `docker load` will offer the image.
        layers: tar files, the lowest first.
        config: the `config` part of the OCI image configuration (Env, Entrypoint, StopSignal, …).
        compress: gzip the layers, for archives that are kept as they are rather than loaded.
    """
    files: list[tuple[str, Path]] = []
    diff_ids = []
    for layer in layers:
        digest = _sha256(layer)
        diff_ids.append(f"sha256:{digest}")
        stored = _compressed(layer) if compress else layer
        files.append((f"{_sha256(stored) if compress else digest}/layer.tar", stored))
    document = {
        "architecture": architecture(),
        "os": "linux",
        "created": _CREATED,
        "config": {"Env": [PATH], "WorkingDir": "/", **config},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created": _CREATED, "created_by": "kubestage"} for _ in layers],
    }
    content = json.dumps(document, sort_keys=True).encode()
    name = f"{hashlib.sha256(content).hexdigest()}.json"
    manifest = [{"Config": name, "RepoTags": list(references), "Layers": [place for place, _ in files]}]
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        _add(archive, name, len(content), io.BytesIO(content))
        listing = json.dumps(manifest).encode()
        _add(archive, "manifest.json", len(listing), io.BytesIO(listing))
        for place, path in files:
            with path.open("rb") as stream:
                _add(archive, place, path.stat().st_size, stream)


def copy_layers(archive: Path, folder: Path) -> list[Path]:
    """Copies the layers of an archive into `folder`, the lowest first."""
    with tarfile.open(archive) as opened:
        listing = opened.extractfile("manifest.json")
        names = json.load(listing)[0]["Layers"] if listing else []
        layers = []
        for number, name in enumerate(names):
            stream = opened.extractfile(name)
            layers.append(folder / f"layer-{number}.tar")
            with layers[-1].open("wb") as copy:
                shutil.copyfileobj(stream, copy, 1 << 20)  # type: ignore[arg-type]
    return layers


def _add(archive: tarfile.TarFile, name: str, size: int, stream: IO[bytes]) -> None:
    member = tarfile.TarInfo(name)
    member.size = size
    archive.addfile(member, stream)


def _compressed(layer: Path) -> Path:
    target = layer.with_name(layer.name + ".gz")
    with (
        layer.open("rb") as plain,
        target.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, 1 << 20)
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
