"""``cleanWs`` of ws-cleanup, and ``deleteDir``."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jenkins_light.engine.calls import StepCall
from jenkins_light.steps import globs
from jenkins_light.steps.registry import Abort, step

#: What the build must have come to for each of the options.
_WHEN = {
    "SUCCESS": "cleanWhenSuccess",
    "UNSTABLE": "cleanWhenUnstable",
    "FAILURE": "cleanWhenFailure",
    "NOT_BUILT": "cleanWhenNotBuilt",
    "ABORTED": "cleanWhenAborted",
}


@step("deleteDir")
def delete_dir(call: StepCall) -> None:
    """Remove the working directory with all that is in it."""
    _empty(call.folder)
    if call.folder != call.workspace:
        shutil.rmtree(call.folder, ignore_errors=True)


@step("cleanWs")
def clean_workspace(call: StepCall) -> None:
    """Empty the working directory, or remove what patterns say, unless the build's result says otherwise.

    Source: ws-cleanup's WsCleanup (patterns, deleteDirs, cleanWhenSuccess and so on, notFailBuild, skipWhenFailed;
    disableDeferredWipeout and cleanupMatrixParent mean nothing here, and externalDelete is refused).
    """
    if call.args.get("externalDelete"):
        raise Abort("cleanWs: externalDelete is not supported here")
    call.log("[WS-CLEANUP] Deleting project workspace...")
    result = call.build.result or "SUCCESS"
    if not call.flag(_WHEN[result], True) or (call.flag("skipWhenFailed") and result == "FAILURE"):
        call.log(f"[WS-CLEANUP] Skipped based on build state {result}")
        return
    try:
        _clean(call, list(call.args.get("patterns") or ()))
    except OSError as error:
        if not call.flag("notFailBuild"):
            raise Abort(f"Cannot delete workspace: {error}") from error
        call.log(f"Cannot delete workspace: {error}")
        call.log("Option not to fail the build is turned on, so let's continue")
    call.log("[WS-CLEANUP] done")


def _clean(call: StepCall, patterns: list[dict[str, Any]]) -> None:
    if not patterns:
        _empty(call.folder)
        return
    by_type: dict[str, list[str]] = {"INCLUDE": [], "EXCLUDE": []}
    for entry in patterns:
        by_type[str(entry.get("type") or "INCLUDE").upper()].append(str(entry.get("pattern")))
    includes, excludes = ",".join(by_type["INCLUDE"]) or "**", ",".join(by_type["EXCLUDE"])
    for path in list(_matching(call.folder, includes, excludes, call.flag("deleteDirs"))):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _matching(base: Path, includes: str, excludes: str, folders: bool) -> Iterator[Path]:
    for path in sorted(base.rglob("*")):
        name = path.relative_to(base).as_posix()
        if not folders and path.is_dir() and not path.is_symlink():
            continue
        # A folder that holds something to be kept stays.
        kept = path.is_dir() and any(globs.matches(excludes, f"{name}/{below.name}") for below in path.iterdir())
        if globs.matches(includes, name) and not globs.matches(excludes, name) and not kept:
            yield path


def _empty(folder: Path) -> None:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
