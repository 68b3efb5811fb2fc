"""``zip``, ``unzip``, ``tar`` and ``untar`` of pipeline-utility-steps."""

import shutil
import tarfile
import zipfile
from pathlib import Path

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps import globs
from jenkins_light.steps.registry import StepError, step

_IO = "java.io.IOException"


@step("zip", "zipFile")
def zip_(call: StepCall) -> None:
    """Pack files into a zip file (zipFile or file, dir, glob, exclude, archive, overwrite, defaultExcludes)."""
    target = _target(call, "zipFile")
    base, found = _to_pack(call, target)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in found:
            archive.write(path, path.relative_to(base).as_posix())
    _packed(call, target, len(found))


@step("tar", "file")
def tar(call: StepCall) -> None:
    """Pack files into a tar file, with gzip unless ``compress: false``."""
    target = _target(call, "file")
    base, found = _to_pack(call, target)
    with tarfile.open(target, "w:gz" if call.flag("compress", True) else "w") as archive:
        for path in found:
            archive.add(path, path.relative_to(base).as_posix(), recursive=False)
    _packed(call, target, len(found))


def _target(call: StepCall, older: str) -> Path:
    target = call.path(str(call.args.get("file") or call.text(older)))
    if target.exists():
        if not call.flag("overwrite"):
            raise StepError(_IO, f"{target} exists.")
        target.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _to_pack(call: StepCall, target: Path) -> tuple[Path, list[Path]]:
    base = call.path(str(call.args.get("dir") or ""))
    if not base.is_dir():
        raise StepError(_IO, f"{base} is not a directory." if base.exists() else f"{base} does not exist.")
    glob, exclude = str(call.args.get("glob") or ""), str(call.args.get("exclude") or "")
    filtered = f" filtered by [{glob}] - [{exclude}]" if glob or exclude else ""
    call.log(f"Compress {base}{filtered} to {target}")
    return base, list(globs.find(base, glob or "**", exclude, call.flag("defaultExcludes", True)))


def _packed(call: StepCall, target: Path, count: int) -> None:
    call.log(f"Compressed {count} entries.")
    if call.flag("archive"):
        call.log(f"Archiving {target}")
        kept = call.build.folder / "archive" / target.relative_to(call.folder)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target, kept)


@step("unzip", "zipFile")
def unzip(call: StepCall) -> bool | dict[str, str] | None:
    """Unpack a zip file (zipFile or file, dir, glob, charset, quiet).

    Returns:
        None; with ``read`` the texts by name instead of files, with ``test`` only whether the archive is sound.
    """
    source = _source(call, "zipFile")
    if source is None:
        return False
    if call.flag("test"):
        return _sound(call, source)
    with zipfile.ZipFile(source) as archive:
        entries = [e for e in archive.infolist() if not e.is_dir()]
        chosen = {e.filename: e for e in entries if _wanted(call, e.filename)}
        if call.flag("read"):
            charset = str(call.args.get("charset") or "UTF-8")
            for name in () if call.flag("quiet") else chosen:
                call.log(f"Reading: {name}")
            call.log(f"Read: {len(chosen)} files")
            return {name: archive.read(entry).decode(charset, "replace") for name, entry in chosen.items()}
        call.log(f"Extracting from {source}")
        for name, entry in chosen.items():
            target = _inside(call, name)
            _tell(call, name, target)
            with archive.open(entry) as packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file)
    call.log(f"Extracted: {len(chosen)} files")
    return None


@step("untar", "file")
def untar(call: StepCall) -> bool | None:
    """Unpack a tar file, compressed or not (file, dir, glob, quiet, keepPermissions); ``test`` as in ``unzip``."""
    source = _source(call, "file")
    if source is None:
        return False
    try:
        with tarfile.open(source) as archive:
            members = [m for m in archive if m.isfile() and _wanted(call, m.name)]
            if call.flag("test"):
                return True
            call.log(f"Extracting from {source}")
            for member in members:
                target = _inside(call, member.name)
                _tell(call, member.name, target)
                packed = archive.extractfile(member)
                if packed is not None:
                    with target.open("wb") as file:
                        shutil.copyfileobj(packed, file)
                if call.flag("keepPermissions", True):
                    target.chmod(member.mode & 0o777)
    except (tarfile.TarError, EOFError) as error:
        if call.flag("test"):
            call.log(f"ERROR: Error validating tar/tgz file: {error}")
            return False
        raise StepError(_IO, str(error)) from error
    call.log(f"Extracted: {len(members)} files")
    return None


def _source(call: StepCall, older: str) -> Path | None:
    """The archive; None when it can't be one and the step only tests."""
    source = call.path(str(call.args.get("file") or call.text(older)))
    if source.is_file():
        return source
    problem = f"{source} is a directory." if source.is_dir() else f"{source} does not exist."
    if not call.flag("test"):
        raise StepError(_IO, problem)
    call.log(f"ERROR: {problem}")
    return None


def _sound(call: StepCall, source: Path) -> bool:
    try:
        with zipfile.ZipFile(source) as archive:
            call.log(f"Checking {len(archive.infolist())} zipped entries in {source}")
            return archive.testzip() is None
    except zipfile.BadZipFile as error:
        call.log(f"ERROR: Error validating zip file: {error}")
        return False


def _wanted(call: StepCall, name: str) -> bool:
    glob = str(call.args.get("glob") or "")
    return not glob or globs.matches(glob, name)


def _inside(call: StepCall, name: str) -> Path:
    """Where an entry goes; never outside the folder, whatever its name says."""
    base = call.path(str(call.args.get("dir") or ""))
    target = base / name
    if not target.resolve().is_relative_to(base.resolve()):
        raise StepError("java.io.FileNotFoundException", f"{target} is out of bounds!")
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _tell(call: StepCall, name: str, target: Path) -> None:
    if not call.flag("quiet"):
        call.log(f"Extracting: {name} -> {target}")
