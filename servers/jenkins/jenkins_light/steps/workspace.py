"""Files of the workspace: ``readFile``, ``writeFile``, ``fileExists``, ``deleteDir``, ``cleanWs`` and their like."""

import base64
import os
import shutil
from pathlib import Path

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, StepError, step


@step("pwd")
def pwd(call: StepCall) -> str:
    """The working directory, or with ``tmp`` the folder for temporary files beside the workspace."""
    if not call.flag("tmp"):
        return str(call.folder)
    folder = call.workspace.with_name(call.workspace.name + "@tmp")
    folder.mkdir(exist_ok=True)
    return str(folder)


@step("readFile", "file")
def read_file(call: StepCall) -> str:
    """The text of a file; with the encoding ``Base64`` its bytes in base 64."""
    path = call.path(call.text("file"))
    encoding = str(call.args.get("encoding") or "UTF-8")
    if not path.is_file():
        raise StepError("java.nio.file.NoSuchFileException", str(path))
    if encoding == "Base64":
        return base64.b64encode(path.read_bytes()).decode()
    return path.read_bytes().decode(encoding, "replace")


@step("writeFile", "file")
def write_file(call: StepCall) -> None:
    """Write a text into a file; its folders are made."""
    path = call.path(call.text("file"))
    encoding = str(call.args.get("encoding") or "UTF-8")
    text = call.text("text")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(text) if encoding == "Base64" else text.encode(encoding))


@step("touch", "file")
def touch(call: StepCall) -> None:
    """Make a file, or set its time."""
    path = call.path(call.text("file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    stamp = call.args.get("timestamp")
    if stamp is not None:
        os.utime(path, (int(stamp) / 1000, int(stamp) / 1000))


@step("fileExists", "file")
def file_exists(call: StepCall) -> bool:
    """Whether there is a file or folder of this name."""
    return call.path(call.text("file")).exists()


@step("findFiles")
def find_files(call: StepCall) -> list[dict[str, object]]:
    """Files by an Ant pattern, or all in the working directory; in the shape of FileWrapper."""
    base = call.folder
    pattern = str(call.args.get("glob") or "*")
    found = []
    for path in globs.find(base, pattern, str(call.args.get("excludes") or "")):
        stat = path.stat()
        found.append(
            {
                "name": path.name,
                "path": str(path.relative_to(base)),
                "directory": path.is_dir(),
                "length": stat.st_size,
                "lastModified": int(stat.st_mtime * 1000),
            }
        )
    return found


@step("deleteDir")
def delete_dir(call: StepCall) -> None:
    """Remove the working directory with all that is in it."""
    _empty(call.folder)
    if call.folder != call.workspace:
        shutil.rmtree(call.folder, ignore_errors=True)


@step("cleanWs")
def clean_workspace(call: StepCall) -> None:
    """Empty the workspace (ws-cleanup); patterns are not looked at: all goes."""
    if call.args.get("patterns"):
        raise Abort("cleanWs with patterns is not supported here; use deleteDir or sh")
    call.log("[WS-CLEANUP] Deleting project workspace...")
    _empty(call.workspace)
    call.log("[WS-CLEANUP] done")


def _empty(folder: Path) -> None:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
