"""Files of the workspace: ``readFile``, ``writeFile``, ``fileExists``, ``findFiles`` and their like."""

import base64
import os
from pathlib import Path
from typing import Any

from jenkins_light.engine import scripts
from jenkins_light.engine.calls import StepCall
from jenkins_light.engine.executors import label_matches
from jenkins_light.steps import globs
from jenkins_light.steps.registry import StepError, step


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
def touch(call: StepCall) -> dict[str, Any]:
    """Make a file, or set its time."""
    path = call.path(call.text("file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    stamp = call.args.get("timestamp")
    if stamp is not None:
        os.utime(path, (int(stamp) / 1000, int(stamp) / 1000))
    return _described(path, call.folder)


@step("fileExists", "file")
def file_exists(call: StepCall) -> bool:
    """Whether there is a file or folder of this name."""
    return call.path(call.text("file")).exists()


@step("findFiles")
def find_files(call: StepCall) -> dict[str, Any]:
    """Files by an Ant pattern, or all entries of the working directory (glob, excludes)."""
    base, glob = call.folder, str(call.args.get("glob") or "")
    found = globs.find(base, glob, str(call.args.get("excludes") or "")) if glob else sorted(base.iterdir())
    return {"@type": "files", "files": [_described(path, base) for path in found]}


def _described(path: Path, base: Path) -> dict[str, Any]:
    """As pipeline-utility-steps' FileWrapper: a folder's path ends with a slash."""
    stat, folder = path.stat(), path.is_dir()
    shown = path.relative_to(base).as_posix() + ("/" if folder else "")
    return {
        "@type": "file",
        "name": path.name,
        "path": shown,
        "directory": folder,
        "length": 0 if folder else stat.st_size,
        "lastModified": int(stat.st_mtime * 1000),
    }


@step("prependToFile")
def prepend_to_file(call: StepCall) -> dict[str, Any]:
    """Put a text before what a file holds; it is made if need be."""
    path = call.path(call.text("file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    path.write_text(call.text("content") + path.read_text("utf-8"), "utf-8")
    return _described(path, call.folder)


@step("nodesByLabel", "label")
def nodes_by_label(call: StepCall) -> list[str]:
    """The nodes that a label matches; offline ones only when asked for. The built-in one's name is empty."""
    label = call.text("label")
    found = [""] if label_matches(label) else []
    if call.flag("offline"):
        found += call.controller.nodes.with_label(label)
    known = f"a total of {len(found)} nodes with the '{label}' label"
    call.log(f"Found {known}" if found else f"Could not find any nodes with '{label}' label")
    return found


@step("readTrusted", "path")
def read_trusted(call: StepCall) -> str:
    """A file of the repository that the pipeline's own script comes from, at its revision."""
    return scripts.read(call.run, call.text("path"))
